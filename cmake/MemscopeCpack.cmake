# SPDX-License-Identifier: MIT
# Packages by CPack, of the install components: `cpack -G DEB` in the build tree makes Debian packages, `cpack --config
# CPackSourceConfig.cmake` a tarball of the sources. Included behind all install() rules.
#
#   libmemscope0             runtime        what measured programs load
#   libmemscope-dev          development    headers, static library, pkg-config file and CMake package
#   memscope-plugin-gcc-N    plugin_gccN    the plugin for that GCC; one package for each that was built
#   memscope                 tools          the program, its manual pages and completions
set(MEMSCOPE_PACKAGE_CONTACT "memscope <memscope@localhost>" CACHE STRING "Who is named as maintainer of packages")

get_property(gccs GLOBAL PROPERTY MEMSCOPE_OTHER_GCCS)
string(REGEX MATCH "^[0-9]+" gcc_major "${CMAKE_CXX_COMPILER_VERSION}")
list(PREPEND gccs ${gcc_major}) # the one that is recommended first

set(CPACK_PACKAGE_CONTACT "${MEMSCOPE_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_VENDOR memscope)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "memory profiler that names the variable and the C type")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# memscope_package(COMPONENT PACKAGE DEPENDS DESCRIPTION): below the summary that all have.
function(memscope_package component package depends description)
  string(TOUPPER ${component} key)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${package} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_DEPENDS "${depends}" PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_DESCRIPTION "${description}" PARENT_SCOPE)
  # In packages alone.
  install(FILES ${PROJECT_SOURCE_DIR}/cmake/copyright DESTINATION share/doc/${package}
    COMPONENT ${component} EXCLUDE_FROM_ALL)
  install(FILES ${PROJECT_SOURCE_DIR}/CHANGELOG.md DESTINATION share/doc/${package} RENAME changelog
    COMPONENT ${component} EXCLUDE_FROM_ALL)
endfunction()

set(same "(= ${PROJECT_VERSION})")
set(runtime libmemscope${MEMSCOPE_SOVERSION})
memscope_package(runtime ${runtime} ""
  "The runtime: what programs load that were compiled with memscope, or are run\nby it.")
memscope_package(development libmemscope-dev "${runtime} ${same}"
  "Headers, the static library, a pkg-config file and a CMake package.")
set(plugins "")
foreach(gcc IN LISTS gccs)
  memscope_package(plugin_gcc${gcc} memscope-plugin-gcc-${gcc} "gcc-${gcc}"
    "The plugin for GCC ${gcc}, which tells the runtime which variable and C type\na block has.")
  list(APPEND plugins "memscope-plugin-gcc-${gcc} ${same}")
endforeach()
memscope_package(tools memscope "${runtime} ${same}"
  "The program memscope, which compiles, runs, and shows where memory is.")
list(JOIN plugins " | " CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS)
string(APPEND CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS ", libmemscope-dev ${same}")
# The loader's cache has the library before the next program starts.
file(WRITE ${PROJECT_BINARY_DIR}/debian/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/debian/triggers)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/compress_pages.cmake)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)

string(REGEX REPLACE "([][+.*()^$?|\\\\])" "\\\\\\1" root "${PROJECT_SOURCE_DIR}")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_SOURCE_GENERATOR TXZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME ${PROJECT_NAME}-${PROJECT_VERSION})
set(CPACK_SOURCE_IGNORE_FILES
  "^${root}/build/" "^${root}/\\.git/" "^${root}/\\.git$" "^${root}/shared/" "^${root}/node_modules/"
  "^${root}/compile_commands\\.json$" "\\.mscope$" "~$")
set(CPACK_OUTPUT_FILE_PREFIX ${PROJECT_BINARY_DIR}/packages)
include(CPack)
