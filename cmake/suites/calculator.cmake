# The calculator of samples/, both steps: composed in different orders of arguments, run here and (peers) in wasmtime.
if(WCOMP_SAMPLES AND TARGET wcomp)
  foreach(step 1 2)
    add_test(NAME calculator_step${step} COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/calculator_test.py --bin ${PROJECT_BINARY_DIR} --step ${step})
  endforeach()
endif()
