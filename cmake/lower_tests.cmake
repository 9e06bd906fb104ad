# Lowered modules are run, and their parts compared with the runtime's own.
target_link_libraries(lower_tests PRIVATE wcomp_runtime)
