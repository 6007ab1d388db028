/* SPDX-License-Identifier: MIT */
/*
 * The process that reads ELF and DWARF for a report. Files may be damaged on purpose, and libelf
 * and libdwarf are large: whatever they do there, run into bad memory, use all of it or never come
 * back, ends this process and not the report (symbol_reader.h).
 */
#ifndef MS_SYMBOLS_SYMBOL_SERVER_H
#define MS_SYMBOLS_SYMBOL_SERVER_H

#include <stdint.h>

#include "symbols/symbols.h"

/* The first number of a request. A reply has what the resolver's function of that name gives. */
enum ms_symbol_request {
    MS_SYMBOL_ADD,      /* number, enum ms_symbol_depth, the file */
    MS_SYMBOL_FRAMES,   /* count, count times module and address; the reply is of one or two parts:
                           count, count times frames, with texts that belong to the part */
    MS_SYMBOL_TYPE,     /* name, file */
    MS_SYMBOL_VARIABLE, /* module, address, name, pointed_to */
    MS_SYMBOL_NOTE,
    MS_SYMBOL_FOLDERS, /* file; the reply is a count, and the directories */
};

/* Most directories that a relative name may begin at. */
#define MS_SYMBOL_FOLDER_LIMIT 256u

/* Most frames of one address. */
#define MS_SYMBOL_FRAME_LIMIT 64u

/* Answers requests from FD until it is closed. CURRENT, two words in memory that is shared, says
 * which module is read. */
__attribute__((noreturn)) void ms_symbol_serve(int fd, const struct ms_symbol_places *places,
                                               volatile uint32_t *current);

#endif
