# The WASI host is written on bindings that the witc of this build makes of wasi/wit.
set(wasi_bindings ${PROJECT_BINARY_DIR}/generated/wasi)
file(GLOB_RECURSE wasi_wit CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/wasi/wit/*.wit)
add_custom_command(
  OUTPUT ${wasi_bindings}/host_host.h
  COMMAND witc bindgen ${PROJECT_SOURCE_DIR}/wasi/wit --lang cpp-host --world host --all-features --quiet -o ${wasi_bindings}
  DEPENDS witc ${wasi_wit}
  COMMENT "Generating the WASI host's bindings")
add_custom_target(wasi_bindings DEPENDS ${wasi_bindings}/host_host.h)
add_dependencies(wcomp_wasi wasi_bindings)
target_include_directories(wcomp_wasi PRIVATE ${wasi_bindings})
