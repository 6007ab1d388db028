# SPDX-License-Identifier: MIT
# find_package(memscope) gives
#   memscope::memscope                      the runtime library and <memscope.h>
#   memscope::program                       the program `memscope`, for add_test(... COMMAND memscope::program check ...)
#   memscope_instrument(TARGET [TRACK all|annotated])
#                                           compiles TARGET with the plugin and links it with the runtime; TRACK is what
#                                           gets names and types, `all` if left out
# The compiler of C and C++ must be GCC of a version that memscope was built for.

get_filename_component(MEMSCOPE_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET memscope::memscope)
  add_library(memscope::memscope SHARED IMPORTED)
  set_target_properties(memscope::memscope PROPERTIES
    IMPORTED_LOCATION "${MEMSCOPE_PREFIX}/lib/libmemscope.so"
    INTERFACE_INCLUDE_DIRECTORIES "${MEMSCOPE_PREFIX}/include")
endif()

if(NOT TARGET memscope::program)
  add_executable(memscope::program IMPORTED)
  set_target_properties(memscope::program PROPERTIES IMPORTED_LOCATION "${MEMSCOPE_PREFIX}/bin/memscope")
endif()

# The plugin for the compiler of LANGUAGE, in OUT.
function(_memscope_find_plugin language out)
  if(NOT CMAKE_${language}_COMPILER_ID STREQUAL "GNU")
    message(FATAL_ERROR "memscope_instrument: the plugin is for GCC, and the ${language} compiler is "
      "${CMAKE_${language}_COMPILER_ID} (${CMAKE_${language}_COMPILER})")
  endif()
  string(REGEX MATCH "^[0-9]+" major "${CMAKE_${language}_COMPILER_VERSION}")
  set(plugin "${MEMSCOPE_PREFIX}/lib/memscope/gcc-${major}/memscope.so")
  if(NOT EXISTS "${plugin}")
    message(FATAL_ERROR "memscope_instrument: there is no plugin for GCC ${major} (${plugin}); build memscope with "
      "that compiler, or use one that it was built for")
  endif()
  set(${out} "${plugin}" PARENT_SCOPE)
endfunction()

function(memscope_instrument target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TRACK" "")
  if(NOT arg_TRACK)
    set(arg_TRACK all)
  endif()
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_TRACK MATCHES "^(all|annotated)$")
    message(FATAL_ERROR "usage: memscope_instrument(TARGET [TRACK all|annotated])")
  endif()
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  foreach(language IN ITEMS C CXX)
    if(language IN_LIST languages)
      _memscope_find_plugin(${language} plugin)
      target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:${language}>:-fplugin=${plugin}>
        $<$<COMPILE_LANGUAGE:${language}>:-fplugin-arg-memscope-track=${arg_TRACK}>
        $<$<COMPILE_LANGUAGE:${language}>:-fno-omit-frame-pointer>)
    endif()
  endforeach()
  # A program whose units have nothing to register is measured too.
  target_link_options(${target} PRIVATE LINKER:--no-as-needed)
  target_link_libraries(${target} PRIVATE memscope::memscope)
endfunction()
