# How the targets of this project are made.
#
# Sources are globbed with CONFIGURE_DEPENDS, so that adding a file to its folder is all it takes to
# build it: the folder says which target it belongs to, and a list would only repeat the folder.

include(GNUInstallDirs)

# Before 1.0 a minor version may change everything that is compiled into users of the libraries.
set(OCKAM_SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

# ockam_set_flags(<target>): the language and the warnings; users of the target do not inherit them.
function(ockam_set_flags target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic $<$<BOOL:${OCKAM_WARNINGS_AS_ERRORS}>:-Werror>
    # GCC 12, when it optimises, sees overlapping or endless copies in "text" + std::string, and
    # unset members in an optional, where there are none
    "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict;-Wno-array-bounds;-Wno-stringop-overflow;-Wno-maybe-uninitialized>"
    # Clang 22 takes __COUNTER__, which CAF's macros for type ids use, for an extension
    "$<$<AND:$<CXX_COMPILER_ID:Clang>,$<VERSION_GREATER_EQUAL:$<CXX_COMPILER_VERSION>,22>>:-Wno-c2y-extensions>")
endfunction()

# ockam_use_headers(<target> <library>): <library> is headers that <target> includes. It is not linked,
# so that no export of <target> names it: users of <target> need not have it.
function(ockam_use_headers target library)
  target_include_directories(${target} SYSTEM PRIVATE
    $<TARGET_PROPERTY:${library},INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_definitions(${target} PRIVATE
    $<TARGET_PROPERTY:${library},INTERFACE_COMPILE_DEFINITIONS>)
endfunction()

# ockam_precompile(<target> <header>...): headers of other projects, parsed once for all sources.
# Sources include what they need all the same: scripts/tidy compiles them without.
function(ockam_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  target_compile_options(${target} PRIVATE # ccache needs these to handle precompiled headers
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
    $<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>)
endfunction()

# ockam_add_library(<name> [WITHOUT <folder>...]): library ockam_<name>, alias ockam::<name>, of the files
# in include/ (public, each compiles alone) and src/ (private). The headers in the folders belong to a
# target of ockam_add_headers.
function(ockam_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "WITHOUT")
  set(target ockam_${name})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS include/*.hpp)
  foreach(folder IN LISTS arg_WITHOUT)
    list(FILTER headers EXCLUDE REGEX "/${folder}/[^/]*$")
  endforeach()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS src/*.cpp)
  if(NOT sources) # the files of this library are still to come
    set(sources "${CMAKE_CURRENT_BINARY_DIR}/empty.cpp")
    file(TOUCH ${sources})
  endif()

  add_library(${target} ${sources})
  add_library(ockam::${name} ALIAS ${target})
  ockam_set_flags(${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden # what is public says so: export.hpp of each library
    VISIBILITY_INLINES_HIDDEN ON
    DEFINE_SYMBOL "" # static and shared objects are the same: ccache needs one of them
    VERSION ${PROJECT_VERSION}
    SOVERSION ${OCKAM_SOVERSION})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PRIVATE src)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${headers})

  install(TARGETS ${target} EXPORT ${target}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${name} NAMELINK_COMPONENT dev
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
endfunction()

# ockam_add_headers(<name> <folder>...): target ockam_<name>, alias ockam::<name>, of the public headers in
# these folders, each of which compiles alone with what the target is linked with.
function(ockam_add_headers name)
  set(target ockam_${name})
  list(TRANSFORM ARGN APPEND "/*.hpp" OUTPUT_VARIABLE patterns)
  file(GLOB headers CONFIGURE_DEPENDS ${patterns})
  add_library(${target} INTERFACE)
  add_library(ockam::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_sources(${target} INTERFACE FILE_SET HEADERS BASE_DIRS include FILES ${headers})
  install(TARGETS ${target} EXPORT ${target}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
endfunction()
