# The runner of `wcomp exe` (runner/program): a static program of those parts of the layers that running compiled code takes. It names no part of
# the compiler, the interpreter or the planner, and the linker keeps what is used (see engine/tiers.h).
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static-pie)
check_cxx_source_compiles("int main() {}" WCOMP_HAS_STATIC_LIBC)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
set(runner_name "")
# What runs once in a process, or waits for the system anyway, is compiled for size. Tables for unwinding are a tenth of it, which need to be right
# where calls are alone; those of functions that the linker drops go with them if it is told that this linker can do so.
set(small_sources runner/*.cpp wasi/*.cpp dwarf/*.cpp types/types.cpp base/check.cpp base/failure.cpp canonical-abi/shape.cpp link/types.cpp component/versions.cpp
    cache/cache.cpp cache/folder.cpp core/expr_reader.cpp runtime/precompiled/load.cpp runtime/precompiled/image.cpp runtime/linker.cpp runtime/linked_instance.cpp
    runtime/module_linker.cpp runtime/parts.cpp runtime/prepared.cpp runtime/type_match.cpp)
list(TRANSFORM small_sources PREPEND ${PROJECT_SOURCE_DIR}/)
file(GLOB_RECURSE small_sources CONFIGURE_DEPENDS ${small_sources})
set_source_files_properties(${small_sources} PROPERTIES
  COMPILE_OPTIONS "$<$<NOT:$<CONFIG:Debug>>:-Os;-fno-asynchronous-unwind-tables;-fbinutils-version=2.36>")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(runner_name wcomp-runner-x86_64-linux)
endif()

if(runner_name AND WCOMP_HAS_STATIC_LIBC AND NOT WCOMP_SANITIZE AND NOT WCOMP_FUZZ)
  file(GLOB runner_program CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/runner/program/*.cpp)
  if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    list(FILTER runner_program EXCLUDE REGEX "/small_[a-z]*.cpp$")  # nothing is dropped there, so more of the C library is looked at
  endif()
  add_executable(wcomp_runner_program ${runner_program})
  target_link_libraries(wcomp_runner_program PRIVATE wcomp_runner)
  set_target_properties(wcomp_runner_program PROPERTIES OUTPUT_NAME ${runner_name} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_dependencies(wcomp_runner_program wcomp_commit)
  endif()
  # Definitions of the runner's own stand for some of the C library (runner/program/small_*.cpp), also where the library's come in for their neighbours.
  # Beside -static-libstdc++ clang would make a dynamic program of it.
  set_target_properties(wcomp_runner_program PROPERTIES LINK_OPTIONS
    "-fuse-ld=lld-19;-static-pie;-Wl,--gc-sections;-Wl,--icf=all;-Wl,-z,muldefs;-Wl,-O2;-Wl,-z,pack-relative-relocs;-Wl,--build-id=none;-Wl,-s;-Wl,-Map=${PROJECT_BINARY_DIR}/generated/runner.map")
endif()
