# The sample guests and hosts, built with the programs of this build; tests run them.
add_custom_target(samples ALL)

set(calculator ${PROJECT_SOURCE_DIR}/samples/calculator)
foreach(step 1 2)
  set(out ${PROJECT_BINARY_DIR}/samples/calculator/step${step})
  set(wit ${calculator}/step${step}/wit)
  set(definitions "")
  set(parts adder subtractor)
  if(step EQUAL 2)
    set(definitions WITH_MULTIPLIER)
    list(APPEND parts multiplier)
  endif()
  foreach(part IN LISTS parts)
    wcomp_add_component(TARGET ${part}${step} SOURCES ${calculator}/src/${part}.cpp WIT ${wit} WORLD component:${part}/${part} OUTPUT ${out}/${part}.wasm)
  endforeach()
  wcomp_add_component(TARGET calculator${step} SOURCES ${calculator}/src/calculator.cpp WIT ${wit} WORLD component:calculator/calculator
                      OUTPUT ${out}/calculator.wasm DEFINITIONS ${definitions})
  wcomp_add_component(TARGET app${step} COMMAND SOURCES ${calculator}/src/app.cpp WIT ${wit} WORLD component:app/app
                      OUTPUT ${out}/app.wasm DEFINITIONS ${definitions})
endforeach()

add_executable(calculator-host ${calculator}/src/host.cpp)
set_target_properties(calculator-host PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/samples/calculator CXX_STANDARD 20)
wcomp_host_bindings(TARGET calculator-host WIT ${calculator}/step2/wit WORLD desk)
add_dependencies(samples calculator-host)

set(greet ${PROJECT_SOURCE_DIR}/samples/greet-host)
wcomp_add_component(TARGET greet SOURCES ${greet}/guest.cpp WIT ${greet}/wit WORLD greet OUTPUT ${PROJECT_BINARY_DIR}/samples/greet-host/greet.wasm)
add_executable(greet-host ${greet}/host.cpp)
set_target_properties(greet-host PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/samples/greet-host CXX_STANDARD 20)
wcomp_host_bindings(TARGET greet-host WIT ${greet}/wit WORLD greet)
add_dependencies(samples greet-host)

# Ordinary programs: NAME.core.wasm is the preview 1 module, NAME.wasm the component. What their pages use lies next to them.
set(samples ${PROJECT_BINARY_DIR}/samples)
foreach(program hello simple_echo simple_cat secret)
  wcomp_add_component(TARGET ${program} SOURCES ${PROJECT_SOURCE_DIR}/samples/${program}/${program}.cpp OUTPUT ${samples}/${program}/${program}.wasm)
  configure_file(samples/${program}/README.md ${samples}/${program}/README.md COPYONLY)
endforeach()
configure_file(samples/hello/hello.wat ${samples}/hello/hello.wat COPYONLY)

set(plugins ${PROJECT_SOURCE_DIR}/samples/plugins)
wcomp_add_component(TARGET plugin_shout SOURCES ${plugins}/shout.cpp WIT ${plugins}/wit WORLD plugin OUTPUT ${samples}/plugins/shout.wasm)
wcomp_add_component(TARGET plugin_shout_2 SOURCES ${plugins}/shout.cpp WIT ${plugins}/wit WORLD plugin OUTPUT ${samples}/plugins/shout-2.wasm DEFINITIONS EXCITED)
wcomp_add_component(TARGET plugin_greedy SOURCES ${plugins}/greedy.cpp WIT ${plugins}/wit WORLD plugin OUTPUT ${samples}/plugins/greedy.wasm)
add_executable(plugins ${plugins}/host.cpp)
set_target_properties(plugins PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${samples}/plugins CXX_STANDARD 20)
wcomp_host_bindings(TARGET plugins WIT ${plugins}/wit WORLD plugin)
configure_file(${plugins}/demo.sh ${samples}/plugins/demo.sh COPYONLY)
add_dependencies(samples plugins)

# Plugins in C++ are built here; the one in Python by plugins/words/build, where its toolchain is installed.
set(plugin_host ${PROJECT_SOURCE_DIR}/samples/plugin-host)
foreach(plugin layout links)
  wcomp_add_component(TARGET review_${plugin} SOURCES ${plugin_host}/plugins/${plugin}.cpp WIT ${plugin_host}/wit WORLD plugin
                      OUTPUT ${samples}/plugin-host/${plugin}.wasm)
endforeach()
add_executable(plugin-host ${plugin_host}/host.cpp ${plugin_host}/plugin.cpp)
set_target_properties(plugin-host PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${samples}/plugin-host CXX_STANDARD 20)
wcomp_host_bindings(TARGET plugin-host WIT ${plugin_host}/wit WORLD plugin)
configure_file(${plugin_host}/notes.txt ${samples}/plugin-host/notes.txt COPYONLY)
add_dependencies(samples plugin-host)

# Every component made here belongs to `samples`.
get_property(targets DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
foreach(target IN LISTS targets)
  get_target_property(component ${target} WCOMP_COMPONENT)
  if(component)
    add_dependencies(samples ${target})
  endif()
endforeach()

if(WCOMP_TESTS)
  include(${PROJECT_SOURCE_DIR}/tests/bindgen/roundtrip/roundtrip.cmake)
endif()
