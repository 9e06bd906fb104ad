# Executables of `wcomp exe`: what they do, what is granted, damage, a root with nothing else in it. Sanitized builds have no runner.
if(TARGET wcomp AND TARGET wcomp_runner_program)
  set(largest "")
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    set(largest --max-size 1700000)
  endif()
  add_test(NAME executables COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/exe/run.py --wcomp $<TARGET_FILE:wcomp> --out ${PROJECT_BINARY_DIR}/executables ${largest})
  set_tests_properties(executables PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()
if(TARGET wcomp AND TARGET wcomp_runner_aarch64)
  add_test(NAME executables_aarch64 COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/exe/run.py --wcomp $<TARGET_FILE:wcomp>
           --out ${PROJECT_BINARY_DIR}/executables_aarch64 --target aarch64-linux --emulator qemu-aarch64-static)
  set_tests_properties(executables_aarch64 PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()
