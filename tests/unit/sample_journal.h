/* SPDX-License-Identifier: MIT */
/*
 * A journal with something of everything, whose report is known by hand:
 *
 *   site 1  call       "head" of struct node (24 bytes), list.c:10 in push
 *   site 2  variable   "cache" of struct cache, cache.c:20 in fill
 *   site 3  caller     at 0x1100 of module 1, no type
 *   site 4  call       "name" of char, list.c:11 in push
 *   site 5  static     struct config (200 bytes), main.c:5
 *
 *   site  allocations  bytes  frees  bytes  peak
 *   1     10           240    4      96     192       shard 0: 8, 192, 4, 96, 192; shard 1: 2, 48,
 * 0, 0, 48 2     1            100    0      0      100 3     3            300    1      50     250
 *   4     4            40     4      40     40
 *
 * and pending: thread 0 has 64 bytes of site 3's return address, thread 1 has 8 bytes of a return
 * address that has no site yet and is in no module.
 */
#ifndef SAMPLE_JOURNAL_H
#define SAMPLE_JOURNAL_H

#include "journal_builder.h"

struct sample_journal {
    struct journal_builder *builder; /* owned by the caller */
    uint32_t stack_a;                /* frames 0x1100 and 0x1200 of module 1 */
    uint32_t stack_b;                /* frame 0x1300 of module 1 */
};

struct sample_journal sample_journal_new(void);

#endif
