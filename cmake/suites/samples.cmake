# The programs of samples/ do the same here and in wasmtime.
if(WCOMP_SAMPLES AND TARGET wcomp)
  add_test(NAME samples COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/samples_test.py --bin ${PROJECT_BINARY_DIR})
endif()
# What the pages show is what happens. Compiles guests and a host, so not again under the sanitizers; `samples` and `cases` run there.
if(WCOMP_SAMPLES AND TARGET wcomp)
  add_test(NAME docs COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/docs_test.py --bin ${PROJECT_BINARY_DIR})
  set_tests_properties(docs PROPERTIES LABELS once)
endif()
