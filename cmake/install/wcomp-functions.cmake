# What a CMake project writes to make components and hosts. The tree's own samples use the same two functions, and so does every project
# that calls find_package(wcomp):
#
#   wcomp_add_component(TARGET <name> SOURCES <file>.. [WIT <file or folder> WORLD <world>]
#                       [LANGUAGE cpp|c] [OUTPUT <file.wasm>] [COMMAND] [FEATURES <name>..] [ALL_FEATURES]
#                       [TYPE_OWNERSHIP borrowing|owning] [DEFINITIONS <name[=value]>..] [INCLUDE_DIRECTORIES <dir>..] [OPTIONS <flag>..] [LINK_OPTIONS <flag>..])
#     A component of C and C++ sources: bindings (witc bindgen), compilation with clang for wasm32-wasi, componentizing (wcomp new). It is part of the
#     default build and made anew when a source, a header, a WIT file or a program changes. COMMAND: the sources have a main. Without WIT they
#     are an ordinary program, which becomes a command. OUTPUT is <name>.wasm in the current binary folder when left out; $<TARGET_PROPERTY:<name>,WCOMP_COMPONENT> is its path. Sources include
#     <world>_exports.h, or <world>.h if the bindings are in C: LANGUAGE says so, and otherwise all SOURCES ending in .c do. The folder of a source is on the include path, for the <world>_impl.h of a world that exports resources.
#
#   wcomp_host_bindings(TARGET <host> WIT <file or folder> WORLD <world>.. [FEATURES <name>..] [ALL_FEATURES] [TYPE_OWNERSHIP borrowing|owning])
#     Typed bindings for an executable or library of the host: it can include <world>_host.h, and is linked with wcomp::wcomp.
#
# The guest's compiler is found once: WCOMP_GUEST_CXX names another one, WCOMP_GUEST_SYSROOT another sysroot (that of a WASI SDK, say).

