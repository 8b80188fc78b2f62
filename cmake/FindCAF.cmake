# Finds the C++ Actor Framework: CAF 1.x, CAF 2, or CAF 0.17.
#
# CAF 1.x and later bring a CMake package, which is preferred. CAF 0.17 as packaged by Debian brings only
# headers and libraries. An installation in a place of its own, such as below /opt, counts only when
# CMAKE_PREFIX_PATH, CAF_ROOT or CAF_DIR names it.
#
#   CAF::core           always
#   CAF::io             if installed
#   CAF_VERSION         such as 0.17.6 or 1.1.0
#   CAF_VERSION_MAJOR   0, 1 or 2

find_package(CAF 1 CONFIG QUIET NO_CMAKE_SYSTEM_PATH)
if(NOT TARGET CAF::core)
  find_package(CAF 2 CONFIG QUIET NO_CMAKE_SYSTEM_PATH)
endif()

if(NOT TARGET CAF::core)
  find_path(CAF_INCLUDE_DIR caf/config.hpp)
  find_library(CAF_CORE_LIBRARY caf_core)
  find_library(CAF_IO_LIBRARY caf_io)
  mark_as_advanced(CAF_INCLUDE_DIR CAF_CORE_LIBRARY CAF_IO_LIBRARY)

  # "#define CAF_VERSION 1706" is 0.17.6.
  if(CAF_INCLUDE_DIR)
    file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" line REGEX "#define CAF_VERSION [0-9]+")
    if(line MATCHES "CAF_VERSION ([0-9]+)")
      math(EXPR CAF_VERSION_MAJOR "${CMAKE_MATCH_1} / 10000")
      math(EXPR CAF_VERSION_MINOR "${CMAKE_MATCH_1} / 100 % 100")
      math(EXPR CAF_VERSION_PATCH "${CMAKE_MATCH_1} % 100")
      set(CAF_VERSION ${CAF_VERSION_MAJOR}.${CAF_VERSION_MINOR}.${CAF_VERSION_PATCH})
    endif()
  endif()
  if(CAF_VERSION MATCHES "^0\\.17\\.")
    set(CAF_IS_SUPPORTED TRUE)
  elseif(CAF_VERSION)
    set(reason REASON_FAILURE_MESSAGE "CAF ${CAF_VERSION} is none of 0.17, 1.x and 2.x")
  endif()
  set(required CAF_CORE_LIBRARY CAF_INCLUDE_DIR CAF_IS_SUPPORTED)
else()
  set(required CAF_CONFIG)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF
  REQUIRED_VARS ${required} VERSION_VAR CAF_VERSION ${reason})

if(CAF_FOUND AND NOT TARGET CAF::core)
  find_package(Threads REQUIRED)
  add_library(CAF::core UNKNOWN IMPORTED)
  set_target_properties(CAF::core PROPERTIES
    IMPORTED_LOCATION "${CAF_CORE_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES Threads::Threads)
  if(CAF_IO_LIBRARY)
    add_library(CAF::io UNKNOWN IMPORTED)
    set_target_properties(CAF::io PROPERTIES
      IMPORTED_LOCATION "${CAF_IO_LIBRARY}"
      INTERFACE_LINK_LIBRARIES CAF::core)
  endif()
endif()
