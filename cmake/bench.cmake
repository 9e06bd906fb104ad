# bench_host, what bench/run measures inside of one process; only where Google Benchmark is installed (Debian: libbenchmark-dev). Not part of `all`.
find_package(benchmark QUIET)
if(benchmark_FOUND AND TARGET witc)
  set(calls ${PROJECT_SOURCE_DIR}/bench/guests/calls)
  set(bindings ${PROJECT_BINARY_DIR}/bench/bindings)
  add_custom_command(
    OUTPUT ${bindings}/callee_host.h ${bindings}/caller_host.h
    COMMAND witc bindgen ${calls}/wit --lang cpp-host --world callee --quiet -o ${bindings}/callee
    COMMAND witc bindgen ${calls}/wit --lang cpp-host --world caller --quiet -o ${bindings}/caller
    # The interface's header of `caller` has all that the one of `callee` has, and the host's classes.
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${bindings}/callee ${bindings}
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${bindings}/caller ${bindings}
    DEPENDS witc ${calls}/wit/calls.wit
    COMMENT "Host bindings of bench")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/host/*.cpp)
  add_executable(bench_host EXCLUDE_FROM_ALL ${sources} ${calls}/caller.c ${calls}/callee.c ${bindings}/callee_host.h ${bindings}/caller_host.h)
  set_source_files_properties(${calls}/caller.c ${calls}/callee.c PROPERTIES COMPILE_DEFINITIONS BENCH_JOINED COMPILE_OPTIONS -O2)
  target_include_directories(bench_host PRIVATE ${bindings})
  target_link_libraries(bench_host PRIVATE wcomp_wasi wcomp_bindgen benchmark::benchmark ${CMAKE_DL_LIBS})
endif()
