# Backtraces of programs with debug information.
if(TARGET wcomp)
  find_program(WCOMP_WASM_CC clang-19 REQUIRED)
  add_test(NAME backtraces COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/backtraces_test.py --wcomp $<TARGET_FILE:wcomp>
           --cc ${WCOMP_WASM_CC} --out ${PROJECT_BINARY_DIR}/backtraces --peers ${PROJECT_SOURCE_DIR}/build/peers)
endif()
