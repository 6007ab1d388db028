# SPDX-License-Identifier: MIT
# The programs that test_symbols and test_symbol_types look at: two sources, in each form of debug information.
# memscope_symbols_test(MODULE SOURCES...): a unit test that knows where they are, as SYMBOLS_SUBJECTS.

set(symbols_subject_forms dwarf5 dwarf4 dwarf3 dwarf2 units5 units4 packed5)
set(symbols_subject_dwarf5 -gdwarf-5)
set(symbols_subject_dwarf4 -gdwarf-4)
set(symbols_subject_dwarf3 -gdwarf-3)
set(symbols_subject_dwarf2 -gdwarf-2 -gstrict-dwarf)
set(symbols_subject_units5 -gdwarf-5 -fdebug-types-section)
set(symbols_subject_units4 -gdwarf-4 -fdebug-types-section)
set(symbols_subject_packed5 -gdwarf-5 -gz)

set(symbols_subject_paths)
foreach(form IN LISTS symbols_subject_forms)
  set(target symbols_subject_${form})
  add_executable(${target} symbols_subject.c symbols_subject_later.c)
  # No sanitizers: they add functions and frames of their own. -fno-toplevel-reorder: see symbols_subject_code.h.
  target_compile_options(${target} PRIVATE -O2 -g -fno-toplevel-reorder ${symbols_subject_${form}} -fno-lto -Wall -Wextra -Wundef)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
  target_link_options(${target} PRIVATE -Wl,--build-id)
  set_target_properties(${target} PROPERTIES ENABLE_EXPORTS ON)
  list(APPEND symbols_subject_paths "\"$<TARGET_FILE:${target}>\"")
endforeach()
# Names of C++, also where link-time optimization has put the functions elsewhere than what they were declared in.
set(symbols_names_paths)
foreach(form IN ITEMS plain lto)
  set(target symbols_names_${form})
  add_executable(${target} symbols_subject_names.cc)
  target_compile_options(${target} PRIVATE -O2 -g -std=c++17 -Wall -Wextra $<$<STREQUAL:${form},lto>:-flto>)
  target_link_options(${target} PRIVATE -Wl,--build-id $<$<STREQUAL:${form},lto>:-flto>)
  list(APPEND symbols_names_paths "\"$<TARGET_FILE:${target}>\"")
endforeach()
list(JOIN symbols_names_paths "," symbols_names_paths)

list(JOIN symbols_subject_paths "," symbols_subject_paths)

function(memscope_symbols_test module)
  memscope_unit_test(${module} SOURCES ${ARGN} LIBS ms_symbols ms_base memscope::libdwarf)
  target_compile_definitions(test_${module} PRIVATE "SYMBOLS_SUBJECTS=${symbols_subject_paths}"
    "SYMBOLS_NAMES=${symbols_names_paths}")
  add_dependencies(test_${module} symbols_names_plain symbols_names_lto)
  foreach(form IN LISTS symbols_subject_forms)
    add_dependencies(test_${module} symbols_subject_${form})
  endforeach()
endfunction()
