cmake_minimum_required(VERSION 3.25)
project(my_transport LANGUAGES CXX)

find_package(OckamCaf REQUIRED)
add_executable(write_a_transport
  write_a_transport.cpp
  write_a_transport/datagrams.cpp
  write_a_transport/peer.cpp)
target_link_libraries(write_a_transport PRIVATE ockam::actors)
