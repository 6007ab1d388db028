/* SPDX-License-Identifier: MIT */
/*
 * The live table: from the address of a live block to its record. It is private to the process; a
 * reader walks the records themselves.
 *
 * A slot is 32 bits: 0 when empty, else record id | tag, the tag being 5 more bits of the address'
 * hash, so that most slots of other blocks are told apart without a look at their records. 16 slots
 * are one cache line, a bucket is a line. When a bucket is full the block goes to its neighbour,
 * then to an older level, then a new level of twice the size is added; nothing is ever moved, so
 * there is no pause. Levels are searched newest first.
 *
 * Synchronization: slots are changed by compare-and-swap while the process has several threads, by
 * plain stores while it has one. A block is removed before it is given back to the allocator and
 * inserted after it was taken from it, so that an address is never in the table twice.
 */
#ifndef MS_STORE_LIVE_H
#define MS_STORE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

/* Enters the record ID for ADDRESS; false: no memory. */
bool ms_live_insert(uintptr_t address, uint32_t id);

/* The record of ADDRESS, 0: there is none. */
uint32_t ms_live_find(uintptr_t address);

/* The same, and takes it out: of two threads that remove an address at once only one gets it. */
uint32_t ms_live_remove(uintptr_t address);

/* Removes the memory of the table: for tests. */
void ms_live_reset(void);

#endif
