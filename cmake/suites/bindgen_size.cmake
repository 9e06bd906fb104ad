# Guests on generated bindings are not much larger than with glue written by hand. Compiles six guests, whose size the sanitizers do not change.
if(TARGET witc)
  add_test(NAME bindgen_size COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/size_test.py --witc $<TARGET_FILE:witc>)
  set_tests_properties(bindgen_size PROPERTIES LABELS once)
endif()
# What makes the difference, done with every kind of error there is.
if(TARGET wcomp)
  add_test(NAME bindgen_late COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/late/late_test.py --wcomp $<TARGET_FILE:wcomp>)
  set_tests_properties(bindgen_late PROPERTIES LABELS once)
endif()
