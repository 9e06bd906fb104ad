# Generated modules, run here and in wasmtime, which is one of the peers.
add_executable(wcomp_differential ${PROJECT_SOURCE_DIR}/fuzz/differential.cpp ${PROJECT_SOURCE_DIR}/fuzz/support/generate.cpp)
target_link_libraries(wcomp_differential PRIVATE wcomp_wast)
target_precompile_headers(wcomp_differential REUSE_FROM wcomp_base)
add_test(NAME differential COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/engine/differential.py --program $<TARGET_FILE:wcomp_differential> --seconds 20)
set_tests_properties(differential PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 600)
