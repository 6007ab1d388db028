# SPDX-License-Identifier: GPL-3.0-or-later
# The plugins for GCCs besides the one that builds this tree: the target memscope_plugin_gccN with the properties
# MEMSCOPE_CC (its gcc) and MEMSCOPE_PLUGIN (the file), their numbers in the global property MEMSCOPE_OTHER_GCCS.
# CMake knows one C++ compiler a tree, so their commands are spelled out, with the flags of memscope_plugin.
set(MEMSCOPE_PLUGIN_GCCS auto CACHE STRING
  "Major versions of the GCCs to build plugins for besides the compiler's own; auto: all gcc-N with plugin headers")

set(wanted_gccs ${MEMSCOPE_PLUGIN_GCCS})
if(wanted_gccs STREQUAL "auto")
  set(wanted_gccs 11 12 13 14 15)
endif()
list(REMOVE_ITEM wanted_gccs ${gcc_major})
list(REMOVE_DUPLICATES wanted_gccs)

# find_gcc(MAJOR): sets other_gcc, other_gxx and other_include, or other_missing to what there is not. Looked for at each
# configuration, as compilers come and go.
macro(find_gcc major)
  set(other_missing)
  foreach(tool IN ITEMS gcc gxx)
    string(REPLACE xx ++ name ${tool})
    unset(other_${tool})
    find_program(other_${tool} NAMES ${name}-${major} NO_CACHE)
    if(NOT other_${tool})
      set(other_missing ${name}-${major})
      set(other_${tool}_version)
    else()
      execute_process(COMMAND ${other_${tool}} -dumpfullversion
        OUTPUT_VARIABLE other_${tool}_version OUTPUT_STRIP_TRAILING_WHITESPACE)
    endif()
  endforeach()
  if(NOT other_missing)
    execute_process(COMMAND ${other_gcc} -print-file-name=plugin
      OUTPUT_VARIABLE other_include OUTPUT_STRIP_TRAILING_WHITESPACE)
    string(APPEND other_include /include)
    if(NOT other_gcc_version STREQUAL other_gxx_version)
      set(other_missing "gcc-${major} and g++-${major} of one version")
    elseif(NOT EXISTS ${other_include}/gcc-plugin.h)
      set(other_missing "the package gcc-${major}-plugin-dev")
    endif()
  endif()
endmacro()

string(TOUPPER "${CMAKE_BUILD_TYPE}" config)
separate_arguments(other_flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${config}}")
list(APPEND other_flags
  -std=gnu++${CMAKE_CXX_STANDARD} -fPIC -fvisibility=hidden -fvisibility-inlines-hidden ${plugin_flags})
separate_arguments(other_link_flags UNIX_COMMAND "${CMAKE_MODULE_LINKER_FLAGS}")
list(APPEND other_link_flags ${plugin_link_flags})

# add_other_plugin(NAME FOLDER GCC GXX INCLUDE COMPONENT): the target memscope_plugin_NAME makes the plugin for GCC, compiled
# by GXX against its headers, in FOLDER of lib/memscope.
function(add_other_plugin name folder gcc gxx include component)
  set(objects_folder ${CMAKE_CURRENT_BINARY_DIR}/${name})
  file(MAKE_DIRECTORY ${objects_folder})
  set(objects)
  foreach(source IN LISTS plugin_sources)
    set(object ${objects_folder}/${source}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${gxx} ${other_flags} -I${PROJECT_SOURCE_DIR}/include -isystem ${include}
        -MD -MF ${object}.d -MT ${object} -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
      DEPENDS ${source} ${gxx} DEPFILE ${object}.d
      COMMENT "Building the plugin for ${folder}: ${source}" VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  plugin_weak_object(${gxx} ${objects_folder}/plugin.o ${objects})
  set(place ${MEMSCOPE_LIB_DIR}/memscope/${folder})
  set(plugin ${PROJECT_BINARY_DIR}/${place}/memscope.so)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/${place})
  add_custom_command(OUTPUT ${plugin}
    COMMAND ${gxx} -shared ${other_link_flags} ${objects_folder}/plugin.o -o ${plugin}
    DEPENDS ${objects_folder}/plugin.o ${CMAKE_CURRENT_SOURCE_DIR}/exports.map
    COMMENT "Linking the plugin for ${folder}" VERBATIM)
  add_custom_target(memscope_plugin_${name} ALL DEPENDS ${plugin})
  set_target_properties(memscope_plugin_${name} PROPERTIES MEMSCOPE_CC ${gcc} MEMSCOPE_PLUGIN ${plugin})
  install(PROGRAMS ${plugin} DESTINATION ${place} COMPONENT ${component})
  # As CMake does it for targets (cmake --install --strip).
  install(CODE "
    if(CMAKE_INSTALL_DO_STRIP)
      execute_process(COMMAND \"${CMAKE_STRIP}\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${place}/memscope.so\"
        COMMAND_ERROR_IS_FATAL ANY)
    endif()" COMPONENT ${component})
endfunction()

foreach(major IN LISTS wanted_gccs)
  find_gcc(${major})
  if(NOT other_missing)
    message(STATUS "The plugin is also built for GCC ${other_gcc_version} (${other_gcc})")
    add_other_plugin(gcc${major} gcc-${major} ${other_gcc} ${other_gxx} ${other_include} plugin_gcc${major})
    set_property(GLOBAL APPEND PROPERTY MEMSCOPE_OTHER_GCCS ${major})
  elseif(NOT MEMSCOPE_PLUGIN_GCCS STREQUAL "auto")
    message(FATAL_ERROR "MEMSCOPE_PLUGIN_GCCS names GCC ${major}, but ${other_missing} is not on this machine")
  endif()
endforeach()
