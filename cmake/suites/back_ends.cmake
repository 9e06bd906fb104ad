# The interpreter against the compiler, on generated modules.
add_executable(wcomp_compare_back_ends ${PROJECT_SOURCE_DIR}/fuzz/compare_back_ends.cpp ${PROJECT_SOURCE_DIR}/fuzz/support/generate.cpp
               ${PROJECT_SOURCE_DIR}/fuzz/support/back_ends.cpp)
target_link_libraries(wcomp_compare_back_ends PRIVATE wcomp_engine)
target_precompile_headers(wcomp_compare_back_ends REUSE_FROM wcomp_base)
add_test(NAME back_ends COMMAND $<TARGET_FILE:wcomp_compare_back_ends> --seconds 20)
set_tests_properties(back_ends PROPERTIES LABELS once)
