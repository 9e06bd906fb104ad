# Guests and a host on generated bindings, and two of the guests composed: every kind of value and resource, both ways.
set(roundtrip ${PROJECT_SOURCE_DIR}/tests/bindgen/roundtrip)
set(out ${PROJECT_BINARY_DIR}/tests/roundtrip)
wcomp_add_component(echo OUTPUT ${out}/echo.wasm WIT ${roundtrip}/wit WORLD echo SOURCES ${roundtrip}/echo.cpp)
wcomp_add_component(user OUTPUT ${out}/user.wasm WIT ${roundtrip}/wit WORLD user SOURCES ${roundtrip}/user.cpp)
add_custom_command(
  OUTPUT ${out}/composed.wasm
  COMMAND wcomp compose ${out}/user.wasm ${out}/echo.wasm -o ${out}/composed.wasm
  DEPENDS wcomp ${out}/user.wasm ${out}/echo.wasm
  COMMENT "Composing the round trip's guests")
add_custom_command(
  OUTPUT ${out}/bindings/echo_host.h ${out}/bindings/user_host.h
  COMMAND witc bindgen ${roundtrip}/wit --lang cpp-host -o ${out}/bindings
  DEPENDS witc ${roundtrip}/wit/echo.wit
  COMMENT "Host bindings of the round trip")
add_executable(bindgen_roundtrip ${roundtrip}/host.cpp ${out}/bindings/echo_host.h ${out}/composed.wasm)
set_target_properties(bindgen_roundtrip PROPERTIES CXX_STANDARD 20)
target_include_directories(bindgen_roundtrip PRIVATE ${out}/bindings)
target_link_libraries(bindgen_roundtrip PRIVATE wcomp_wasi)
add_test(NAME bindgen_roundtrip COMMAND bindgen_roundtrip ${out}/echo.wasm ${out}/user.wasm ${out}/composed.wasm)
