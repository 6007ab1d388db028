# SPDX-License-Identifier: MIT
# What other builds find memscope by: a CMake package and a pkg-config file. Both work out the prefix from where they
# lie, so that the tree can be moved, and lie in the build tree where they lie in the installed one.
include(CMakePackageConfigHelpers)

set(package_dir ${MEMSCOPE_LIB_DIR}/cmake/memscope)
configure_file(${CMAKE_CURRENT_LIST_DIR}/memscopeConfig.cmake.in
  ${PROJECT_BINARY_DIR}/${package_dir}/memscopeConfig.cmake @ONLY)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/${package_dir}/memscopeConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
configure_file(${CMAKE_CURRENT_LIST_DIR}/memscope.pc.in ${PROJECT_BINARY_DIR}/${MEMSCOPE_LIB_DIR}/pkgconfig/memscope.pc
  @ONLY)

install(FILES
  ${PROJECT_BINARY_DIR}/${package_dir}/memscopeConfig.cmake
  ${PROJECT_BINARY_DIR}/${package_dir}/memscopeConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/${MEMSCOPE_LIB_DIR}/pkgconfig/memscope.pc
  DESTINATION ${MEMSCOPE_LIB_DIR}/pkgconfig COMPONENT development)
