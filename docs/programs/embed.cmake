cmake_minimum_required(VERSION 3.25)
project(embed LANGUAGES CXX)

find_package(OckamCaf REQUIRED)
add_executable(embed embed.cpp)
target_link_libraries(embed PRIVATE ockam::transports)
