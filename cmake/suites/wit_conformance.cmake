# WIT packages of other projects: same JSON, refused at the same lines, the same when formatted. Says so where the data is missing.
if(TARGET witc)
  add_test(NAME wit_conformance COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/wit/conformance.py --witc $<TARGET_FILE:witc>)
  set_tests_properties(wit_conformance PROPERTIES LABELS once)
endif()
