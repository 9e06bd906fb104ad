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
elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64" AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(runner_name wcomp-runner-aarch64-linux)
endif()

# wcomp_runner_program(<target> <file> <link options>..): where `wcomp exe` looks for it, and installed there.
function(wcomp_runner_program target file)
  file(GLOB program CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/runner/program/*.cpp)
  # Definitions of the runner's own stand for some of the C library, also where the library's come in for their neighbours: so far of that for x86-64.
  # In Debug nothing is dropped, so more of the C library is looked at.
  set(own_libc -Wl,-z,muldefs)
  if(CMAKE_BUILD_TYPE STREQUAL "Debug" OR NOT file MATCHES "x86_64")
    list(FILTER program EXCLUDE REGEX "/small_[a-z]*.cpp$")
    set(own_libc "")
  endif()
  add_executable(${target} ${program})
  # Options of the folder are left out: beside -static-libstdc++ clang would make a dynamic program of it.
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${file} RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR} LINK_OPTIONS
    "${ARGN};${own_libc};-fuse-ld=lld-19;-static-pie;-Wl,--gc-sections;-Wl,--icf=all;-Wl,-O2;-Wl,-z,pack-relative-relocs;-Wl,--build-id=none;-Wl,-s")
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_dependencies(${target} wcomp_commit)
  endif()
  set_property(GLOBAL APPEND PROPERTY WCOMP_RUNNERS ${target})
endfunction()

if(runner_name AND WCOMP_HAS_STATIC_LIBC AND NOT WCOMP_SANITIZE AND NOT WCOMP_FUZZ)
  wcomp_runner_program(wcomp_runner_program ${runner_name} -Wl,-Map=${PROJECT_BINARY_DIR}/generated/runner.map)
  target_link_libraries(wcomp_runner_program PRIVATE wcomp_runner)
endif()
