/* SPDX-License-Identifier: MIT */
/* Names for many reports, one after the other: processes that have loaded the same files in the
 * same order share what was read of them. Of the sets of files that were used last a few are kept.
 */
#ifndef MS_CLI_SHARED_SYMBOLS_H
#define MS_CLI_SHARED_SYMBOLS_H

#include "base/status.h"
#include "memscope/report.h"

struct ms_journal;
struct ms_shared_symbols;
struct ms_symbol_places;

struct ms_shared_symbols *ms_shared_symbols_new(void);
void ms_shared_symbols_destroy(struct ms_shared_symbols *shared);

/* The resolver for the report of JOURNAL, which must be destroyed before the next call. PLACES
 * are the same in all calls; they are copied. */
enum ms_status ms_shared_symbols_resolver(struct ms_shared_symbols *shared,
                                          const struct ms_journal *journal,
                                          const struct ms_symbol_places *places,
                                          struct memscope_resolver *out);

/* ms_symbol_reader_find_folders of all sets that are kept; those in several are there once. They
 * live as long as SHARED, where no resolver is asked for meanwhile. */
size_t ms_shared_symbols_find_folders(struct ms_shared_symbols *shared, const char *file,
                                      const char **folders, size_t capacity);

#endif
