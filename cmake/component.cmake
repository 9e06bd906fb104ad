# The preview 1 adapter: component/adapter-src compiled for wasm32, twice (with and without files), and the WIT of its imports, as bytes
# in a generated source file. The version of WASI 0.2 is that of wasi/wit.
set(adapter_dir ${PROJECT_SOURCE_DIR}/component/adapter-src)
set(adapter_out ${PROJECT_BINARY_DIR}/generated/adapter)
file(MAKE_DIRECTORY ${adapter_out})
file(GLOB adapter_wit CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/wasi/wit/deps/*/*.wit)
file(GLOB adapter_headers CONFIGURE_DEPENDS ${adapter_dir}/*.h ${adapter_dir}/*.def)
file(STRINGS ${PROJECT_SOURCE_DIR}/wasi/wit/deps/io/io.wit adapter_version REGEX "^package wasi:io@")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" adapter_version "${adapter_version}")
find_program(WCOMP_WASM_CC clang-19 REQUIRED)
foreach(files 0 1)
  set(sources ${adapter_dir}/process.c ${adapter_dir}/clocks.c ${adapter_dir}/fds.c)
  if(files)
    list(APPEND sources ${adapter_dir}/files.c)
  endif()
  add_custom_command(
    OUTPUT ${adapter_out}/adapter${files}.wasm
    COMMAND ${WCOMP_WASM_CC} --target=wasm32 -Os -std=c17 -Wall -Wextra -Werror -ffreestanding -nostdlib -mcpu=mvp -mbulk-memory -fvisibility=hidden
            -DWCOMP_FILES=${files} "-DWCOMP_WASI_VERSION=\"${adapter_version}\"" -Wl,--no-entry -Wl,--import-memory -Wl,--strip-debug
            -Wl,-z,stack-size=16384 ${sources} -o ${adapter_out}/adapter${files}.wasm
    DEPENDS ${sources} ${adapter_headers}
    COMMENT "Compiling the preview 1 adapter (${files})" VERBATIM)
endforeach()
add_custom_command(
  OUTPUT ${adapter_out}/files.cpp
  COMMAND ${Python3_EXECUTABLE} ${adapter_dir}/embed.py ${adapter_version} ${adapter_out}/adapter0.wasm ${adapter_out}/adapter1.wasm ${adapter_out}/files.cpp ${adapter_wit}
  DEPENDS ${adapter_dir}/embed.py ${adapter_out}/adapter0.wasm ${adapter_out}/adapter1.wasm ${adapter_wit}
  COMMENT "Embedding the preview 1 adapter" VERBATIM)
target_sources(${target} PRIVATE ${adapter_out}/files.cpp)

# The built-in library with dlopen: a shared library like any other, as bytes in a generated source file.
set(libdl_dir ${PROJECT_SOURCE_DIR}/component/shared_libraries/libdl-src)
set(libdl_out ${PROJECT_BINARY_DIR}/generated/libdl)
file(MAKE_DIRECTORY ${libdl_out})
add_custom_command(
  OUTPUT ${libdl_out}/libdl.so
  COMMAND ${WCOMP_WASM_CC} --target=wasm32 -Os -std=c17 -Wall -Wextra -Werror -fPIC -ffreestanding -nostdlib -mcpu=mvp -mmutable-globals -fvisibility=hidden
          -Wl,-shared -Wl,--experimental-pic -Wl,--no-entry -Wl,--strip-debug -Wl,--unresolved-symbols=import-dynamic ${libdl_dir}/libdl.c -o ${libdl_out}/libdl.so
  DEPENDS ${libdl_dir}/libdl.c
  COMMENT "Compiling the built-in libdl" VERBATIM)
add_custom_command(
  OUTPUT ${libdl_out}/libdl.cpp
  COMMAND ${Python3_EXECUTABLE} ${libdl_dir}/embed.py ${libdl_out}/libdl.so ${libdl_out}/libdl.cpp
  DEPENDS ${libdl_dir}/embed.py ${libdl_out}/libdl.so
  COMMENT "Embedding the built-in libdl" VERBATIM)
target_sources(${target} PRIVATE ${libdl_out}/libdl.cpp)
