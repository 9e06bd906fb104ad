# Compositions of three components that hand resources to each other: the same output here and in wasmtime.
if(WCOMP_SAMPLES AND TARGET wcomp)
  set(compositions ${PROJECT_SOURCE_DIR}/tests/compositions)
  foreach(part library:store library:index library:reader pool:pool pool:worker pool:driver)
    string(REGEX MATCH "(.*):(.*)" _ ${part})
    set(folder ${CMAKE_MATCH_1})
    set(world ${CMAKE_MATCH_2})
    wcomp_add_component(TARGET composition_${folder}_${world} SOURCES ${compositions}/${folder}/${world}.cpp WIT ${compositions}/${folder}/wit WORLD ${world}
                        OUTPUT ${PROJECT_BINARY_DIR}/compositions/${folder}/${world}.wasm)
  endforeach()
  add_test(NAME compositions COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/compositions_test.py --wcomp $<TARGET_FILE:wcomp>
           --folder ${PROJECT_BINARY_DIR}/compositions)
  set_tests_properties(compositions PROPERTIES TIMEOUT 300)
endif()
