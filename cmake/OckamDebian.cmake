# Debian packages, made by `cpack`: one for each shared library, named after its soname, and one with
# everything that is needed to compile against them. See `scripts/package --deb`.

if(NOT BUILD_SHARED_LIBS)
  message(FATAL_ERROR "OCKAM_DEBIAN_PACKAGES packs shared libraries: please set BUILD_SHARED_LIBS=ON")
endif()
set(OCKAM_DEBIAN_MAINTAINER "ockam-caf developers <ockam-caf@lists.example.org>" CACHE STRING
  "The maintainer that the Debian packages name")

set(documents "${PROJECT_BINARY_DIR}/debian")
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH counts
configure_file(cmake/debian/changelog.in "${documents}/changelog" @ONLY)
find_program(GZIP_PROGRAM gzip REQUIRED)
execute_process(COMMAND "${GZIP_PROGRAM}" --force --best --no-name changelog
  WORKING_DIRECTORY "${documents}" COMMAND_ERROR_IS_FATAL ANY)

# ockam_debian_package(<component> <package> SECTION <section> [DEPENDS <package>...]
#                      SUMMARY <line> ABOUT <text>)
function(ockam_debian_package component package)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "SECTION;SUMMARY;ABOUT" "DEPENDS")
  install(FILES "${PROJECT_SOURCE_DIR}/cmake/debian/copyright" "${documents}/changelog.gz"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${package}" COMPONENT ${component})
  string(TOUPPER ${component} key)
  if(arg_SECTION STREQUAL "libs")
    # cpack calls ldconfig in scripts of its own making; Debian wants the trigger, which is there too
    file(WRITE "${documents}/${package}"
      "# written by cpack, harmless beside the trigger\n"
      "${package}: maintscript-calls-ldconfig *\n")
    install(FILES "${documents}/${package}"
      DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides" COMPONENT ${component})
    set(CPACK_DEBIAN_${key}_PACKAGE_CONTROL_EXTRA "${PROJECT_SOURCE_DIR}/cmake/debian/triggers"
      PARENT_SCOPE)
  endif()
  list(JOIN arg_DEPENDS ", " depends)
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${package} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_SECTION ${arg_SECTION} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_DEPENDS "${depends}" PARENT_SCOPE)
  set(CPACK_COMPONENT_${key}_DESCRIPTION "${arg_SUMMARY}\n${arg_ABOUT}" PARENT_SCOPE)
endfunction()

if(CAF_VERSION_MAJOR EQUAL 0) # that of Debian; another CAF comes from elsewhere
  set(caf_headers libcaf-dev)
endif()
set(same_version "(= ${PROJECT_VERSION})")
set(protocol libockam-protocol${OCKAM_SOVERSION})
set(actors libockam-actors${OCKAM_SOVERSION})
set(transports libockam-transports${OCKAM_SOVERSION})

ockam_debian_package(protocol ${protocol} SECTION libs
  SUMMARY "Ockam messages and their bytes"
  ABOUT "Addresses, routes and messages of the Ockam protocol, and how they are encoded.
This library needs neither sockets nor the C++ Actor Framework.")
ockam_debian_package(actors ${actors} SECTION libs
  DEPENDS "${protocol} ${same_version}"
  SUMMARY "Ockam nodes and workers as CAF actors"
  ABOUT "Nodes, workers and the router between them, in programs that are made with the
C++ Actor Framework; access control and flow control.")
ockam_debian_package(transports ${transports} SECTION libs
  DEPENDS "${actors} ${same_version}"
  SUMMARY "messages between Ockam nodes over TCP"
  ABOUT "Connects the nodes of different processes and machines, so that messages find
their way along routes which lead through several of them.")
if(TARGET ockam_websocket)
  set(websocket libockam-websocket${OCKAM_SOVERSION})
  set(websocket_dependency "${websocket} ${same_version}")
  ockam_debian_package(websocket ${websocket} SECTION libs
    DEPENDS "${transports} ${same_version}"
    SUMMARY "messages between Ockam nodes over WebSocket"
    ABOUT "Connects nodes through HTTP proxies and firewalls, with or without TLS.")
endif()
ockam_debian_package(dev libockam-caf-dev SECTION libdevel
  DEPENDS "${protocol} ${same_version}" "${actors} ${same_version}"
    "${transports} ${same_version}" ${websocket_dependency} ${caf_headers} libexpected-dev
  SUMMARY "Ockam routing and transports on CAF actors (development files)"
  ABOUT "Headers, and what CMake and pkg-config need to find the libraries. A program
that only uses the codec asks for the component protocol.")

set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS "libasio-dev, libgtest-dev") # for the component transport_sdk

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL ${libraries} dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_NAME ockam-caf)
set(CPACK_PACKAGE_VENDOR "ockam-caf developers")
set(CPACK_PACKAGE_CONTACT "${OCKAM_DEBIAN_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_SOURCE ockam-caf)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS
  "${PROJECT_BINARY_DIR}/protocol" "${PROJECT_BINARY_DIR}/actors" "${PROJECT_BINARY_DIR}/transports")
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
include(CPack)
