cmake_minimum_required(VERSION 3.25)
project(my_payload LANGUAGES CXX)

find_package(OckamCaf REQUIRED COMPONENTS protocol)
add_executable(write_a_payload_type write_a_payload_type.cpp)
target_link_libraries(write_a_payload_type PRIVATE ockam::protocol)
