# Core modules of another project made into components: same imports and exports, wired the same. Says so where the data is missing.
if(TARGET wcomp)
  add_test(NAME componentize_conformance COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/component/componentize_conformance.py --wcomp $<TARGET_FILE:wcomp>)
  set_tests_properties(componentize_conformance PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()
