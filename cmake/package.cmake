# Packages: `cpack -G DEB` and `cpack -G TGZ` in the build folder. One package has the programs, the library and what goes with them.
set(CPACK_PACKAGE_NAME wcomp)
set(CPACK_PACKAGE_VENDOR "The wcomp authors")
set(CPACK_PACKAGE_CONTACT "The wcomp authors <authors@wcomp.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "WebAssembly Component Model toolchain and runtime")
set(CPACK_PACKAGE_DESCRIPTION "witc reads WIT and writes C++ bindings for guests and hosts. wcomp makes components of core modules, plugs
components together, explains and runs them. libwcomp loads components into a C++ program and calls them with
C++ types. Guests see only what was granted.")
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_THREADS 0)
set(CPACK_VERBATIM_VARIABLES ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "clang-19, lld-19, wasi-libc, libc++-19-dev-wasm32, libclang-rt-19-dev-wasm32")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake (>= 3.20), pkg-config")
set(CPACK_SYSTEM_NAME ${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/package_options.cmake)
include(CPack)
