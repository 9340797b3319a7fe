# The one binary.
add_executable(weft ${CMAKE_SOURCE_DIR}/src/server/main.cc)
target_link_libraries(weft PRIVATE weft_server)
target_compile_options(weft PRIVATE ${WEFT_WARNINGS})
