# Read by cpack for each kind of package: Debian's tree is /usr, a tarball's its own folder.
if(CPACK_GENERATOR STREQUAL "DEB")
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
endif()
