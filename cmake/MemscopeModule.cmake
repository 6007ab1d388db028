# SPDX-License-Identifier: MIT
# memscope_module(NAME SOURCES...): one folder of runtime/ as an object library `ms_NAME`, the unit that
# libraries, the program and unit tests are put together from.
# memscope_options(TARGET): the include paths, warnings and sanitizers of everything we compile.

function(memscope_options target)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/runtime)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wundef $<$<BOOL:${MEMSCOPE_WERROR}>:-Werror>)
  if(MEMSCOPE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${MEMSCOPE_SANITIZE} -fno-sanitize-recover=undefined)
    target_link_options(${target} PRIVATE -fsanitize=${MEMSCOPE_SANITIZE})
    # ThreadSanitizer does not model fences and says so; ours order reads of what another process writes.
    if(MEMSCOPE_SANITIZE STREQUAL "thread")
      target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:-Wno-tsan>)
    endif()
  endif()
endfunction()

function(memscope_module name)
  add_library(ms_${name} OBJECT ${ARGN})
  memscope_options(ms_${name})
  target_compile_definitions(ms_${name} PRIVATE _GNU_SOURCE)
  set_target_properties(ms_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
endfunction()
