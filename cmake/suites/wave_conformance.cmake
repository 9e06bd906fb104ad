# The calls of the WAVE project's own tests: the program says so where they are not there.
add_test(NAME wave_conformance COMMAND canonical_abi_tests "--test-case=the WAVE project's calls*")
set_tests_properties(wave_conformance PROPERTIES LABELS once PASS_REGULAR_EXPRESSION "test cases: +1 . +1 passed . +0 failed")
