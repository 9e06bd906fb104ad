# WIT packages as components, from outside the repository: the driver says so when they are not there.
if(TARGET witc AND TARGET wcomp)
  add_test(NAME wit_encode_conformance COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/component/wit_encode_conformance.py --witc $<TARGET_FILE:witc> --wcomp $<TARGET_FILE:wcomp>)
  set_tests_properties(wit_encode_conformance PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()
