# The tests of wasi/ also look at the objects that stand behind the generated bindings.
target_include_directories(wasi_tests PRIVATE ${PROJECT_BINARY_DIR}/generated/wasi)
add_dependencies(wasi_tests wasi_bindings)
