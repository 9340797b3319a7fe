# Makes the codec from schema/*.def into the build tree and adds it to weft_kafka; the part that only tests need goes to
# kafka_test. Files whose text stays the same keep their time, so a changed definition rebuilds little.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(kafka_generator ${CMAKE_CURRENT_LIST_DIR}/generator/generate.py)
file(GLOB kafka_definitions CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/schema/*.def ${CMAKE_CURRENT_LIST_DIR}/generator/*.py)
execute_process(COMMAND ${Python3_EXECUTABLE} ${kafka_generator} --list ${CMAKE_BINARY_DIR}/generated
                OUTPUT_VARIABLE kafka_generated COMMAND_ERROR_IS_FATAL ANY)
add_custom_command(
  OUTPUT ${kafka_generated}
  COMMAND ${Python3_EXECUTABLE} ${kafka_generator} ${CMAKE_BINARY_DIR}/generated
  DEPENDS ${kafka_definitions}
  COMMENT "Kafka codec from src/kafka/schema" VERBATIM)
# The file with reflection is for tests; all others are the library.
set(kafka_for_tests ${kafka_generated})
list(FILTER kafka_for_tests INCLUDE REGEX "_testing\\.cc$")
list(FILTER kafka_generated EXCLUDE REGEX "_testing\\.cc$")
target_sources(weft_kafka PRIVATE ${kafka_generated})
if(TARGET kafka_test)
  target_sources(kafka_test PRIVATE ${kafka_for_tests})
endif()
foreach(kafka_fuzzer kafka_message_fuzz kafka_frame_fuzz)
  if(TARGET ${kafka_fuzzer})
    target_sources(${kafka_fuzzer} PRIVATE ${kafka_for_tests} ${CMAKE_CURRENT_LIST_DIR}/reflection_test.cc)
  endif()
endforeach()
