/* SPDX-License-Identifier: MIT */
/*
 * The live table: from the address of a live block to its record. It is private to the process; a
 * reader walks the records themselves. Small blocks are found by position (address_map.h), others
 * by hash (address_hash.h), where a block costs the same whatever its size.
 *
 * A block is removed before it is given back to the allocator and inserted after it was taken from
 * it, so that an address is never in the table twice.
 */
#ifndef MS_STORE_LIVE_H
#define MS_STORE_LIVE_H

#include "store/address_hash.h"
#include "store/address_map.h"

/* Blocks of fewer bytes are found by position: for them that takes 32 bytes at most. */
#define MS_LIVE_SMALL 256u

/* Enters the record ID for ADDRESS; false: no memory. */
static inline bool ms_live_insert(uintptr_t address, uint64_t size, uint32_t id) {
    return (MS_LIKELY(size < MS_LIVE_SMALL) && MS_LIKELY(ms_address_map_insert(address, id))) ||
           ms_address_hash_insert(address, id);
}

/* The record of ADDRESS, 0: there is none. */
static inline uint32_t ms_live_find(uintptr_t address) {
    uint32_t id = ms_address_map_find(address);
    return MS_LIKELY(id != 0) ? id : ms_address_hash_find(address);
}

/* The same, and takes it out: of two threads that remove an address at once only one gets it. */
static inline uint32_t ms_live_remove(uintptr_t address) {
    uint32_t id = ms_address_map_remove(address);
    return MS_LIKELY(id != 0) ? id : ms_address_hash_remove(address);
}

/* The record of the block around ADDRESS that starts at most LIMIT bytes before it, 0: none. */
static inline uint32_t ms_live_around(uintptr_t address, uintptr_t limit) {
    uintptr_t at = address & ~(uintptr_t)15;
    for (uintptr_t back = 0; back <= limit && at != 0; back += 16, at -= 16) {
        uint32_t id = ms_live_find(at);
        uintptr_t start = id != 0 ? MS_BLOCK_ADDRESS(ms_block_at(id)) : 0;
        if (start != 0 && (start & ~(uintptr_t)15) == at)
            return address - start < MS_BLOCK_SIZE(ms_block_at(id)) ? id : 0;
    }
    return 0;
}

#endif
