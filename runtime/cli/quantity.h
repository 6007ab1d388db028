/* SPDX-License-Identifier: MIT */
/* Numbers with a unit, as people type them. */
#ifndef MS_CLI_QUANTITY_H
#define MS_CLI_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/* "64M", "64MiB", "1.5 GiB", "64MB", "0": K, M, G, T and KiB... are units of 1024, kB, KB, MB, GB,
 * TB of 1000, as with GNU's head -c; B is bytes. False: TEXT is no size. */
bool ms_quantity_bytes(const char *text, uint64_t *bytes);

/* "5%", "0.5 %"; false: TEXT is no percentage. */
bool ms_quantity_percent(const char *text, double *percent);

/* "12"; false: TEXT is no whole number. */
bool ms_quantity_count(const char *text, uint64_t *count);

#endif
