# The installed CMake package. Each library has its own export file, hence a user of
# `find_package(OckamCaf COMPONENTS protocol)` needs no CAF.

include(CMakePackageConfigHelpers)
set(destination ${CMAKE_INSTALL_LIBDIR}/cmake/OckamCaf)

foreach(name protocol actors transports)
  install(EXPORT ockam_${name} NAMESPACE ockam:: DESTINATION ${destination})
endforeach()

configure_package_config_file(cmake/OckamCafConfig.cmake.in
  "${PROJECT_BINARY_DIR}/OckamCafConfig.cmake" INSTALL_DESTINATION ${destination})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/OckamCafConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/OckamCafConfig.cmake"
  "${PROJECT_BINARY_DIR}/OckamCafConfigVersion.cmake"
  cmake/FindCAF.cmake
  DESTINATION ${destination})
