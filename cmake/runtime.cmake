# What tells one build's compiled code from another's (runtime/precompiled/code_id.cpp): the sources that it depends on.
set(code_id_globs engine/*.h engine/*.cpp engine/*.def engine/jit/*.h engine/jit/*.cpp engine/jit/stencils/* core/*.h core/*.def canonical-abi/*.h canonical-abi/*.cpp
    canonical-abi/*.def link/*.h link/*.cpp types/*.h types/*.def component/*.def include/wcomp/traps.def runtime/prepared.* runtime/intrinsics.cpp runtime/precompiled/*
    cmake/engine.cmake)
list(TRANSFORM code_id_globs PREPEND ${PROJECT_SOURCE_DIR}/)
file(GLOB_RECURSE code_id_sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} ${code_id_globs})
list(SORT code_id_sources)
set(code_id_list ${PROJECT_BINARY_DIR}/generated/wcomp_code_id.txt)
list(JOIN code_id_sources "\n" code_id_lines)
file(CONFIGURE OUTPUT ${code_id_list} CONTENT "${code_id_lines}\n" @ONLY)
list(TRANSFORM code_id_sources PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE code_id_paths)
set(code_id_header ${PROJECT_BINARY_DIR}/generated/wcomp_code_id.h)
add_custom_command(
  OUTPUT ${code_id_header}
  COMMAND ${CMAKE_COMMAND} -DOUT=${code_id_header} -DSOURCE=${PROJECT_SOURCE_DIR} -DVERSION=${PROJECT_VERSION} -DFILES=${code_id_list}
          -P ${PROJECT_SOURCE_DIR}/cmake/code_id.cmake
  DEPENDS ${code_id_paths} ${code_id_list} ${PROJECT_SOURCE_DIR}/cmake/code_id.cmake
  COMMENT "Summing up what compiled code depends on"
  VERBATIM)
set_property(SOURCE ${PROJECT_SOURCE_DIR}/runtime/precompiled/code_id.cpp APPEND PROPERTY OBJECT_DEPENDS ${code_id_header})
target_sources(wcomp_runtime PRIVATE ${code_id_header})
