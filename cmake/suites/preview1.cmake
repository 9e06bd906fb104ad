# C and C++ programs of preview 1, as modules and through the built-in adapter, in wcomp and in the peers; Go programs; WASI's own tests.
if(TARGET wcomp)
  find_program(WCOMP_WASM_CC clang-19 REQUIRED)
  add_test(NAME preview1 COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/preview1/run.py --wcomp $<TARGET_FILE:wcomp>
           --peers ${PROJECT_SOURCE_DIR}/build/peers --cc ${WCOMP_WASM_CC} --out ${PROJECT_BINARY_DIR}/preview1)
  add_test(NAME preview1_go COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/preview1/go.py --wcomp $<TARGET_FILE:wcomp> --out ${PROJECT_BINARY_DIR}/preview1/go)
  set_tests_properties(preview1_go PROPERTIES LABELS once)  # building Go's own packages takes long enough once
  add_test(NAME wasi_testsuite COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/preview1/testsuite.py --wcomp $<TARGET_FILE:wcomp>)
endif()
