# The sample guests and hosts, built with the programs of this build; tests run them.
add_custom_target(samples ALL)
include(cmake/guests.cmake)

set(calculator ${PROJECT_SOURCE_DIR}/samples/calculator)
foreach(step 1 2)
  set(out ${PROJECT_BINARY_DIR}/samples/calculator/step${step})
  set(definitions "")
  set(parts adder subtractor)
  if(step EQUAL 2)
    set(definitions WITH_MULTIPLIER)
    list(APPEND parts multiplier)
  endif()
  foreach(part IN LISTS parts)
    wcomp_add_component(${part}${step} OUTPUT ${out}/${part}.wasm WIT ${calculator}/step${step}/wit WORLD component:${part}/${part} SOURCES ${calculator}/src/${part}.cpp)
  endforeach()
  wcomp_add_component(calculator${step} OUTPUT ${out}/calculator.wasm WIT ${calculator}/step${step}/wit WORLD component:calculator/calculator
                      SOURCES ${calculator}/src/calculator.cpp DEFINITIONS ${definitions})
  wcomp_add_component(app${step} COMMAND OUTPUT ${out}/app.wasm WIT ${calculator}/step${step}/wit WORLD component:app/app
                      SOURCES ${calculator}/src/app.cpp DEFINITIONS ${definitions})
endforeach()

set(greet ${PROJECT_SOURCE_DIR}/samples/greet-host)
wcomp_add_component(greet OUTPUT ${PROJECT_BINARY_DIR}/samples/greet-host/greet.wasm WIT ${greet}/wit WORLD greet SOURCES ${greet}/guest.cpp)
set(greet_bindings ${PROJECT_BINARY_DIR}/samples/bindings/greet-host)
file(GLOB_RECURSE greet_wit CONFIGURE_DEPENDS ${greet}/wit/*.wit)
add_custom_command(
  OUTPUT ${greet_bindings}/greet_host.h
  COMMAND witc bindgen ${greet}/wit --lang cpp-host -o ${greet_bindings}
  DEPENDS witc ${greet_wit}
  COMMENT "Host bindings of greet-host")
add_executable(greet-host ${greet}/host.cpp ${greet_bindings}/greet_host.h)
set_target_properties(greet-host PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/samples/greet-host CXX_STANDARD 20)
target_include_directories(greet-host PRIVATE ${greet_bindings})
target_link_libraries(greet-host PRIVATE wcomp_wasi)
add_dependencies(samples greet-host)

if(WCOMP_TESTS)
  include(${PROJECT_SOURCE_DIR}/tests/bindgen/roundtrip/roundtrip.cmake)
endif()
