# Shared libraries linked into components: other projects' cases (says so where the data is missing), and libraries from C that run.
if(TARGET wcomp)
  add_test(NAME link_conformance COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/component/link_conformance.py --wcomp $<TARGET_FILE:wcomp>)
  set_tests_properties(link_conformance PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 300)
  find_program(WCOMP_WASM_CC clang-19 REQUIRED)
  add_test(NAME link_libraries COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/link_libraries_test.py --wcomp $<TARGET_FILE:wcomp> --cc ${WCOMP_WASM_CC})
endif()
