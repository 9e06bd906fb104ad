# Are the vectors of the Canonical ABI what the specification's executable definitions say? Says so where those are not at hand.
add_test(NAME canonical_abi_vectors COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/canonical-abi/vectors.py --check)
set_tests_properties(canonical_abi_vectors PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 120)
add_test(NAME handle_vectors COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/runtime/handle_vectors.py --check)
set_tests_properties(handle_vectors PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 120)
