# Adapters are run, not only looked at; types of test data come from WIT.
target_link_libraries(canonical_abi_tests PRIVATE wcomp_engine wcomp_wit)
