# ockam_add_transport_contract(<target> <source>...): program <target>, the contract that every transport
# keeps, for the transports that the sources join to it with OCKAM_TEST_CONNECTIONS or
# OCKAM_TEST_TRANSPORT (connection_contract.hpp, transport_contract.hpp). Needs GoogleTest.
function(ockam_add_transport_contract target)
  find_package(GTest REQUIRED)
  file(GLOB contract "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/*.cpp")
  add_executable(${target} ${ARGN} ${contract})
  target_include_directories(${target} SYSTEM PRIVATE "${CMAKE_CURRENT_FUNCTION_LIST_DIR}")
  target_link_libraries(${target} PRIVATE ockam::transport_sdk GTest::gtest)
endfunction()
