# Runs PROGRAM, which must succeed and print what the file EXPECTED says.

execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed RESULT_VARIABLE status TIMEOUT 50)
if(NOT status STREQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with status ${status}, and printed\n${printed}")
endif()
file(READ ${EXPECTED} expected)
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "${PROGRAM} printed\n${printed}\nand not, as in ${EXPECTED},\n${expected}")
endif()
