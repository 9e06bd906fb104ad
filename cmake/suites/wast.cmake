# Test scripts of WebAssembly and of the Component Model, from outside the repository: the driver says so when they are not there.
add_test(NAME wast_conformance COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/wast/conformance.py --wcomp $<TARGET_FILE:wcomp>)
set_tests_properties(wast_conformance PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 900)  # not again under the sanitizers
add_test(NAME component_conformance COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/wast/conformance.py --wcomp $<TARGET_FILE:wcomp> --components)
set_tests_properties(component_conformance PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 300)
add_test(NAME component_execution_conformance COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/wast/conformance.py --wcomp $<TARGET_FILE:wcomp> --exec)
set_tests_properties(component_execution_conformance PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 300)
