# The programs of samples/ do the same here and in wasmtime.
if(WCOMP_SAMPLES AND TARGET wcomp)
  add_test(NAME samples COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/samples_test.py --bin ${PROJECT_BINARY_DIR})
endif()
