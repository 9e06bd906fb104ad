# Installation into a clean prefix that is then moved, a project outside the tree, manual pages, completions, the Debian package.
if(TARGET wcomp_host AND NOT WCOMP_SANITIZE)
  add_test(NAME install COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/install/run.py --build ${PROJECT_BINARY_DIR})
  set_tests_properties(install PROPERTIES LABELS once)
endif()
