# Handlers are leaf functions that only jump: a frame pointer would be a third of some. All files that may hold one are compiled alike, since
# the linker keeps any one copy of a template's function.
file(GLOB interpreter_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/interp/*.cpp)
set_source_files_properties(${interpreter_sources} PROPERTIES COMPILE_OPTIONS "$<$<NOT:$<CONFIG:Debug>>:-fomit-frame-pointer>")

# Stencils of the compiler (engine/jit): compiled with flags of their own whatever the build type is, read out of the object file, included.
set(stencil_dir ${PROJECT_SOURCE_DIR}/engine/jit/stencils)
set(stencil_object ${PROJECT_BINARY_DIR}/generated/wcomp_stencils.o)
set(stencil_include ${PROJECT_BINARY_DIR}/generated/wcomp_stencils.inc)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(stencil_launcher ${CMAKE_CXX_COMPILER_LAUNCHER})
  add_custom_command(
    OUTPUT ${stencil_object}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/generated
    COMMAND ${stencil_launcher} ${CMAKE_CXX_COMPILER} -std=c++23 -O2 -march=x86-64-v2 -fno-pic -mcmodel=small -ffunction-sections
            -fno-asynchronous-unwind-tables -fno-stack-protector -fomit-frame-pointer -fno-exceptions -fno-jump-tables -fno-math-errno
            -fno-slp-vectorize -fno-vectorize -ffp-contract=off -mllvm -disable-vector-combine -w -DNDEBUG -DFMT_HEADER_ONLY=1
            -I${PROJECT_SOURCE_DIR} -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_BINARY_DIR}/generated
            -MD -MF ${stencil_object}.d -MT generated/wcomp_stencils.o -c ${stencil_dir}/stencils.cpp -o ${stencil_object}
    DEPENDS ${stencil_dir}/stencils.cpp
    DEPFILE ${stencil_object}.d
    COMMENT "Compiling stencils"
    VERBATIM)
  add_custom_command(
    OUTPUT ${stencil_include}
    COMMAND ${Python3_EXECUTABLE} ${stencil_dir}/extract.py ${stencil_object} ${stencil_include}
    DEPENDS ${stencil_object} ${stencil_dir}/extract.py
    COMMENT "Reading stencils"
    VERBATIM)
else()
  # No compiler for this machine yet: a table with nothing to find in it.
  file(CONFIGURE OUTPUT ${stencil_include} CONTENT
"constexpr std::uint8_t stencil_bytes[1] = {};
constexpr Field stencil_fields[1] = {};
constexpr Patch stencil_patches[1] = {};
constexpr Stencil stencils[1] = {};
constexpr std::array<std::uint8_t, 16> stencil_literals[1] = {};
")
endif()
set_property(SOURCE ${PROJECT_SOURCE_DIR}/engine/jit/stencil_table.cpp APPEND PROPERTY OBJECT_DEPENDS ${stencil_include})
target_sources(wcomp_engine PRIVATE ${stencil_include})
