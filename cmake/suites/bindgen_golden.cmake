# Bindings as people read them, and what must not compile with them.
if(TARGET witc)
  add_test(NAME bindgen_golden COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/golden_test.py --witc $<TARGET_FILE:witc>)
  add_test(NAME bindgen_misuse COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/misuse_test.py --witc $<TARGET_FILE:witc>
           --include ${PROJECT_SOURCE_DIR}/include)
  add_test(NAME bindgen_one_folder COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/one_folder_test.py --witc $<TARGET_FILE:witc>
           --include ${PROJECT_SOURCE_DIR}/include)
  set_tests_properties(bindgen_misuse bindgen_one_folder PROPERTIES LABELS once)
endif()
