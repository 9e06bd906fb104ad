# Handlers are leaf functions that only jump: a frame pointer would be a third of some. All files that may hold one are compiled alike, since
# the linker keeps any one copy of a template's function.
file(GLOB interpreter_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/interp/*.cpp)
set_source_files_properties(${interpreter_sources} PROPERTIES COMPILE_OPTIONS "$<$<NOT:$<CONFIG:Debug>>:-fomit-frame-pointer>")
