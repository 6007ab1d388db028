/* SPDX-License-Identifier: MIT */
/* The sections of a report that the csv exporter can write. */
#ifndef MS_EXPORT_EXPORT_CSV_H
#define MS_EXPORT_EXPORT_CSV_H

#include <stddef.h>

/* The key of table AT, from 0 on; NULL: there are no more. Constant; any thread. */
const char *ms_csv_table(size_t at);

#endif
