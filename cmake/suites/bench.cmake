# The benchmarks run at all: every suite once and briefly, without peers. Builds bench_host, which is not part of `all`.
if(TARGET bench_host)
  add_test(NAME bench COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/bench/run --quick --no-peers --build ${PROJECT_BINARY_DIR})
  set_tests_properties(bench PROPERTIES LABELS once TIMEOUT 900)
endif()
