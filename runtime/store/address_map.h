/* SPDX-License-Identifier: MIT */
/*
 * Addresses to block records, by position: one 32-bit slot for each 32 bytes of address space, in
 * leaves of one MiB that are made when the first block lies there. Blocks that are neighbours in
 * memory have neighbouring slots, so a program that is kind to the cache finds memscope in the
 * cache too, and a slot needs no search and no check of the record.
 *
 * glibc's blocks are at least 32 bytes apart, so two never share a slot; where an allocator packs
 * closer, the bit above the id tells which half a block starts in, and the second one is refused.
 *
 *   address bits  47..34  34..20  20..5   4
 *                 top     middle  leaf    half
 *
 * Costs an eighth of the memory that small blocks lie in. Synchronization: slots are changed by
 * compare-and-swap while the process has several threads; leaves are made under the store lock.
 */
#ifndef MS_STORE_ADDRESS_MAP_H
#define MS_STORE_ADDRESS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/single_threaded.h>

#include "base/atomics.h"

#define MS_ADDRESS_MAP_SLOT_BITS 5u
#define MS_ADDRESS_MAP_LEAF_BITS 20u
#define MS_ADDRESS_MAP_PART_BITS 14u /* of top and middle */
#define MS_ADDRESS_MAP_PARTS     (1u << MS_ADDRESS_MAP_PART_BITS)
#define MS_ADDRESS_MAP_LEAF      (1u << (MS_ADDRESS_MAP_LEAF_BITS - MS_ADDRESS_MAP_SLOT_BITS))
#define MS_ADDRESS_MAP_HALF      (UINT32_C(1) << 31)
#define MS_ADDRESS_MAP_LIMIT     (UINT64_C(1) << 48)

/* Published by release, read by acquire. */
extern uint32_t **ms_address_map_top[MS_ADDRESS_MAP_PARTS];

/* The slot of ADDRESS, made when it is not there; NULL: no memory. Takes the store lock. */
uint32_t *ms_address_map_make(uintptr_t address);

/* Forgets everything: for tests. */
void ms_address_map_reset(void);

/* NULL: there is no block near. */
static inline uint32_t *ms_address_map_slot(uintptr_t address) {
    if (MS_UNLIKELY(address >= MS_ADDRESS_MAP_LIMIT))
        return NULL;
    uint32_t **middle = ms_load_acquire(
        &ms_address_map_top[address >> (MS_ADDRESS_MAP_LEAF_BITS + MS_ADDRESS_MAP_PART_BITS)]);
    if (MS_UNLIKELY(middle == NULL))
        return NULL;
    uint32_t *leaf =
        ms_load_acquire(&middle[(address >> MS_ADDRESS_MAP_LEAF_BITS) % MS_ADDRESS_MAP_PARTS]);
    if (MS_UNLIKELY(leaf == NULL))
        return NULL;
    return &leaf[(address >> MS_ADDRESS_MAP_SLOT_BITS) % MS_ADDRESS_MAP_LEAF];
}

/* What the slot of ADDRESS holds when the block there has the record ID. */
static inline uint32_t ms_address_map_value(uintptr_t address, uint32_t id) {
    return id | ((address & 16) != 0 ? MS_ADDRESS_MAP_HALF : 0);
}

/* Whether VALUE belongs to a block at ADDRESS. */
static inline bool ms_address_map_is(uint32_t value, uintptr_t address) {
    return value != 0 && ((value & MS_ADDRESS_MAP_HALF) != 0) == ((address & 16) != 0);
}

/* False: another block has the slot, or there is no memory. */
static inline bool ms_address_map_insert(uintptr_t address, uint32_t id) {
    uint32_t *slot = ms_address_map_slot(address), empty = 0;
    if (MS_UNLIKELY(slot == NULL)) {
        slot = ms_address_map_make(address);
        if (slot == NULL)
            return false;
    }
    if (MS_UNLIKELY(ms_load_relaxed(slot) != 0) || address % 16 != 0)
        return false;
    if (MS_LIKELY(__libc_single_threaded)) {
        ms_store_relaxed(slot, ms_address_map_value(address, id));
        return true;
    }
    return ms_cas_acq_rel(slot, &empty, ms_address_map_value(address, id));
}

/* The record of ADDRESS, 0: none here. */
static inline uint32_t ms_address_map_find(uintptr_t address) {
    uint32_t *slot = ms_address_map_slot(address);
    uint32_t value = slot != NULL ? ms_load_acquire(slot) : 0;
    return MS_LIKELY(ms_address_map_is(value, address)) ? value & ~MS_ADDRESS_MAP_HALF : 0;
}

/* The same, and takes it out: of two threads that remove an address at once only one gets it. */
static inline uint32_t ms_address_map_remove(uintptr_t address) {
    uint32_t *slot = ms_address_map_slot(address);
    uint32_t value = slot != NULL ? ms_load_acquire(slot) : 0;
    if (MS_UNLIKELY(!ms_address_map_is(value, address)))
        return 0;
    if (MS_LIKELY(__libc_single_threaded)) {
        ms_store_relaxed(slot, 0);
        return value & ~MS_ADDRESS_MAP_HALF;
    }
    return ms_cas_acq_rel(slot, &value, 0) ? value & ~MS_ADDRESS_MAP_HALF : 0;
}

#endif
