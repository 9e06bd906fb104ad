# The runner for aarch64 in a wcomp for another processor (WCOMP_AARCH64): `wcomp exe --target aarch64-linux` puts it in front of programs. clang is a
# cross compiler as it is. Left out is what a program without compiler, interpreter, validator and planner cannot need.
if(NOT WCOMP_AARCH64 OR NOT WCOMP_HAS_AARCH64_HEADERS OR CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64" OR WCOMP_SANITIZE OR WCOMP_FUZZ)
  return()
endif()
wcomp_sources_of(sources
  LAYERS base types core canonical_abi dwarf cache engine runtime wasi runner
  WITHOUT canonical-abi/fuse core/text/ core/builder core/decode core/encode core/opcode core/shortcuts core/type_bytes
    engine/interp/ engine/register_ engine/profiler engine/tiers engine/native_stack
    engine/jit/assembler engine/jit/code_cache engine/jit/compile\\. engine/jit/compile_ engine/jit/emit engine/jit/function_compiler engine/jit/registers engine/jit/stencil engine/jit/jit_dump
    engine/jit/x86_64/ engine/jit/aarch64/assembler engine/jit/aarch64/emit
    runtime/component runtime/module\\. runtime/module_values runtime/precompiled/kept runtime/precompiled/write
  WITH component/features.cpp component/versions.cpp link/entering_set.cpp link/types.cpp)
wcomp_runner_program(wcomp_runner_aarch64 wcomp-runner-aarch64-linux --target=aarch64-linux-gnu)
target_sources(wcomp_runner_aarch64 PRIVATE ${sources})
target_include_directories(wcomp_runner_aarch64 PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/generated ${PROJECT_BINARY_DIR}/generated/wasi)
# As in aarch64.toolchain.cmake: a product and a sum are two roundings.
target_compile_options(wcomp_runner_aarch64 PRIVATE --target=aarch64-linux-gnu -ffp-contract=off)
add_dependencies(wcomp_runner_aarch64 wasi_bindings)
