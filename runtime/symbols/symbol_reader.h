/* SPDX-License-Identifier: MIT */
/*
 * A resolver whose files are read by another process (symbol_server.h). When that ends at a module,
 * it is started again, and what there is to know of that module is taken from its symbol table
 * alone; when it ends there again, nothing is. The report says so.
 *
 * Not thread-safe. The process that uses it has one thread: it forks.
 */
#ifndef MS_SYMBOLS_SYMBOL_READER_H
#define MS_SYMBOLS_SYMBOL_READER_H

#include "symbols/symbols.h"

struct ms_symbol_reader;

/* The strings of PLACES, which may be NULL, must outlive OUT. MS_IO: no process can be started
 * (errno). */
enum ms_status ms_symbol_reader_new(const struct ms_symbol_places *places,
                                    struct ms_symbol_reader **out);
void ms_symbol_reader_destroy(struct ms_symbol_reader *reader);

/* A resolver over READER, which must outlive it. */
struct memscope_resolver ms_symbol_reader_resolver(struct ms_symbol_reader *reader);

/* ms_symbols_find_folders; they live as long as READER. */
size_t ms_symbol_reader_find_folders(struct ms_symbol_reader *reader, const char *file,
                                     const char **folders, size_t capacity);

#endif
