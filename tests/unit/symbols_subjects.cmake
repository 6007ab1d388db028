# SPDX-License-Identifier: MIT
# The programs that the tests of symbols read: two sources, in each form of debug information.
# memscope_symbols_test(MODULE SOURCES...): a unit test that knows where they are, as SYMBOLS_SUBJECTS.

set(symbols_subject_forms dwarf5 dwarf4 dwarf3 dwarf2 units5 units4 packed5 packed4 split5 split4)
set(symbols_subject_dwarf5 -gdwarf-5)
set(symbols_subject_dwarf4 -gdwarf-4)
set(symbols_subject_dwarf3 -gdwarf-3)
set(symbols_subject_dwarf2 -gdwarf-2 -gstrict-dwarf)
set(symbols_subject_units5 -gdwarf-5 -fdebug-types-section)
set(symbols_subject_units4 -gdwarf-4 -fdebug-types-section)
set(symbols_subject_packed5 -gdwarf-5 -gz)
set(symbols_subject_packed4 -gdwarf-4 -gz=zlib-gnu)
set(symbols_subject_split5 -gdwarf-5 -gsplit-dwarf)
set(symbols_subject_split4 -gdwarf-4 -gsplit-dwarf)

set(symbols_subject_paths)
foreach(form IN LISTS symbols_subject_forms)
  set(target symbols_subject_${form})
  add_executable(${target} symbols_subject.c symbols_subject_later.c)
  # No sanitizers: they add functions and frames of their own. -fno-toplevel-reorder: see symbols_subject_code.h.
  target_compile_options(${target} PRIVATE -O2 -g -fno-toplevel-reorder ${symbols_subject_${form}} -fno-lto -Wall -Wextra -Wundef)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
  target_link_options(${target} PRIVATE -Wl,--build-id)
  # No cache of compilers: a program from it looks for its .dwo files where another build had them.
  set_target_properties(${target} PROPERTIES ENABLE_EXPORTS ON C_COMPILER_LAUNCHER "")
  list(APPEND symbols_subject_paths "\"$<TARGET_FILE:${target}>\"")
endforeach()

# The same of another compiler, and in one file for all units, where there is what makes them.
find_program(MEMSCOPE_CLANG clang)
find_program(MEMSCOPE_DWP NAMES llvm-dwp llvm-dwp-19 llvm-dwp-14)
set(symbols_dwp)
if(MEMSCOPE_DWP)
  set(symbols_dwp ${MEMSCOPE_DWP})
endif()
if(MEMSCOPE_CLANG)
  foreach(form IN ITEMS dwarf5 dwarf4 dwarf3 dwarf2 split4)
    set(subject ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/symbols_subject_clang_${form})
    set(objects)
    foreach(source IN ITEMS symbols_subject symbols_subject_later)
      set(object ${CMAKE_CURRENT_BINARY_DIR}/clang_${form}_${source}.o)
      add_custom_command(OUTPUT ${object}
        COMMAND ${MEMSCOPE_CLANG} -O2 -g ${symbols_subject_${form}} -D_GNU_SOURCE -fPIE -Wno-unknown-attributes
                -c ${CMAKE_CURRENT_SOURCE_DIR}/${source}.c -o ${object}
        DEPENDS ${source}.c symbols_subject.h symbols_subject_code.h VERBATIM)
      list(APPEND objects ${object})
    endforeach()
    add_custom_command(OUTPUT ${subject}
      COMMAND ${CMAKE_C_COMPILER} -rdynamic -pie -Wl,--build-id -o ${subject} ${objects} DEPENDS ${objects} VERBATIM)
    add_custom_target(symbols_subject_clang_${form} DEPENDS ${subject})
    list(APPEND symbols_subject_paths "\"${subject}\"")
    list(APPEND symbols_subject_forms clang_${form})
  endforeach()
endif()

# Names of C++, also where link-time optimization has put the functions elsewhere than what they were declared in.
set(symbols_names_paths)
foreach(form IN ITEMS plain lto)
  set(target symbols_names_${form})
  add_executable(${target} symbols_subject_names.cc)
  target_compile_options(${target} PRIVATE -O2 -g -std=c++17 -Wall -Wextra $<$<STREQUAL:${form},lto>:-flto>)
  target_link_options(${target} PRIVATE -Wl,--build-id $<$<STREQUAL:${form},lto>:-flto>)
  list(APPEND symbols_names_paths "\"$<TARGET_FILE:${target}>\"")
endforeach()

