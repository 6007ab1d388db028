# SPDX-License-Identifier: MIT
# Run by CPack between installing and packaging: Debian has manual pages and changelogs compressed.
if(CPACK_GENERATOR STREQUAL "DEB")
  file(GLOB_RECURSE pages ${CPACK_TEMPORARY_DIRECTORY}/*)
  list(FILTER pages INCLUDE REGEX "/share/(man/|doc/[^/]*/changelog$)")
  foreach(page IN LISTS pages)
    execute_process(COMMAND gzip -9nf ${page} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endif()