# Fails unless a C++ program for wasm32-wasi compiles and links; names what is missing. Costs half a second, once for each build folder.
function(_wcomp_find_guest_compiler)
  find_program(WCOMP_GUEST_CXX NAMES clang++-19 clang++ HINTS $ENV{WASI_SDK_PATH}/bin DOC "C++ compiler for wasm32-wasi")
  set(WCOMP_GUEST_SYSROOT "" CACHE PATH "Sysroot of guests (empty: the compiler's own)")
  if(NOT WCOMP_GUEST_CXX)
    message(FATAL_ERROR "wcomp: no clang++ to compile guests with. Install it (Debian: clang-19 lld-19 wasi-libc libc++-19-dev-wasm32 "
                        "libclang-rt-19-dev-wasm32), or set WCOMP_GUEST_CXX to the clang++ of a WASI SDK.")
  endif()
  if(WCOMP_GUEST_CHECKED STREQUAL "${WCOMP_GUEST_CXX};${WCOMP_GUEST_SYSROOT}")
    return()
  endif()
  set(folder ${CMAKE_BINARY_DIR}/CMakeFiles/wcomp_guest_check)
  file(WRITE ${folder}/check.cpp "#include <cstdio>\n#include <string>\nint main() { return std::puts(std::string(1, 'x').c_str()); }\n")
  set(flags --target=wasm32-wasi)
  if(WCOMP_GUEST_SYSROOT)
    list(APPEND flags --sysroot=${WCOMP_GUEST_SYSROOT})
  endif()
  execute_process(COMMAND ${WCOMP_GUEST_CXX} ${flags} -std=c++20 -fno-exceptions ${folder}/check.cpp -o ${folder}/check.wasm
                  RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    if(said MATCHES "(unknown target|No available targets|unable to create target)")
      set(missing "this compiler has no WebAssembly back end: a clang 19 has one (Debian: clang-19)")
    elseif(said MATCHES "'(cstdio|string)' file not found|-lc\\+\\+")
      set(missing "the C++ library for wasm32-wasi is missing (Debian: libc++-19-dev-wasm32)")
    elseif(said MATCHES "file not found|crt1|-lc:|-lc\n")
      set(missing "the C library for wasm32-wasi is missing (Debian: wasi-libc)")
    elseif(said MATCHES "wasm-ld.*(not found|No such file|doesn't exist)|unable to execute command|invalid linker")
      set(missing "the linker wasm-ld is missing (Debian: lld-19)")
    elseif(said MATCHES "clang_rt")
      set(missing "clang's runtime for wasm32 is missing (Debian: libclang-rt-19-dev-wasm32)")
    elseif(said STREQUAL "")
      set(missing "${status}")
    else()
      set(missing "what it said is below")
    endif()
    message(FATAL_ERROR "wcomp: ${WCOMP_GUEST_CXX} cannot make a program for wasm32-wasi: ${missing}. WCOMP_GUEST_CXX names another compiler, "
                        "WCOMP_GUEST_SYSROOT another sysroot.\n${said}")
  endif()
  set(WCOMP_GUEST_CHECKED "${WCOMP_GUEST_CXX};${WCOMP_GUEST_SYSROOT}" CACHE INTERNAL "")
endfunction()

# <package>:<name>/<world>@<version> to what witc calls the world's files
function(_wcomp_file_stem world out)
  string(REGEX REPLACE "^.*/" "" stem "${world}")
  string(REGEX REPLACE "@.*$" "" stem "${stem}")
  string(REPLACE "-" "_" stem "${stem}")
  string(TOLOWER "${stem}" stem)
  set(${out} "${stem}" PARENT_SCOPE)
endfunction()

# What bindings depend on: every file of a WIT folder.
function(_wcomp_wit_files wit out)
  if(NOT EXISTS "${wit}")
    message(FATAL_ERROR "wcomp: there is no WIT at ${wit}")
  endif()
  if(IS_DIRECTORY "${wit}")
    file(GLOB_RECURSE files CONFIGURE_DEPENDS "${wit}/*.wit" "${wit}/*.wasm")
  else()
    set(files "${wit}")
  endif()
  set(${out} "${files}" PARENT_SCOPE)
endfunction()

# witc leaves files that are as they should be alone. Ninja looks at time stamps again after a command; others would run it every time.
function(_wcomp_touch out)
  set(${out} "" PARENT_SCOPE)
  if(NOT CMAKE_GENERATOR MATCHES "Ninja")
    set(${out} COMMAND ${CMAKE_COMMAND} -E touch ${ARGN} PARENT_SCOPE)
  endif()
endfunction()

# ${gates}: the options of witc for the caller's FEATURES, ALL_FEATURES and TYPE_OWNERSHIP.
macro(_wcomp_gates)
  set(gates "")
  if(arg_ALL_FEATURES)
    list(APPEND gates --all-features)
  endif()
  foreach(feature IN LISTS arg_FEATURES)
    list(APPEND gates --features ${feature})
  endforeach()
  if(arg_TYPE_OWNERSHIP)
    list(APPEND gates --type-ownership ${arg_TYPE_OWNERSHIP})
  endif()
endmacro()

function(_wcomp_check_arguments function)
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${function}: what is `${arg_UNPARSED_ARGUMENTS}`?")
  endif()
  foreach(name IN LISTS ARGN)
    if(NOT arg_${name})
      message(FATAL_ERROR "${function}: ${name} is missing")
    endif()
  endforeach()
endfunction()

# The rule for ${glue} and ${component_type} of the component that the caller's arguments describe.
macro(_wcomp_guest_bindings)
  cmake_path(ABSOLUTE_PATH arg_WIT)
  _wcomp_file_stem("${arg_WORLD}" stem)
  _wcomp_wit_files("${arg_WIT}" wit_files)
  _wcomp_gates()
  set(glue ${bindings}/${stem}.${arg_LANGUAGE})
  set(component_type ${bindings}/${stem}_component_type.o)
  _wcomp_touch(touch ${glue} ${component_type})
  add_custom_command(
    OUTPUT ${glue} ${component_type}
    COMMAND wcomp::witc bindgen ${arg_WIT} --lang ${arg_LANGUAGE} --world ${arg_WORLD} ${gates} --no-impl --quiet -o ${bindings}
    ${touch}
    DEPENDS $<TARGET_FILE:wcomp::witc> ${wit_files}
    COMMENT "Bindings of ${arg_TARGET}" VERBATIM)
endmacro()

function(wcomp_add_component)
  cmake_parse_arguments(PARSE_ARGV 0 arg "COMMAND;ALL_FEATURES" "TARGET;OUTPUT;WIT;WORLD;TYPE_OWNERSHIP;LANGUAGE"
                        "SOURCES;FEATURES;DEFINITIONS;INCLUDE_DIRECTORIES;OPTIONS;LINK_OPTIONS")
  set(required TARGET SOURCES)
  if(arg_WIT OR arg_WORLD)
    list(APPEND required WIT WORLD)
  else()
    set(arg_COMMAND TRUE)
  endif()
  _wcomp_check_arguments(wcomp_add_component ${required})
  _wcomp_find_guest_compiler()
  if(NOT arg_OUTPUT)
    set(arg_OUTPUT ${arg_TARGET}.wasm)
  endif()
  cmake_path(ABSOLUTE_PATH arg_OUTPUT BASE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  set(bindings ${CMAKE_CURRENT_BINARY_DIR}/wcomp_files/${arg_TARGET})
  file(MAKE_DIRECTORY ${bindings})
  set(glue "")
  set(component_type "")
  if(NOT arg_LANGUAGE)
    set(others ${arg_SOURCES})
    list(FILTER others EXCLUDE REGEX "\\.c$")
    set(arg_LANGUAGE c)
    if(others)
      set(arg_LANGUAGE cpp)
    endif()
  elseif(NOT arg_LANGUAGE MATCHES "^(c|cpp)$")
    message(FATAL_ERROR "wcomp_add_component: LANGUAGE is c or cpp, not ${arg_LANGUAGE}")
  endif()
  if(arg_WIT)
    _wcomp_guest_bindings()
  endif()

  set(target --target=wasm32-wasi)
  if(WCOMP_GUEST_SYSROOT)
    list(APPEND target --sysroot=${WCOMP_GUEST_SYSROOT})
  endif()
  set(flags -O2 -Wall -Wextra -I${bindings})
  foreach(source IN LISTS arg_SOURCES)
    cmake_path(ABSOLUTE_PATH source)
    cmake_path(GET source PARENT_PATH folder)
    list(APPEND arg_INCLUDE_DIRECTORIES ${folder})
  endforeach()
  list(REMOVE_DUPLICATES arg_INCLUDE_DIRECTORIES)
  foreach(folder IN LISTS arg_INCLUDE_DIRECTORIES)
    cmake_path(ABSOLUTE_PATH folder)
    list(APPEND flags -I${folder})
  endforeach()
  foreach(definition IN LISTS arg_DEFINITIONS)
    list(APPEND flags -D${definition})
  endforeach()
  set(objects "")
  foreach(source IN LISTS arg_SOURCES ITEMS ${glue})
    cmake_path(ABSOLUTE_PATH source)
    cmake_path(GET source STEM LAST_ONLY source_stem)
    list(LENGTH objects number)
    set(object ${bindings}/${number}_${source_stem}.o)
    if(source MATCHES "\\.c$")
      set(language -x c)
    else()
      set(language -std=c++20 -fno-exceptions -fno-rtti)
    endif()
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${WCOMP_GUEST_CXX} ${target} ${language} ${flags} ${arg_OPTIONS} -MD -MF ${object}.d -c ${source} -o ${object}
      DEPENDS ${source} ${glue}
      DEPFILE ${object}.d
      COMMENT "Compiling ${source_stem} for ${arg_TARGET}" VERBATIM)
    list(APPEND objects ${object})
  endforeach()

  set(model "")
  if(NOT arg_COMMAND)
    set(model -mexec-model=reactor)
  endif()
  set(strip -Wl,--strip-debug)
  if(arg_OPTIONS MATCHES "(^|;)-g")
    set(strip "")
  endif()
  string(REGEX REPLACE "\\.wasm$" "" core "${arg_OUTPUT}")
  set(core ${core}.core.wasm)
  cmake_path(GET arg_OUTPUT PARENT_PATH folder)
  # Linked without -O: with it clang would run wasm-opt if one is on the PATH, and the result would depend on the machine.
  add_custom_command(
    OUTPUT ${arg_OUTPUT}
    BYPRODUCTS ${core}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND ${WCOMP_GUEST_CXX} ${target} ${model} ${objects} ${component_type} ${strip} ${arg_LINK_OPTIONS} -o ${core}
    COMMAND wcomp::wcomp-cli new ${core} -o ${arg_OUTPUT}
    DEPENDS ${objects} ${component_type} $<TARGET_FILE:wcomp::wcomp-cli>
    COMMENT "Component ${arg_TARGET}" VERBATIM)
  add_custom_target(${arg_TARGET} ALL DEPENDS ${arg_OUTPUT})
  set_target_properties(${arg_TARGET} PROPERTIES WCOMP_COMPONENT ${arg_OUTPUT})
endfunction()

function(wcomp_host_bindings)
  cmake_parse_arguments(PARSE_ARGV 0 arg "ALL_FEATURES" "TARGET;WIT;TYPE_OWNERSHIP" "WORLD;FEATURES")
  _wcomp_check_arguments(wcomp_host_bindings TARGET WIT WORLD)
  if(NOT TARGET ${arg_TARGET})
    message(FATAL_ERROR "wcomp_host_bindings: there is no target ${arg_TARGET}; add_executable comes first")
  endif()
  cmake_path(ABSOLUTE_PATH arg_WIT)
  _wcomp_wit_files("${arg_WIT}" wit_files)
  _wcomp_gates()
  set(bindings ${CMAKE_CURRENT_BINARY_DIR}/wcomp_files/${arg_TARGET}_host)
  set(headers "")
  set(worlds "")
  foreach(world IN LISTS arg_WORLD)
    _wcomp_file_stem("${world}" stem)
    list(APPEND headers ${bindings}/${stem}_host.h)
    list(APPEND worlds --world ${world})
  endforeach()
  _wcomp_touch(touch ${headers})
  add_custom_command(
    OUTPUT ${headers}
    COMMAND wcomp::witc bindgen ${arg_WIT} --lang cpp-host ${worlds} ${gates} --quiet -o ${bindings}
    ${touch}
    DEPENDS $<TARGET_FILE:wcomp::witc> ${wit_files}
    COMMENT "Host bindings of ${arg_TARGET}" VERBATIM)
  list(GET arg_WORLD 0 stem)
  _wcomp_file_stem("${stem}" stem)
  add_custom_target(${arg_TARGET}_bindings_${stem} DEPENDS ${headers})
  add_dependencies(${arg_TARGET} ${arg_TARGET}_bindings_${stem})
  target_include_directories(${arg_TARGET} PRIVATE ${bindings})
  target_link_libraries(${arg_TARGET} PRIVATE wcomp::wcomp)
endfunction()
