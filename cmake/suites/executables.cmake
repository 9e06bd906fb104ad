# Executables of `wcomp exe`: what they do, what is granted, damage, a root with nothing else in it. Sanitized builds have no runner.
if(TARGET wcomp AND TARGET wcomp_runner_program)
  set(largest "")
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    set(largest --max-size 1490000)
  endif()
  add_test(NAME executables COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/exe/run.py --wcomp $<TARGET_FILE:wcomp> --out ${PROJECT_BINARY_DIR}/executables ${largest})
  set_tests_properties(executables PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 300)

  # What the runner's own stands for, without what compilers know of the library's.
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_executable(small_libc_test tests/exe/small_libc_test.cpp runner/program/small_libc.cpp runner/program/small_strings.cpp)
    set_source_files_properties(tests/exe/small_libc_test.cpp PROPERTIES COMPILE_OPTIONS -fno-builtin)
    set_target_properties(small_libc_test PROPERTIES LINK_OPTIONS "-fuse-ld=lld-19;-static-pie;-Wl,--gc-sections;-Wl,-z,muldefs")
    add_test(NAME small_libc COMMAND small_libc_test)
  endif()
endif()
if(TARGET wcomp AND TARGET wcomp_runner_aarch64)
  add_test(NAME executables_aarch64 COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/exe/run.py --wcomp $<TARGET_FILE:wcomp>
           --out ${PROJECT_BINARY_DIR}/executables_aarch64 --target aarch64-linux --emulator qemu-aarch64-static)
  set_tests_properties(executables_aarch64 PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()
