# The engine on aarch64: built for it and run under qemu, which costs minutes; skipped where the tools are missing.
if(CMAKE_CROSSCOMPILING)
  # `wcomp wast` alone: what the suite runs scripts with.
  wcomp_sources_of(sources
    LAYERS types canonical_abi component link runtime wast
    WITHOUT component/abi component/builder component/componentize/ component/def_val_type component/graph_decoder component/metadata component/outline
      component/sections component/shared_libraries/ component/targets component/text/print component/type_scope component/unbundle component/wit_ link/json link/print
    WITH wit/names.cpp cli/wcomp/wast.cpp cli/wcomp/features.cpp cli/wcomp/backend_option.cpp cli/wcomp/input.cpp tests/wast/program.cpp)
  add_executable(wcomp_wast_program EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(wcomp_wast_program PRIVATE wcomp_cli_common wcomp_engine)
elseif(WCOMP_HAS_AARCH64_HEADERS AND NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  set(found)
  foreach(package fmt Boost boost_headers nlohmann_json CLI11 doctest)
    if(${package}_DIR)
      list(APPEND found -D${package}_DIR=${${package}_DIR})
    endif()
  endforeach()
  if(CMAKE_CXX_COMPILER_LAUNCHER)
    list(APPEND found -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON)
  endif()
  add_test(NAME aarch64 COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/aarch64_test.py --source ${PROJECT_SOURCE_DIR}
           --build ${PROJECT_BINARY_DIR}/aarch64 --cmake ${CMAKE_COMMAND} -DWCOMP_NATIVE_BUILD=${PROJECT_BINARY_DIR} ${found})
  set_tests_properties(aarch64 PROPERTIES LABELS once SKIP_RETURN_CODE 77 TIMEOUT 1800)
endif()
