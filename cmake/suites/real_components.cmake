# Components of other toolchains (npm, PyPI): read, printed, written, validated, composed and run as wasm-tools and wasmtime do it.
# Downloads them once for each build folder; says so and is skipped where peers are off.
if(TARGET wcomp)
  add_executable(reencode ${PROJECT_SOURCE_DIR}/tests/real/reencode.cpp)
  target_link_libraries(reencode PRIVATE wcomp_component)
  add_test(NAME real_components COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/real_components_test.py
           --wcomp $<TARGET_FILE:wcomp> --reencode $<TARGET_FILE:reencode> --folder ${PROJECT_BINARY_DIR}/real)
  set_tests_properties(real_components PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 900)
endif()
