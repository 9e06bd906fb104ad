# What threads share, under the thread sanitizer: the layers that instances are made of, and the threads that validate, are compiled once more
# for one program; everything else is as it is in this build: it runs on one thread, or is code that runs the guest. Not together with other
# sanitizers, and not again under them: the same tests are part of runtime_tests.
if(NOT WCOMP_SANITIZE AND NOT WCOMP_FUZZ AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  set(threads_sources ${PROJECT_SOURCE_DIR}/tests/runtime/threads_test.cpp ${PROJECT_SOURCE_DIR}/tests/main.cpp ${PROJECT_SOURCE_DIR}/core/validate_bodies.cpp)
  foreach(folder base link cache dwarf engine engine/jit engine/jit/x86_64 engine/jit/aarch64 runtime runtime/precompiled)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
    list(APPEND threads_sources ${sources})
  endforeach()
  add_executable(threads_tests ${threads_sources})
  target_link_libraries(threads_tests PRIVATE wcomp_runtime doctest::doctest Threads::Threads)
  target_include_directories(threads_tests PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_options(threads_tests PRIVATE -fsanitize=thread -O1 -g1)
  target_link_options(threads_tests PRIVATE -fsanitize=thread)
  add_test(NAME threads COMMAND threads_tests)
  set_tests_properties(threads PROPERTIES LABELS once TIMEOUT 300 ENVIRONMENT "TSAN_OPTIONS=halt_on_error=0 exitcode=66 second_deadlock_stack=1")
endif()
