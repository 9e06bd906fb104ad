# Guests and a host on generated bindings, and two of the guests composed: every kind of value and resource, both ways.
set(roundtrip ${PROJECT_SOURCE_DIR}/tests/bindgen/roundtrip)
set(out ${PROJECT_BINARY_DIR}/tests/roundtrip)
set(checked LINK_OPTIONS -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=free)
foreach(guest echo user keeper)
  set(ownership "")
  if(guest STREQUAL keeper)
    set(ownership TYPE_OWNERSHIP owning)
  endif()
  wcomp_add_component(TARGET ${guest} SOURCES ${roundtrip}/${guest}.cpp ${roundtrip}/checked_alloc.cpp WIT ${roundtrip}/wit WORLD ${guest} ${ownership}
                      OUTPUT ${out}/${guest}.wasm ${checked})
endforeach()
foreach(guest fixed fixed_echo fixed_user)
  string(REPLACE "_" "-" world ${guest})
  wcomp_add_component(TARGET ${guest} SOURCES ${roundtrip}/${guest}.cpp ${roundtrip}/checked_alloc.cpp WIT ${roundtrip}/c/fixed.wit WORLD ${world}
                      FEATURES fixed-length-lists OUTPUT ${out}/${guest}.wasm ${checked})
endforeach()
add_custom_command(
  OUTPUT ${out}/composed.wasm
  COMMAND wcomp compose ${out}/user.wasm ${out}/echo.wasm -o ${out}/composed.wasm
  DEPENDS wcomp ${out}/user.wasm ${out}/echo.wasm
  COMMENT "Composing the round trip's guests")
add_executable(bindgen_roundtrip ${roundtrip}/host.cpp ${out}/composed.wasm ${out}/keeper.wasm ${out}/fixed.wasm)
set_target_properties(bindgen_roundtrip PROPERTIES CXX_STANDARD 20)
wcomp_host_bindings(TARGET bindgen_roundtrip WIT ${roundtrip}/wit WORLD echo user keeper)
wcomp_host_bindings(TARGET bindgen_roundtrip WIT ${roundtrip}/c/fixed.wit WORLD fixed FEATURES fixed-length-lists)
add_test(NAME bindgen_roundtrip COMMAND bindgen_roundtrip ${out}/echo.wasm ${out}/user.wasm ${out}/composed.wasm ${out}/keeper.wasm ${out}/fixed.wasm)
# What the two guests make of each other in another runtime is the same.
add_test(NAME bindgen_peers COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/peers_test.py ${out}/composed.wasm)

# The same guests in C, in their places; and what these leave out, between C and C.
foreach(guest echo user keeper giver looker taker fixed fixed_echo)
  set(ownership "")
  if(guest STREQUAL keeper)
    set(ownership TYPE_OWNERSHIP owning)
  endif()
  string(REPLACE "_" "-" world ${guest})
  set(wit ${roundtrip}/wit)
  if(guest MATCHES "giver|looker|taker")
    set(wit ${roundtrip}/c/wit)
  elseif(guest MATCHES fixed)
    set(wit ${roundtrip}/c/fixed.wit)
  endif()
  wcomp_add_component(TARGET c_${guest} LANGUAGE c SOURCES ${roundtrip}/c/${guest}.c ${roundtrip}/checked_alloc.cpp WIT ${wit} WORLD ${world} ${ownership}
                      FEATURES fixed-length-lists OPTIONS -Wconversion OUTPUT ${out}/c_${guest}.wasm ${checked})
endforeach()
function(roundtrip_composed name)
  list(TRANSFORM ARGN PREPEND ${out}/)
  list(TRANSFORM ARGN APPEND .wasm)
  add_custom_command(OUTPUT ${out}/${name}.wasm COMMAND wcomp compose ${ARGN} -o ${out}/${name}.wasm DEPENDS wcomp ${ARGN} COMMENT "Composing ${name}")
endfunction()
roundtrip_composed(c_composed c_user c_echo)
roundtrip_composed(c_with_cpp c_user echo)
roundtrip_composed(cpp_with_c user c_echo)
roundtrip_composed(c_more c_taker c_looker c_giver)
roundtrip_composed(fixed_composed fixed_user fixed_echo)
roundtrip_composed(fixed_with_c fixed_user c_fixed_echo)
add_custom_target(bindgen_roundtrip_c ALL DEPENDS ${out}/c_composed.wasm ${out}/c_with_cpp.wasm ${out}/cpp_with_c.wasm ${out}/c_more.wasm
                  ${out}/fixed_composed.wasm ${out}/fixed_with_c.wasm)
add_dependencies(bindgen_roundtrip_c c_keeper c_fixed)
add_test(NAME bindgen_roundtrip_c COMMAND bindgen_roundtrip ${out}/c_echo.wasm ${out}/c_user.wasm ${out}/c_composed.wasm ${out}/c_keeper.wasm ${out}/c_fixed.wasm)
add_test(NAME bindgen_composed_c COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/composed_c_test.py --bin ${PROJECT_BINARY_DIR} --components ${out})
