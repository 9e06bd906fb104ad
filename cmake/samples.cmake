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

set(greet ${PROJECT_SOURCE_DIR}/samples/greet-host)
wcomp_add_component(TARGET greet SOURCES ${greet}/guest.cpp WIT ${greet}/wit WORLD greet OUTPUT ${PROJECT_BINARY_DIR}/samples/greet-host/greet.wasm)
add_executable(greet-host ${greet}/host.cpp)
set_target_properties(greet-host PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/samples/greet-host CXX_STANDARD 20)
wcomp_host_bindings(TARGET greet-host WIT ${greet}/wit WORLD greet)
add_dependencies(samples greet-host)

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
