# Handlers are leaf functions that only jump: a frame pointer would be a third of some. All files that may hold one are compiled alike, since
# the linker keeps any one copy of a template's function.
file(GLOB interpreter_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/interp/*.cpp)
set_source_files_properties(${interpreter_sources} PROPERTIES COMPILE_OPTIONS "$<$<NOT:$<CONFIG:Debug>>:-fomit-frame-pointer>")

# Stencils of the compiler (engine/jit): compiled with flags of their own whatever the build type is, read out of the object file, included.
set(stencil_dir ${PROJECT_SOURCE_DIR}/engine/jit/stencils)
set(stencil_sources stencils vector_stencils)  # the first one says which registers the variants have
set(stencil_flags -std=c++23 -O2 -fno-pic -ffunction-sections -fno-asynchronous-unwind-tables -fno-stack-protector -fomit-frame-pointer
    -fno-exceptions -fno-jump-tables -fno-math-errno -fno-slp-vectorize -fno-vectorize -ffp-contract=off -mllvm -disable-vector-combine -w -DNDEBUG
    -DFMT_HEADER_ONLY=1 -I${PROJECT_SOURCE_DIR} -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_BINARY_DIR}/generated)
set(stencil_readers extract.py object_file.py x86_64.py aarch64.py)
list(TRANSFORM stencil_readers PREPEND ${stencil_dir}/)

# The folder of a build for this machine, which has the stencils already: compiling them is a minute's work, and they are the same everywhere.
set(WCOMP_NATIVE_BUILD "" CACHE PATH "where wcomp was built for the machine that builds, with WCOMP_AARCH64")

# wcomp_stencils(<processor> <flags>..): generated/wcomp_stencils_<processor>.inc
function(wcomp_stencils processor)
  set(include ${PROJECT_BINARY_DIR}/generated/wcomp_stencils_${processor}.inc)
  if(WCOMP_NATIVE_BUILD)
    set(from ${WCOMP_NATIVE_BUILD}/generated/wcomp_stencils_${processor}.inc)
    add_custom_command(OUTPUT ${include} COMMAND ${CMAKE_COMMAND} -E copy_if_different ${from} ${include} DEPENDS ${from} VERBATIM)
    return()
  endif()
  set(launcher ${CMAKE_CXX_COMPILER_LAUNCHER})
  set(objects)
  foreach(source IN LISTS stencil_sources)
    set(object ${PROJECT_BINARY_DIR}/generated/${processor}_${source}.o)
    list(APPEND objects ${object})
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/generated
      COMMAND ${launcher} ${CMAKE_CXX_COMPILER} ${ARGN} ${stencil_flags} -MD -MF ${object}.d -MT generated/${processor}_${source}.o
              -c ${stencil_dir}/${source}.cpp -o ${object}
      DEPENDS ${stencil_dir}/${source}.cpp
      DEPFILE ${object}.d
      COMMENT "Compiling ${source} for ${processor}"
      VERBATIM)
  endforeach()
  add_custom_command(
    OUTPUT ${include}
    COMMAND ${Python3_EXECUTABLE} ${stencil_dir}/extract.py ${include} ${objects}
    DEPENDS ${objects} ${stencil_readers}
    COMMENT "Reading stencils for ${processor}"
    VERBATIM)
endfunction()
# A table with nothing to find in it.
function(wcomp_no_stencils processor)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/wcomp_stencils_${processor}.inc CONTENT
"constexpr std::array<std::uint8_t, 0> stencil_bytes{};
constexpr std::array<Field, 0> stencil_fields{};
constexpr std::array<Patch, 0> stencil_patches{};
constexpr std::array<Stencil, 0> stencils{};
constexpr std::array<std::array<std::uint8_t, 16>, 0> stencil_literals{};
")
endfunction()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  wcomp_stencils(x86_64 -march=x86-64-v2 -mcmodel=small)
else()
  wcomp_no_stencils(x86_64)
endif()
# For another processor its headers have to be there: those of glibc and libstdc++ (Debian: libstdc++-12-dev-arm64-cross).
set(aarch64_stencil_flags --target=aarch64-linux-gnu -mcmodel=tiny -ffixed-x15)
option(WCOMP_AARCH64 "stencils for aarch64 in a wcomp for another processor" OFF)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  set(WCOMP_HAS_AARCH64_HEADERS TRUE)
elseif(WCOMP_AARCH64)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS "--target=aarch64-linux-gnu")
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  check_cxx_source_compiles("#include <vector>\n#include <cstdint>\n#if !defined(__aarch64__)\n#error\n#endif\nint f() { return std::vector<int>(1)[0]; }" WCOMP_HAS_AARCH64_HEADERS)
  unset(CMAKE_REQUIRED_FLAGS)
  unset(CMAKE_TRY_COMPILE_TARGET_TYPE)
endif()
if(WCOMP_HAS_AARCH64_HEADERS)
  wcomp_stencils(aarch64 ${aarch64_stencil_flags})
else()
  wcomp_no_stencils(aarch64)
endif()
foreach(processor x86_64 aarch64)
  set(stencil_include ${PROJECT_BINARY_DIR}/generated/wcomp_stencils_${processor}.inc)
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/engine/jit/stencil_table.cpp APPEND PROPERTY OBJECT_DEPENDS ${stencil_include})
  target_sources(wcomp_engine PRIVATE ${stencil_include})
endforeach()
