# Guests in C that get directories, as core modules and as components.
if(TARGET wcomp)
  find_program(WCOMP_WASM_CC clang-19 REQUIRED)
  add_test(NAME wasi-guests COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/wasi/run.py --wcomp $<TARGET_FILE:wcomp>
           --cc ${WCOMP_WASM_CC} --out ${PROJECT_BINARY_DIR}/wasi-guests)
endif()
