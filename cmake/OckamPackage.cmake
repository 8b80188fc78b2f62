# What is installed beside libraries and headers: the CMake package and the files for pkg-config.
#
# Each library has its own export file and its own .pc file, hence a user of
# `find_package(OckamCaf COMPONENTS protocol)` or `pkg-config ockam-protocol` needs no CAF.

include(CMakePackageConfigHelpers)
set(destination ${CMAKE_INSTALL_LIBDIR}/cmake/OckamCaf)
set(contract_destination ${CMAKE_INSTALL_DATADIR}/ockam-caf/contract)

set(libraries protocol actors transports)
if(TARGET ockam_websocket)
  list(APPEND libraries websocket)
endif()
foreach(name ${libraries} transport_sdk)
  install(EXPORT ockam_${name} NAMESPACE ockam:: DESTINATION ${destination} COMPONENT dev)
  # also from the build folder: a host that has the project as a subdirectory may export its own targets
  export(EXPORT ockam_${name} NAMESPACE ockam:: FILE "${PROJECT_BINARY_DIR}/ockam_${name}.cmake")
endforeach()
foreach(package CAF Asio)
  configure_file(cmake/Find${package}.cmake "${PROJECT_BINARY_DIR}/Find${package}.cmake" COPYONLY)
endforeach()

# Static libraries leave what they are linked with to their users.
set(static_libraries TRUE)
if(BUILD_SHARED_LIBS)
  set(static_libraries FALSE)
endif()
configure_package_config_file(cmake/OckamCafConfig.cmake.in
  "${PROJECT_BINARY_DIR}/OckamCafConfig.cmake"
  INSTALL_DESTINATION ${destination}
  PATH_VARS contract_destination
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/OckamCafConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/OckamCafConfig.cmake"
  "${PROJECT_BINARY_DIR}/OckamCafConfigVersion.cmake"
  cmake/FindAsio.cmake
  cmake/FindCAF.cmake
  DESTINATION ${destination}
  COMPONENT dev)

# The contract of transports, as sources: users compile them with a transport of their own.
file(GLOB contract CONFIGURE_DEPENDS test/contract/*)
install(FILES ${contract} test/error_of.hpp test/metrics_text.hpp
  DESTINATION ${contract_destination}
  COMPONENT dev)

# ockam_install_pc(<name> <description> [REQUIRES <package>...] [NEEDS <package>...]
#                  [CFLAGS <flag>...] [LIBS <flag>...])
#
# NEEDS is what only the library itself is linked with: a static one leaves that to its users.
function(ockam_install_pc name description)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "REQUIRES;NEEDS;CFLAGS;LIBS")
  if(static_libraries)
    list(APPEND arg_REQUIRES ${arg_NEEDS})
  endif()
  list(JOIN arg_REQUIRES ", " requires)
  list(JOIN arg_CFLAGS " " cflags)
  list(JOIN arg_LIBS " " libs)

  # found from where the file is, so that a prefix given to `cmake --install` counts
  set(here "/${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  file(RELATIVE_PATH up "${here}" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  configure_file(cmake/ockam.pc.in "${PROJECT_BINARY_DIR}/ockam-${name}.pc.in" @ONLY)
  file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/ockam-${name}.pc"
    INPUT "${PROJECT_BINARY_DIR}/ockam-${name}.pc.in")
  install(FILES "${PROJECT_BINARY_DIR}/ockam-${name}.pc"
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT dev)
endfunction()

set(caf_includes $<TARGET_PROPERTY:CAF::core,INTERFACE_INCLUDE_DIRECTORIES>)
set(expected_includes $<TARGET_PROPERTY:tl::expected,INTERFACE_INCLUDE_DIRECTORIES>)

ockam_install_pc(protocol "Addresses, routes, messages of Ockam and their bytes"
  CFLAGS "-I$<JOIN:$<REMOVE_DUPLICATES:${expected_includes}>, -I>")
ockam_install_pc(actors "Ockam nodes and workers on CAF actors"
  REQUIRES "ockam-protocol = ${PROJECT_VERSION}"
  NEEDS spdlog
  CFLAGS
    -DOCKAM_CAF_MAJOR=${CAF_VERSION_MAJOR}
    -DOCKAM_CAF_TYPE_ID_OFFSET=${OCKAM_CAF_TYPE_ID_OFFSET}
    "-I$<JOIN:$<REMOVE_DUPLICATES:${caf_includes}>, -I>"
  LIBS -L$<TARGET_FILE_DIR:CAF::core> -lcaf_core -pthread)
ockam_install_pc(transports "Messages between Ockam nodes, over TCP"
  REQUIRES "ockam-actors = ${PROJECT_VERSION}"
  NEEDS spdlog)
if(TARGET ockam_websocket)
  ockam_install_pc(websocket "Messages between Ockam nodes, over WebSocket"
    REQUIRES "ockam-transports = ${PROJECT_VERSION}"
    NEEDS openssl)
endif()
