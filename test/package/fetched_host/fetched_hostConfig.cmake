include(CMakeFindDependencyMacro)
find_dependency(OckamCaf)
include("${CMAKE_CURRENT_LIST_DIR}/greeting.cmake")
