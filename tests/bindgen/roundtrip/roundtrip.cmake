# Guests and a host on generated bindings, and two of the guests composed: every kind of value and resource, both ways.
set(roundtrip ${PROJECT_SOURCE_DIR}/tests/bindgen/roundtrip)
set(out ${PROJECT_BINARY_DIR}/tests/roundtrip)
wcomp_add_component(TARGET echo SOURCES ${roundtrip}/echo.cpp WIT ${roundtrip}/wit WORLD echo OUTPUT ${out}/echo.wasm)
wcomp_add_component(TARGET user SOURCES ${roundtrip}/user.cpp WIT ${roundtrip}/wit WORLD user OUTPUT ${out}/user.wasm)
add_custom_command(
  OUTPUT ${out}/composed.wasm
  COMMAND wcomp compose ${out}/user.wasm ${out}/echo.wasm -o ${out}/composed.wasm
  DEPENDS wcomp ${out}/user.wasm ${out}/echo.wasm
  COMMENT "Composing the round trip's guests")
add_executable(bindgen_roundtrip ${roundtrip}/host.cpp ${out}/composed.wasm)
set_target_properties(bindgen_roundtrip PROPERTIES CXX_STANDARD 20)
wcomp_host_bindings(TARGET bindgen_roundtrip WIT ${roundtrip}/wit WORLD echo user)
add_test(NAME bindgen_roundtrip COMMAND bindgen_roundtrip ${out}/echo.wasm ${out}/user.wasm ${out}/composed.wasm)
