cmake_minimum_required(VERSION 3.25)
project(my_worker LANGUAGES CXX)

find_package(OckamCaf REQUIRED)
add_executable(write_a_worker write_a_worker.cpp)
target_link_libraries(write_a_worker PRIVATE ockam::actors)
