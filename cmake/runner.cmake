# The runner of `wcomp exe` (runner/program): a static program of those parts of the layers that running compiled code takes. It names no part of
# the compiler, the interpreter or the planner, and the linker keeps what is used (see engine/tiers.h).
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static-pie)
check_cxx_source_compiles("int main() {}" WCOMP_HAS_STATIC_LIBC)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
set(runner_name "")
# What runs once in a process is compiled for size.
set_source_files_properties(${PROJECT_SOURCE_DIR}/runtime/precompiled/load.cpp ${PROJECT_SOURCE_DIR}/runtime/precompiled/image.cpp
  ${PROJECT_SOURCE_DIR}/runner/sandbox.cpp ${PROJECT_SOURCE_DIR}/runner/payload.cpp ${PROJECT_SOURCE_DIR}/runner/arguments.cpp ${PROJECT_SOURCE_DIR}/runner/program/main.cpp
  ${PROJECT_SOURCE_DIR}/runtime/module_linker.cpp ${PROJECT_SOURCE_DIR}/base/failure.cpp
  PROPERTIES COMPILE_OPTIONS "$<$<NOT:$<CONFIG:Debug>>:-Os>")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(runner_name wcomp-runner-x86_64-linux)
endif()

if(runner_name AND WCOMP_HAS_STATIC_LIBC AND NOT WCOMP_SANITIZE AND NOT WCOMP_FUZZ)
  file(GLOB runner_program CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/runner/program/*.cpp)
  add_executable(wcomp_runner_program ${runner_program})
  target_link_libraries(wcomp_runner_program PRIVATE wcomp_runner)
  set_target_properties(wcomp_runner_program PROPERTIES OUTPUT_NAME ${runner_name} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_dependencies(wcomp_runner_program wcomp_commit)
  endif()
  # Beside -static-libstdc++ clang would make a dynamic program of it.
  set_target_properties(wcomp_runner_program PROPERTIES LINK_OPTIONS
    "-fuse-ld=lld-19;-static-pie;-Wl,--gc-sections;-Wl,--icf=all;-Wl,-O2;-Wl,-z,pack-relative-relocs;-Wl,--build-id=none;-Wl,-s;-Wl,-Map=${PROJECT_BINARY_DIR}/generated/runner.map")
endif()
