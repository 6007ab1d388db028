/* SPDX-License-Identifier: MIT */
/*
 * The two libdwarfs: 20210528 (Debian 12) and 0.4 or later (Debian 13 has 0.11). Only this header
 * tells them apart; DW_LIBDWARF_VERSION is defined since 0.1.
 */
#ifndef MS_SYMBOLS_DWARF_SHIM_H
#define MS_SYMBOLS_DWARF_SHIM_H

#include <dwarf.h>
#include <libdwarf.h>
#include <stddef.h>
#include <stdint.h>

#ifdef DW_LIBDWARF_VERSION

/* Whether a line program of DWARF 5 is run with file 0 to begin with, and not 1 as the standard has
 * it (6.2.2). Seen in 20210528: a unit that begins with code of an included file. */
#    define MS_SHIM_FILE_BEGINS_AT_0 0

/* Whether names of a split unit are taken from the wrong place when its skeleton has names by
 * number, too, and is not the first that has (clang with DWARF 5). Seen in 20210528. */
#    define MS_SHIM_MIXES_UP_NAMES 0

/* Whether ms_guard_allows has to look (dwarf_guard.h). */
#    define MS_SHIM_FREES_LISTS_TWICE 0

/* An object file that is read by our own functions (dwarf_object.c). */
typedef Dwarf_Obj_Access_Interface_a ms_shim_object;
typedef Dwarf_Obj_Access_Methods_a ms_shim_methods;
typedef Dwarf_Obj_Access_Section_a ms_shim_section;
typedef Dwarf_Unsigned ms_shim_index;
typedef Dwarf_Small ms_shim_order;
#    define MS_SHIM_BIG_ENDIAN    DW_END_big
#    define MS_SHIM_LITTLE_ENDIAN DW_END_little
#    define MS_SHIM_OBJECT(context, methods)                                                       \
        (ms_shim_object) {                                                                         \
            .ai_object = (context), .ai_methods = (methods)                                        \
        }
#    define MS_SHIM_METHODS(info, order, offset_size, address_size, file_size, count, load)        \
        {                                                                                          \
            .om_get_section_info = (info), .om_get_byte_order = (order),                           \
            .om_get_length_size = (offset_size), .om_get_pointer_size = (address_size),            \
            .om_get_filesize = (file_size), .om_get_section_count = (count),                       \
            .om_load_section = (load)                                                              \
        }

static inline void ms_shim_fill_section(ms_shim_section *out, const char *name, uint64_t size) {
    *out = (ms_shim_section){.as_name = name, .as_size = size};
}

static inline int ms_shim_open(ms_shim_object *object, Dwarf_Debug *debug, Dwarf_Error *error) {
    return dwarf_object_init_b(object, NULL, NULL, DW_GROUPNUMBER_ANY, debug, error);
}

static inline void ms_shim_close(Dwarf_Debug debug) {
    dwarf_object_finish(debug);
}

static inline void ms_shim_free_ranges(Dwarf_Debug debug, Dwarf_Ranges *ranges, Dwarf_Signed n) {
    dwarf_dealloc_ranges(debug, ranges, n);
}

#else

#    define MS_SHIM_FILE_BEGINS_AT_0  1
#    define MS_SHIM_FREES_LISTS_TWICE 1
#    define MS_SHIM_MIXES_UP_NAMES    1

typedef Dwarf_Obj_Access_Interface ms_shim_object;
typedef Dwarf_Obj_Access_Methods ms_shim_methods;
typedef Dwarf_Obj_Access_Section ms_shim_section;
typedef Dwarf_Half ms_shim_index;
typedef Dwarf_Endianness ms_shim_order;
#    define MS_SHIM_BIG_ENDIAN        DW_OBJECT_MSB
#    define MS_SHIM_LITTLE_ENDIAN     DW_OBJECT_LSB
#    define MS_SHIM_OBJECT(context, table)                                                         \
        (ms_shim_object) {                                                                         \
            .object = (context), .methods = (table)                                                \
        }
#    define MS_SHIM_METHODS(info, order, offset_size, address_size, file_size, count, load)        \
        {                                                                                          \
            .get_section_info = (info), .get_byte_order = (order),                                 \
            .get_length_size = (offset_size), .get_pointer_size = (address_size),                  \
            .get_section_count = (count), .load_section = (load)                                   \
        }

static inline void ms_shim_fill_section(ms_shim_section *out, const char *name, uint64_t size) {
    *out = (ms_shim_section){.name = name, .size = size};
}

static inline int ms_shim_open(ms_shim_object *object, Dwarf_Debug *debug, Dwarf_Error *error) {
    return dwarf_object_init_b(object, NULL, NULL, DW_GROUPNUMBER_ANY, debug, error);
}

static inline void ms_shim_close(Dwarf_Debug debug) {
    Dwarf_Error error = NULL;
    dwarf_object_finish(debug, &error);
}

static inline void ms_shim_free_ranges(Dwarf_Debug debug, Dwarf_Ranges *ranges, Dwarf_Signed n) {
    dwarf_ranges_dealloc(debug, ranges, n);
}

#endif
#endif