# Packed with zstd, which GCC 12 cannot, and binutils can from 2.40 on.
execute_process(COMMAND ${CMAKE_OBJCOPY} --help OUTPUT_VARIABLE objcopy_help ERROR_QUIET)
if(objcopy_help MATCHES "compress-debug-sections[^\n]*zstd")
  foreach(version IN ITEMS 5 4)
    set(subject ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/symbols_subject_zstd${version})
    add_custom_command(OUTPUT ${subject} DEPENDS symbols_subject_dwarf${version} VERBATIM
      COMMAND ${CMAKE_OBJCOPY} --compress-debug-sections=zstd $<TARGET_FILE:symbols_subject_dwarf${version}> ${subject})
    add_custom_target(symbols_subject_zstd${version} DEPENDS ${subject})
    list(APPEND symbols_subject_forms zstd${version})
    list(APPEND symbols_subject_paths "\"${subject}\"")
  endforeach()
endif()

# With what units have in common in partial ones (dwz), and with what two programs have in common in a third file, as
# distributions do; "sup" says so in the way of DWARF 5. The programs are copies: dwz changes what it is given.
find_program(MEMSCOPE_DWZ dwz)
set(symbols_dwz)
set(symbols_folder ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
function(memscope_dwz_subjects name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SHARED" "OF;OPTIONS;PROGRAMS")
  set(paths)
  set(copies)
  foreach(program of IN ZIP_LISTS arg_PROGRAMS arg_OF)
    list(APPEND paths ${symbols_folder}/${program})
    list(APPEND copies COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_FILE:${of}> ${program})
  endforeach()
  set(shared)
  if(arg_SHARED)
    set(shared -m ${arg_SHARED})
  endif()
  add_custom_command(OUTPUT ${paths} ${copies} COMMAND ${MEMSCOPE_DWZ} ${arg_OPTIONS} ${shared} ${arg_PROGRAMS}
    WORKING_DIRECTORY ${symbols_folder} DEPENDS ${arg_OF} VERBATIM)
  add_custom_target(${name} DEPENDS ${paths})
endfunction()
if(MEMSCOPE_DWZ)
  set(symbols_dwz ${MEMSCOPE_DWZ})
  foreach(version IN ITEMS 5 4)
    add_executable(symbols_other${version} symbols_subject_other.c)
    target_compile_options(symbols_other${version} PRIVATE -O2 -g ${symbols_subject_dwarf${version}} -fno-lto -Wall -Wextra)
    memscope_dwz_subjects(symbols_subject_dwz${version} OF symbols_subject_dwarf${version} PROGRAMS symbols_subject_dwz${version})
    memscope_dwz_subjects(symbols_subject_shared${version} OF symbols_subject_dwarf${version} symbols_other${version}
      SHARED symbols_shared${version}.debug PROGRAMS symbols_subject_shared${version} symbols_subject_shared${version}_twin)
    list(APPEND symbols_subject_forms dwz${version} shared${version})
    list(APPEND symbols_subject_paths "\"${symbols_folder}/symbols_subject_dwz${version}\""
      "\"${symbols_folder}/symbols_subject_shared${version}\"")
  endforeach()
  memscope_dwz_subjects(symbols_subject_sup OF symbols_subject_dwarf5 symbols_other5 SHARED symbols_sup.debug OPTIONS --dwarf-5
    PROGRAMS symbols_subject_sup symbols_subject_sup_twin)
  memscope_dwz_subjects(symbols_names_dwz OF symbols_names_plain PROGRAMS symbols_names_dwz)
  memscope_dwz_subjects(symbols_names_shared OF symbols_names_plain symbols_names_plain SHARED symbols_names_shared.debug
    PROGRAMS symbols_names_shared symbols_names_shared_twin)
  list(APPEND symbols_subject_forms sup)
  list(APPEND symbols_subject_paths "\"${symbols_folder}/symbols_subject_sup\"")
  list(APPEND symbols_names_paths "\"${symbols_folder}/symbols_names_dwz\"" "\"${symbols_folder}/symbols_names_shared\"")
endif()
list(JOIN symbols_names_paths "," symbols_names_paths)

list(JOIN symbols_subject_paths "," symbols_subject_paths)

function(memscope_symbols_test module)
  memscope_unit_test(${module} SOURCES ${ARGN} LIBS ms_symbols ms_base memscope::libdwarf)
  target_compile_definitions(test_${module} PRIVATE "SYMBOLS_SUBJECTS=${symbols_subject_paths}"
    "SYMBOLS_NAMES=${symbols_names_paths}" "SYMBOLS_CC=\"${CMAKE_C_COMPILER}\"" "SYMBOLS_DWP=\"${symbols_dwp}\""
    "SYMBOLS_DWZ=\"${symbols_dwz}\""
    "SYMBOLS_SOURCES=\"${CMAKE_CURRENT_SOURCE_DIR}/symbols_subject.c ${CMAKE_CURRENT_SOURCE_DIR}/symbols_subject_later.c\"")
  add_dependencies(test_${module} symbols_names_plain symbols_names_lto)
  if(MEMSCOPE_DWZ)
    add_dependencies(test_${module} symbols_names_dwz symbols_names_shared)
  endif()
  foreach(form IN LISTS symbols_subject_forms)
    add_dependencies(test_${module} symbols_subject_${form})
  endforeach()
endfunction()
