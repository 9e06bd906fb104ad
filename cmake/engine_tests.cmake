# WebAssembly's own test scripts, from outside the repository: the driver says so when they are not there.
add_executable(spec_runner ${PROJECT_SOURCE_DIR}/tests/engine/spec_runner.cpp)
target_link_libraries(spec_runner PRIVATE wcomp_engine nlohmann_json::nlohmann_json)
target_precompile_headers(spec_runner REUSE_FROM wcomp_base)
add_test(NAME spec COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/engine/spec_suite.py --bin ${PROJECT_BINARY_DIR})
set_tests_properties(spec PROPERTIES LABELS once)  # not again under the sanitizers
