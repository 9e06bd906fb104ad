# Adapters are run, not only looked at.
target_link_libraries(canonical_abi_tests PRIVATE wcomp_engine)
