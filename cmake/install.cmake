# What a project outside this tree sees: the targets wcomp::wcomp, wcomp::witc and wcomp::wcomp-cli, here under the names that find_package
# gives them, and the rules that install them with headers, CMake package, pkg-config file, manual pages and completions. See docs/install.md.
include(GNUInstallDirs)

# One archive of every layer that a host needs, so that its link line is one library.
set(host_layers wcomp_wasi)
set(unseen wcomp_wasi)
while(unseen)
  list(POP_FRONT unseen layer)
  get_target_property(links ${layer} INTERFACE_LINK_LIBRARIES)
  foreach(link IN LISTS links)
    if(link MATCHES "^wcomp_" AND NOT link IN_LIST host_layers)
      list(APPEND host_layers ${link})
      list(APPEND unseen ${link})
    endif()
  endforeach()
endwhile()
set(host_objects "")
foreach(layer IN LISTS host_layers)
  get_target_property(type ${layer} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    list(APPEND host_objects $<TARGET_OBJECTS:${layer}>)
  endif()
endforeach()
add_library(wcomp_host STATIC ${host_objects})
set_target_properties(wcomp_host PROPERTIES OUTPUT_NAME wcomp EXPORT_NAME wcomp LINKER_LANGUAGE CXX)
target_include_directories(wcomp_host INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(wcomp_host INTERFACE cxx_std_20)
target_link_libraries(wcomp_host INTERFACE Threads::Threads)
set_target_properties(wcomp PROPERTIES EXPORT_NAME wcomp-cli)
add_library(wcomp::wcomp ALIAS wcomp_host)
add_executable(wcomp::wcomp-cli ALIAS wcomp)
add_executable(wcomp::witc ALIAS witc)
include(${PROJECT_SOURCE_DIR}/cmake/install/wcomp-functions.cmake)

# --- installation ---
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/wcomp)
set(install_dir ${PROJECT_SOURCE_DIR}/cmake/install)
set(generated_dir ${PROJECT_BINARY_DIR}/generated/install)

install(TARGETS wcomp_host wcomp witc EXPORT wcomp
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# Where cli/wcomp/exe.cpp looks for them.
get_property(runners GLOBAL PROPERTY WCOMP_RUNNERS)
if(runners)
  install(TARGETS ${runners} RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/wcomp)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/wcomp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# WASI's WIT, for the deps/ folder of one's own.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/wasi/wit/deps/ DESTINATION ${CMAKE_INSTALL_DATADIR}/wcomp/wit FILES_MATCHING PATTERN "*.wit")
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/docs/install.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

# find_package(wcomp). A project may rely on a minor version as long as the major one is 0.
install(EXPORT wcomp FILE wcomp-targets.cmake NAMESPACE wcomp:: DESTINATION ${package_dir})
configure_package_config_file(${install_dir}/wcomp-config.cmake.in ${generated_dir}/wcomp-config.cmake INSTALL_DESTINATION ${package_dir}
                              NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${generated_dir}/wcomp-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${generated_dir}/wcomp-config.cmake ${generated_dir}/wcomp-config-version.cmake ${install_dir}/wcomp-functions.cmake
        DESTINATION ${package_dir})

# pkg-config: the prefix is where the file lies, so that a moved tree still works.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE up_to_prefix)
configure_file(${install_dir}/wcomp.pc.in ${generated_dir}/wcomp.pc @ONLY)
install(FILES ${generated_dir}/wcomp.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Manual pages and completions come from the programs' own option tables.
set(help_files "")
foreach(program wcomp witc)
  set(man ${generated_dir}/man/${program})
  set(shells ${generated_dir}/completions)
  add_custom_command(
    OUTPUT ${man}/${program}.1 ${shells}/${program}.bash ${shells}/_${program} ${shells}/${program}.fish
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${man}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${shells}
    COMMAND ${program} manual ${man}
    COMMAND ${program} completions bash > ${shells}/${program}.bash
    COMMAND ${program} completions zsh > ${shells}/_${program}
    COMMAND ${program} completions fish > ${shells}/${program}.fish
    DEPENDS ${program}
    COMMENT "Manual pages and completions of ${program}")
  list(APPEND help_files ${man}/${program}.1)
  install(DIRECTORY ${man}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
  install(FILES ${shells}/${program}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${program})
  install(FILES ${shells}/_${program} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  install(FILES ${shells}/${program}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endforeach()
add_custom_target(help_files ALL DEPENDS ${help_files})

include(${PROJECT_SOURCE_DIR}/cmake/package.cmake)
