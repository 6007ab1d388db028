/* SPDX-License-Identifier: MIT */
/*
 * Names and types out of ELF and DWARF, by libelf and libdwarf: for report time, never in the hot
 * path. A module that cannot be read gives a note, not an error. Input is untrusted: a corrupt file
 * gives fewer names, never a crash or a hang.
 *
 * Not thread-safe: one ms_symbols, one thread at a time.
 */
#ifndef MS_SYMBOLS_SYMBOLS_H
#define MS_SYMBOLS_SYMBOLS_H

#include "base/status.h"
#include "memscope/report.h"

struct ms_symbols;

enum ms_status ms_symbols_new(struct ms_symbols **out);
void ms_symbols_destroy(struct ms_symbols *symbols);

/* A resolver over SYMBOLS, which must outlive it. */
struct memscope_resolver ms_symbols_resolver(struct ms_symbols *symbols);

#endif
