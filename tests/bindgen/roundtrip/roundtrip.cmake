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
add_custom_command(
  OUTPUT ${out}/composed.wasm
  COMMAND wcomp compose ${out}/user.wasm ${out}/echo.wasm -o ${out}/composed.wasm
  DEPENDS wcomp ${out}/user.wasm ${out}/echo.wasm
  COMMENT "Composing the round trip's guests")
add_executable(bindgen_roundtrip ${roundtrip}/host.cpp ${out}/composed.wasm ${out}/keeper.wasm)
set_target_properties(bindgen_roundtrip PROPERTIES CXX_STANDARD 20)
wcomp_host_bindings(TARGET bindgen_roundtrip WIT ${roundtrip}/wit WORLD echo user keeper)
add_test(NAME bindgen_roundtrip COMMAND bindgen_roundtrip ${out}/echo.wasm ${out}/user.wasm ${out}/composed.wasm ${out}/keeper.wasm)
# What the two guests make of each other in another runtime is the same.
add_test(NAME bindgen_peers COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bindgen/peers_test.py ${out}/composed.wasm)
