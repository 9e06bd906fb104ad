# C and C++ programs of preview 1 through the built-in adapter, in wcomp and in the peers.
if(TARGET wcomp)
  find_program(WCOMP_WASM_CC clang-19 REQUIRED)
  add_test(NAME preview1 COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/preview1/run.py --wcomp $<TARGET_FILE:wcomp>
           --peers ${PROJECT_SOURCE_DIR}/build/peers --cc ${WCOMP_WASM_CC} --out ${PROJECT_BINARY_DIR}/preview1)
endif()
