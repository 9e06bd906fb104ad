# `wcomp run --invoke` prints and refuses as wasmtime does.
if(TARGET wcomp)
  add_test(NAME invoke_peers COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/invoke_peers_test.py --wcomp $<TARGET_FILE:wcomp>)
endif()
