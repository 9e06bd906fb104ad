# The two programs: one main and one short file per subcommand each, under cli/witc and cli/wcomp; cli/common is shared.
# The commit is looked up at every build; in Debug, where a new commit shall not cost a link, only when cmake runs.
set(version_command ${CMAKE_COMMAND} -DOUT=${PROJECT_BINARY_DIR}/generated/wcomp_version.h -DSOURCE=${PROJECT_SOURCE_DIR} -DVERSION=${PROJECT_VERSION}
    -P ${PROJECT_SOURCE_DIR}/cmake/install/version.cmake)
execute_process(COMMAND ${version_command} COMMAND_ERROR_IS_FATAL ANY)

file(GLOB common CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/common/*.cpp)
add_library(wcomp_cli_common STATIC ${common})
target_link_libraries(wcomp_cli_common PUBLIC wcomp_base CLI11::CLI11)
target_precompile_headers(wcomp_cli_common REUSE_FROM wcomp_base)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_custom_target(wcomp_commit COMMAND ${version_command} BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/wcomp_version.h COMMENT "Looking up the commit" VERBATIM)
  add_dependencies(wcomp_cli_common wcomp_commit)
endif()

# Reading and writing WIT, which both programs do with the same options.
file(GLOB wit_options CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/witc/wit_*.cpp ${PROJECT_SOURCE_DIR}/cli/witc/operations.cpp)
add_library(wcomp_cli_wit STATIC ${wit_options})
target_link_libraries(wcomp_cli_wit PUBLIC wcomp_cli_common wcomp_component)
target_precompile_headers(wcomp_cli_wit REUSE_FROM wcomp_base)

function(wcomp_program name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/${name}/*.cpp)
  list(REMOVE_ITEM sources ${wit_options})
  if(sources)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE wcomp_cli_wit ${ARGN})
    target_precompile_headers(${name} REUSE_FROM wcomp_base)
    if(NOT WCOMP_SANITIZE)
      # Less to map and to relocate before main: part of the time that every start takes.
      # A file that is written instead of mapped is in larger pieces in the system's memory: a tenth of a short run.
      target_link_options(${name} PRIVATE -Wl,--gc-sections -Wl,-z,pack-relative-relocs -Wl,--no-mmap-output-file)
    endif()
  endif()
endfunction()
wcomp_program(witc wcomp_bindgen)
wcomp_program(wcomp wcomp_bindgen wcomp_compose wcomp_lower wcomp_runtime wcomp_wasi wcomp_runner wcomp_wast)

# What a short run calls lies side by side (scripts/start_order): a page of code that is touched first is mapped with its neighbours.
if(NOT WCOMP_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(start_order ${PROJECT_SOURCE_DIR}/cmake/start_order.txt)
  target_link_options(wcomp PRIVATE -Wl,--symbol-ordering-file=${start_order} -Wl,--no-warn-symbol-ordering)
  set_property(TARGET wcomp APPEND PROPERTY LINK_DEPENDS ${start_order})
endif()

# Where an installed wcomp finds the runners of `wcomp exe`, from its own folder (cmake/runner.cmake).
include(GNUInstallDirs)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBEXECDIR BASE_DIRECTORY ${CMAKE_INSTALL_FULL_BINDIR} OUTPUT_VARIABLE runner_dir)
set_property(SOURCE ${PROJECT_SOURCE_DIR}/cli/wcomp/exe.cpp APPEND PROPERTY COMPILE_DEFINITIONS "WCOMP_RUNNER_DIR=\"${runner_dir}/wcomp\"")

# Most of their runs are short: finding and relocating shared libraries would be a third of witc's time, and half of that of `wcomp run` with a small
# guest. Where the system has no static C library they are linked as other programs are.
if(NOT WCOMP_SANITIZE)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_LINK_OPTIONS -static-pie)
  check_cxx_source_compiles("int main() {}" WCOMP_HAS_STATIC_LIBC)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  foreach(program witc wcomp)
    if(TARGET ${program} AND WCOMP_HAS_STATIC_LIBC)
      get_target_property(options ${program} LINK_OPTIONS)
      list(REMOVE_ITEM options -static-libstdc++ -static-libgcc)  # beside these clang makes a dynamic program of it
      set_target_properties(${program} PROPERTIES LINK_OPTIONS "${options}")
      target_link_options(${program} PRIVATE -static-pie)
    endif()
  endforeach()
endif()
