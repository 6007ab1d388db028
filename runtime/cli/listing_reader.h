/* SPDX-License-Identifier: MIT */
/*
 * Reads the source files that a report names: where sites with bytes are, and frames of call
 * stacks. Those with the most bytes, S_FILE_LIMIT at most; of a large file the lines around what is
 * named.
 *
 * The names come out of a journal and of debug information, which may be anybody's: only regular
 * files with text in them and with the name of a C or C++ source are read.
 */
#ifndef MS_CLI_LISTING_READER_H
#define MS_CLI_LISTING_READER_H

#include "export/listings.h"

struct memscope_report;
struct ms_listing_reader;
struct ms_named_files;
struct ms_place_finder;

/* For a report that is not redacted, whose names are NAMED. Says with a line how many files could
 * not be read, and why the first of them. What is given must live as long as the reader. */
struct ms_listing_reader *ms_listing_reader_new(const struct memscope_report *report,
                                                const struct ms_named_files *named,
                                                struct ms_place_finder *places);
void ms_listing_reader_destroy(struct ms_listing_reader *reader);

/* They live as long as READER. */
const struct ms_listings *ms_listing_reader_listings(const struct ms_listing_reader *reader);

#endif
