# Names, paths and texts that try to act on a terminal, through every command.
if(TARGET wcomp AND TARGET witc)
  add_test(NAME hostile_names COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/hostile_names_test.py --bin ${PROJECT_BINARY_DIR})
  set_tests_properties(hostile_names PROPERTIES LABELS once)  # thousands of processes
endif()
