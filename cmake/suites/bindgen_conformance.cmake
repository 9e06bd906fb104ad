# Bindings of other generators' WIT and of WASI's: all of it compiles for guests and hosts, and guests made of it are their worlds. Says so
# where the data is missing. Takes minutes: not again under the sanitizers.
if(TARGET witc AND TARGET wcomp)
  add_test(NAME bindgen_conformance COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/conformance.py --bin ${PROJECT_BINARY_DIR}
           --include ${PROJECT_SOURCE_DIR}/include)
  set_tests_properties(bindgen_conformance PROPERTIES LABELS once TIMEOUT 1500 PROCESSORS 2)
endif()
