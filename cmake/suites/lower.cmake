# Lowered compositions as core modules: on our engine, in wasmtime, in node.
if(WCOMP_SAMPLES AND TARGET wcomp)
  add_executable(core_host ${PROJECT_SOURCE_DIR}/tests/lower/hosts/core_host.cpp)
  target_link_libraries(core_host PRIVATE wcomp_runtime)
  add_test(NAME lower_hosts COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/lower_test.py --bin ${PROJECT_BINARY_DIR} --core-host $<TARGET_FILE:core_host>)
endif()
