# Handlers are leaf functions that only jump: a frame pointer would be a third of some.
file(GLOB handler_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/interp/*_handlers.cpp)
set_source_files_properties(${handler_sources} PROPERTIES COMPILE_OPTIONS "$<$<NOT:$<CONFIG:Debug>>:-fomit-frame-pointer>")
