/* SPDX-License-Identifier: MIT */
/*
 * Addresses to block records, by position: one 32-bit slot for each 32 bytes of address space, in
 * leaves for 64 MiB that are made when the first block lies there; only their used pages are
 * resident. Blocks that are neighbours in memory have neighbouring slots, so a program that is kind
 * to the cache finds memscope in the cache too, and a slot needs no search.
 *
 * glibc's blocks are at least 32 bytes apart, so two never share a slot. Where an allocator packs
 * closer, the second one is refused; the record says which of the two has the slot.
 *
 *   address bits  46..26  25..5
 *                 top     leaf
 *
 * Costs an eighth of the memory that small blocks lie in. Synchronization: where blocks may share
 * a slot, slots are changed by compare-and-swap while the process has several threads; leaves are
 * made under the store lock.
 */
#ifndef MS_STORE_ADDRESS_MAP_H
#define MS_STORE_ADDRESS_MAP_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/single_threaded.h>

#include "base/atomics.h"
#include "store/blocks.h"

#define MS_ADDRESS_MAP_SLOT_BITS 5u
#define MS_ADDRESS_MAP_LEAF_BITS 26u
#define MS_ADDRESS_MAP_TOP       (1u << (47 - MS_ADDRESS_MAP_LEAF_BITS))
#define MS_ADDRESS_MAP_LEAF      (1u << (MS_ADDRESS_MAP_LEAF_BITS - MS_ADDRESS_MAP_SLOT_BITS))
#define MS_ADDRESS_MAP_FREED     (UINT32_C(1) << 31)
static_assert(MS_BLOCK_ID_LIMIT <= MS_ADDRESS_MAP_FREED, "an id is no freed slot");

/* Where a leaf would begin if it began at address 0, so that the number of a slot need not be
 * reduced; 0: no leaf. Published by release, read by acquire. */
extern uintptr_t ms_address_map_top[MS_ADDRESS_MAP_TOP];

/* Blocks of the allocator are never less than 32 bytes apart. Set before the first one. */
extern bool ms_address_map_apart;

/* The slot of ADDRESS, made when it is not there; NULL: no memory. Takes the store lock. */
uint32_t *ms_address_map_make(uintptr_t address);

/* Forgets everything: for tests. */
void ms_address_map_reset(void);

/* 0: there is no block near. */
static inline uintptr_t ms_address_map_leaf(uintptr_t address) {
    uintptr_t part = address >> MS_ADDRESS_MAP_LEAF_BITS;
    return MS_LIKELY(part < MS_ADDRESS_MAP_TOP) ? ms_load_acquire(&ms_address_map_top[part]) : 0;
}

static inline uint32_t *ms_address_map_at(uintptr_t leaf, uintptr_t address) {
    return (uint32_t *)(leaf + (address >> MS_ADDRESS_MAP_SLOT_BITS) * sizeof(uint32_t));
}

/* What a slot holds: 0 or what ms_address_map_freed gives when it has no block, else its record. */
static inline bool ms_address_map_is_taken(uint32_t slot) {
    return (int32_t)slot > 0;
}

/* That of a block that was freed, and had been made by SITE: until the slot has another, it is
 * known. Only where blocks are apart. */
static inline uint32_t ms_address_map_freed(uint32_t site) {
    return MS_ADDRESS_MAP_FREED | site;
}

/* NULL: there is no block near. */
static inline uint32_t *ms_address_map_slot(uintptr_t address) {
    uintptr_t leaf = ms_address_map_leaf(address);
    return MS_LIKELY(leaf != 0) ? ms_address_map_at(leaf, address) : NULL;
}

/* Whether slots may be changed by plain stores. */
static inline bool ms_address_map_plain(void) {
    return MS_LIKELY(ms_address_map_apart) || __libc_single_threaded;
}

/* False: another block has the slot, or there is no memory. */
static inline bool ms_address_map_insert(uintptr_t address, uint32_t id) {
    uint32_t *slot = ms_address_map_slot(address), empty;
    if (MS_UNLIKELY(slot == NULL)) {
        slot = ms_address_map_make(address);
        if (slot == NULL)
            return false;
    }
    empty = ms_load_relaxed(slot);
    if (MS_UNLIKELY(ms_address_map_is_taken(empty)))
        return false;
    if (!ms_address_map_plain())
        return ms_cas_acq_rel(slot, &empty, id);
    ms_store_release(slot, id);
    return true;
}

/* Whether the record ID is that of the block at ADDRESS. */
static inline bool ms_address_map_is(uint32_t id, uintptr_t address) {
    return MS_LIKELY(ms_address_map_is_taken(id)) &&
           MS_LIKELY(ms_load_relaxed(&ms_block_at(id)->address_thread) >> 16 == address);
}

/* The record of ADDRESS, 0: none here. */
static inline uint32_t ms_address_map_find(uintptr_t address) {
    uint32_t *slot = ms_address_map_slot(address);
    uint32_t id = slot != NULL ? ms_load_acquire(slot) : 0;
    return ms_address_map_is(id, address) ? id : 0;
}

/* The same, and takes it out: of two threads that remove an address at once only one gets it. */
static inline uint32_t ms_address_map_remove(uintptr_t address) {
    uint32_t *slot = ms_address_map_slot(address);
    uint32_t id = slot != NULL ? ms_load_acquire(slot) : 0;
    if (!ms_address_map_is(id, address))
        return 0;
    if (!ms_address_map_plain())
        return ms_cas_acq_rel(slot, &id, 0) ? id : 0;
    ms_store_release(slot, 0);
    return id;
}

#endif
