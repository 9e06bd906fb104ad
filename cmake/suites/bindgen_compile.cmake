# Bindings for a package with every shape of type, and for one with hostile names, compile for guests and hosts without a warning.
if(TARGET witc)
  add_test(NAME bindgen_compile COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/compile_bindings.py --witc $<TARGET_FILE:witc>
           --include ${PROJECT_SOURCE_DIR}/include --must-generate ${PROJECT_SOURCE_DIR}/tests/bindgen/broad.wit ${PROJECT_SOURCE_DIR}/tests/bindgen/hostile.wit)
  set_tests_properties(bindgen_compile PROPERTIES LABELS once)  # compiles a lot; not again under the sanitizers
endif()
