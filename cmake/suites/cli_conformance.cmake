# Command lines of wasm-tools, run with our programs. Says so, and counts as skipped, where the data is missing.
if(TARGET witc AND TARGET wcomp)
  add_test(NAME cli_conformance COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/wit/cli_conformance.py --witc $<TARGET_FILE:witc> --wcomp $<TARGET_FILE:wcomp>)
  set_tests_properties(cli_conformance PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()
