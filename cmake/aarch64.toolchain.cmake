# Programs for aarch64 on another machine, run under qemu: clang is a cross compiler as it is; headers and libraries are Debian's
# (libstdc++-12-dev-arm64-cross, libc6-dev-arm64-cross).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_C_COMPILER_TARGET aarch64-linux-gnu)
set(CMAKE_CXX_COMPILER_TARGET aarch64-linux-gnu)
set(CMAKE_CXX_FLAGS_INIT -ffp-contract=off)
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
find_program(WCOMP_QEMU_AARCH64 qemu-aarch64-static)
set(CMAKE_CROSSCOMPILING_EMULATOR ${WCOMP_QEMU_AARCH64})
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
