# SPDX-License-Identifier: GPL-3.0-or-later
# Other machines to compile for: for each name in MEMSCOPE_TARGETS, as aarch64-linux-gnu, a plugin for NAME-gcc in
# lib/memscope/NAME/gcc-N, and libmemscope, compiled by NAME-gcc, in lib/memscope/NAME. Reports are made here: journals of
# another machine of 64 bits and this byte order are read like our own.
set(MEMSCOPE_TARGETS "" CACHE STRING "Other machines to compile programs for, as aarch64-linux-gnu")

include(ExternalProject)

function(add_target_runtime name gcc)
  string(REGEX MATCH "^[^-]+" processor ${name})
  set(place ${PROJECT_BINARY_DIR}/${MEMSCOPE_LIB_DIR}/memscope/${name})
  set(built ${PROJECT_BINARY_DIR}/targets/${name})
  ExternalProject_Add(memscope_runtime_${name}
    SOURCE_DIR ${PROJECT_SOURCE_DIR} BINARY_DIR ${built} STAMP_DIR ${built}/stamps TMP_DIR ${built}/tmp BUILD_ALWAYS ON
    CMAKE_ARGS -DMEMSCOPE_RUNTIME_ONLY=ON -DMEMSCOPE_WERROR=${MEMSCOPE_WERROR} -DCMAKE_BUILD_TYPE=RelWithDebInfo
      -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=${processor} -DCMAKE_C_COMPILER=${gcc}
    INSTALL_COMMAND cp -a ${built}/${MEMSCOPE_LIB_DIR}/. ${place})
  install(DIRECTORY ${place}/ DESTINATION ${MEMSCOPE_LIB_DIR}/memscope/${name} COMPONENT target_${name}
    FILES_MATCHING PATTERN "libmemscope.*")
endfunction()

foreach(name IN LISTS MEMSCOPE_TARGETS)
  find_program(target_gcc NAMES ${name}-gcc NO_CACHE)
  if(NOT target_gcc)
    message(FATAL_ERROR "MEMSCOPE_TARGETS names ${name}, but there is no ${name}-gcc on this machine")
  endif()
  execute_process(COMMAND ${target_gcc} -dumpversion OUTPUT_VARIABLE target_version OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX MATCH "^[0-9]+" target_major "${target_version}")
  execute_process(COMMAND ${target_gcc} -print-file-name=plugin
    OUTPUT_VARIABLE target_include OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(APPEND target_include /include)
  if(NOT EXISTS ${target_include}/gcc-plugin.h)
    message(FATAL_ERROR "The plugin headers of ${target_gcc} are missing: install the package "
      "gcc-${target_major}-plugin-dev-${name}")
  endif()
  # The plugin runs here, in that compiler: this machine's g++ compiles it.
  set(target_gxx ${CMAKE_CXX_COMPILER})
  if(NOT target_major EQUAL gcc_major)
    unset(target_gxx)
    find_program(target_gxx NAMES g++-${target_major} NO_CACHE)
    if(NOT target_gxx)
      message(FATAL_ERROR "The plugin for ${target_gcc} needs g++-${target_major}, which is not on this machine")
    endif()
  endif()
  message(STATUS "The plugin and the runtime are also built for ${name} (${target_gcc} ${target_version})")
  add_other_plugin(${name} ${name}/gcc-${target_major} ${target_gcc} ${target_gxx} ${target_include} target_${name})
  add_target_runtime(${name} ${target_gcc})
  unset(target_gcc)
endforeach()
