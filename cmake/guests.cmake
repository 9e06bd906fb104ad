# wcomp_add_component(NAME TARGET FILE.wasm WIT DIR WORLD W SOURCES .. [COMMAND] [DEFINITIONS ..])
# Bindings, guest compile, componentize: a C++ guest becomes a component at OUTPUT. A guest with main is a COMMAND, any other a reactor.
# The guest is compiled with optimization and linked without: at link time clang would run wasm-opt if one is on the PATH.
find_program(WCOMP_GUEST_CXX clang++-19 REQUIRED)
function(wcomp_add_component name)
  cmake_parse_arguments(arg "COMMAND" "OUTPUT;WIT;WORLD" "SOURCES;DEFINITIONS" ${ARGN})
  set(bindings ${PROJECT_BINARY_DIR}/samples/bindings/${name})
  string(REGEX REPLACE "^.*/" "" world ${arg_WORLD})
  string(REPLACE "-" "_" stem ${world})
  file(GLOB_RECURSE wit CONFIGURE_DEPENDS ${arg_WIT}/*.wit)
  add_custom_command(
    OUTPUT ${bindings}/${stem}.cpp ${bindings}/${stem}_component_type.o
    COMMAND witc bindgen ${arg_WIT} --lang cpp --world ${arg_WORLD} --no-impl -o ${bindings}
    DEPENDS witc ${wit}
    COMMENT "Bindings of ${name}")
  set(flags --target=wasm32-wasi -std=c++20 -O2 -fno-exceptions -fno-rtti -Wall -Wextra -I${bindings})
  foreach(source IN LISTS arg_SOURCES)
    cmake_path(GET source PARENT_PATH source_folder)  # the generated glue includes WORLD_impl.h if the world exports resources
    list(APPEND flags -I${source_folder})
  endforeach()
  foreach(definition IN LISTS arg_DEFINITIONS)
    list(APPEND flags -D${definition})
  endforeach()
  set(objects "")
  foreach(source IN LISTS arg_SOURCES ITEMS ${bindings}/${stem}.cpp)
    cmake_path(GET source STEM source_stem)
    list(LENGTH objects number)
    set(object ${bindings}/${number}_${source_stem}.o)
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${WCOMP_GUEST_CXX} ${flags} -c ${source} -o ${object}
      DEPENDS ${source} ${bindings}/${stem}.cpp
      COMMENT "Compiling ${source_stem} for ${name}")
    list(APPEND objects ${object})
  endforeach()
  if(arg_COMMAND)
    set(model "")
  else()
    set(model -mexec-model=reactor)
  endif()
  string(REGEX REPLACE "\\.wasm$" ".core.wasm" core ${arg_OUTPUT})
  cmake_path(GET arg_OUTPUT PARENT_PATH folder)
  add_custom_command(
    OUTPUT ${arg_OUTPUT} ${core}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND ${WCOMP_GUEST_CXX} --target=wasm32-wasi ${model} ${objects} ${bindings}/${stem}_component_type.o -Wl,--strip-debug -o ${core}
    COMMAND wcomp new ${core} -o ${arg_OUTPUT}
    DEPENDS ${objects} ${bindings}/${stem}_component_type.o wcomp
    COMMENT "Component ${name}")
  add_custom_target(guest_${name} DEPENDS ${arg_OUTPUT})
  add_dependencies(samples guest_${name})
endfunction()

# A plain WASI preview 1 program: compiled, linked, componentized.
function(wcomp_add_wasi_program name)
  cmake_parse_arguments(arg "" "OUTPUT" "SOURCES;FLAGS" ${ARGN})
  string(REGEX REPLACE "\\.wasm$" ".core.wasm" core ${arg_OUTPUT})
  cmake_path(GET arg_OUTPUT PARENT_PATH folder)
  set(objects "")
  foreach(source IN LISTS arg_SOURCES)
    cmake_path(GET source STEM source_stem)
    set(object ${folder}/${name}.${source_stem}.o)
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
      COMMAND ${WCOMP_GUEST_CXX} --target=wasm32-wasi -std=c++20 -O2 -fno-exceptions ${arg_FLAGS} -c ${source} -o ${object}
      DEPENDS ${source}
      COMMENT "Compiling ${source_stem} for ${name}")
    list(APPEND objects ${object})
  endforeach()
  add_custom_command(
    OUTPUT ${arg_OUTPUT} ${core}
    COMMAND ${WCOMP_GUEST_CXX} --target=wasm32-wasi ${objects} -Wl,--strip-debug -o ${core}
    COMMAND wcomp new ${core} -o ${arg_OUTPUT}
    DEPENDS ${objects} wcomp
    COMMENT "Component ${name}")
  add_custom_target(guest_${name} DEPENDS ${arg_OUTPUT})
  add_dependencies(samples guest_${name})
endfunction()
