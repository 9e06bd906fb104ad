# wcomp_guest.h, which every guest's bindings carry, is put together from the public headers it needs and embedded in the library.
set(headers guest_result.h type_desc.h abi_layout.h abi_scalars.h one_of.h abi_types.h guest.h)
set(bundle "// Support code of guest bindings made by `witc bindgen`; changes here are lost.\n#ifndef WCOMP_GUEST_H\n#define WCOMP_GUEST_H\n")
# libc++'s own settings, before any of its headers; where one was included earlier, what the glue defines does the same with some more bytes.
string(APPEND bundle "\n// A container that is misused traps: without exceptions libc++ would print a text, for which it needs all of printf. And nobody here asks how\n"
  "// large a block is that ends.\n#if !defined(__cpp_exceptions) && !defined(_LIBCPP_VERBOSE_ABORT)\n#define _LIBCPP_VERBOSE_ABORT(...) __builtin_trap()\n"
  "#define _LIBCPP_HAS_NO_LIBRARY_SIZED_DEALLOCATION\n#endif\n")
foreach(header IN LISTS headers)
  set(path ${PROJECT_SOURCE_DIR}/include/wcomp/${header})
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(READ ${path} text)
  string(REGEX REPLACE "#pragma once\n" "" text "${text}")
  string(REGEX REPLACE "#include \"wcomp/[a-z_]*\\.h\"\n" "" text "${text}")
  string(APPEND bundle "\n${text}")
endforeach()
string(APPEND bundle "\n#endif\n")
# In pieces, because compilers limit the length of one literal.
string(LENGTH "${bundle}" length)
set(literals "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${bundle}" ${at} 8000 piece)
  string(APPEND literals "R\"wcomp_text(${piece})wcomp_text\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/bindgen/guest_support.inc CONTENT "${literals}" @ONLY)
