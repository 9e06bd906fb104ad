# Fuzz targets: one per phase, run by scripts/fuzz. Part of the sanitizer build (WCOMP_FUZZ).
foreach(target wit wit_format wit_operations wit_package core core_text component componentize text wave execute)
  add_executable(fuzz_${target} ${PROJECT_SOURCE_DIR}/fuzz/${target}.cpp)
  target_link_libraries(fuzz_${target} PRIVATE wcomp_wit wcomp_core wcomp_component wcomp_link)
  target_link_options(fuzz_${target} PRIVATE -fsanitize=fuzzer)
endforeach()
target_sources(fuzz_execute PRIVATE ${PROJECT_SOURCE_DIR}/fuzz/support/generate.cpp)
target_link_libraries(fuzz_execute PRIVATE wcomp_wast)
