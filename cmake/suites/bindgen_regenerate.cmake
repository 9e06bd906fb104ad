# Bindings in a CMake project follow the WIT that they are made of.
if(TARGET witc AND TARGET wcomp)
  add_test(NAME bindgen_regenerate COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/regenerate_test.py --witc $<TARGET_FILE:witc>
           --wcomp $<TARGET_FILE:wcomp>)
  set_tests_properties(bindgen_regenerate PROPERTIES LABELS once)
endif()
