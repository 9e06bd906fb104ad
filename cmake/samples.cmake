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
