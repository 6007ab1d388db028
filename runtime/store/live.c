/* SPDX-License-Identifier: MIT */
#include "store/live.h"

#include <stddef.h>
#include <sys/single_threaded.h>

#include "base/atomics.h"
#include "platform/os.h"
#include "store/blocks.h"
#include "store/store.h"

#define SLOTS       16u
#define LEVEL_LIMIT 24u
#define FIRST_LINES 256u /* 16 KiB */
#define ID_BITS     27u
#define ID_MASK     ((UINT32_C(1) << ID_BITS) - 1)
static_assert(MS_BLOCK_ID_LIMIT == ID_MASK + 1, "an id fits a slot");

struct s_level {
    uint32_t (*lines)[SLOTS];
    uint32_t mask; /* of line numbers */
};
/* Synchronization: appended to under the store lock, published by the count. */
static struct s_level s_levels[LEVEL_LIMIT];
static uint32_t s_level_count;

/* Blocks are 16-byte aligned, mostly. The upper half picks the line, the lower bits the tag. */
static uint64_t s_hash(uintptr_t address) {
    uint64_t hash = (address >> 4) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ (hash >> 29);
}

static uint32_t s_line(uint64_t hash, uint32_t mask) {
    return (uint32_t)(hash >> 32) & mask;
}

static uint32_t s_tag(uint64_t hash) {
    return ((uint32_t)hash & 0x1f) << ID_BITS;
}

static bool s_put(uint32_t *line, uint32_t slot) {
    for (unsigned i = 0; i < SLOTS; i++) {
        if (ms_load_relaxed(&line[i]) != 0)
            continue;
        if (__libc_single_threaded) {
            ms_store_relaxed(&line[i], slot);
            return true;
        }
        uint32_t empty = 0;
        if (ms_cas_acq_rel(&line[i], &empty, slot))
            return true;
    }
    return false;
}

static bool s_put_in_level(const struct s_level *level, uint64_t hash, uint32_t slot) {
    uint32_t line = s_line(hash, level->mask);
    return s_put(level->lines[line], slot) || s_put(level->lines[line ^ 1], slot);
}

/* Adds a level unless another thread has done so since COUNT was read. */
static bool s_add_level(uint32_t count) {
    uint64_t signals;
    bool added = true;
    ms_store_lock(&signals);
    if (s_level_count == count) {
        uint32_t lines = FIRST_LINES << count;
        void *memory = count < LEVEL_LIMIT ? ms_os_map_pages((size_t)lines * SLOTS * 4) : NULL;
        added = memory != NULL;
        if (added) {
            s_levels[count] = (struct s_level){memory, lines - 1};
            ms_store_release(&s_level_count, count + 1); /* pairs with the loads below */
        }
    }
    ms_store_unlock(&signals);
    return added;
}

bool ms_live_insert(uintptr_t address, uint32_t id) {
    uint64_t hash = s_hash(address);
    uint32_t slot = id | s_tag(hash);
    for (;;) {
        uint32_t count = ms_load_acquire(&s_level_count);
        for (uint32_t i = count; i-- > 0;) {
            if (s_put_in_level(&s_levels[i], hash, slot))
                return true;
        }
        if (!s_add_level(count))
            return false;
    }
}

/* The slot of ADDRESS in LINE with *FOUND its value; NULL: not here. */
static uint32_t *s_find_in_line(uint32_t *line, uint32_t tag, uintptr_t address, uint32_t *found) {
    for (unsigned i = 0; i < SLOTS; i++) {
        uint32_t slot =
            ms_load_acquire(&line[i]); /* pairs with the insert: the record is written */
        if (slot == 0 || (slot & ~ID_MASK) != tag)
            continue;
        if (MS_BLOCK_ADDRESS(ms_block_at(slot & ID_MASK)) == address) {
            *found = slot;
            return &line[i];
        }
    }
    return NULL;
}

static uint32_t *s_find(uintptr_t address, uint32_t *found) {
    uint64_t hash = s_hash(address);
    uint32_t tag = s_tag(hash);
    for (uint32_t i = ms_load_acquire(&s_level_count); i-- > 0;) {
        const struct s_level *level = &s_levels[i];
        uint32_t line = s_line(hash, level->mask);
        uint32_t *slot = s_find_in_line(level->lines[line], tag, address, found);
        if (slot == NULL)
            slot = s_find_in_line(level->lines[line ^ 1], tag, address, found);
        if (slot != NULL)
            return slot;
    }
    return NULL;
}

uint32_t ms_live_find(uintptr_t address) {
    uint32_t found;
    return s_find(address, &found) != NULL ? found & ID_MASK : 0;
}

uint32_t ms_live_remove(uintptr_t address) {
    uint32_t found;
    uint32_t *slot = s_find(address, &found);
    if (slot == NULL)
        return 0;
    if (__libc_single_threaded) {
        ms_store_relaxed(slot, 0);
        return found & ID_MASK;
    }
    return ms_cas_acq_rel(slot, &found, 0) ? found & ID_MASK : 0;
}

void ms_live_reset(void) {
    for (uint32_t i = 0; i < s_level_count; i++)
        ms_os_unmap(s_levels[i].lines, ((size_t)s_levels[i].mask + 1) * SLOTS * 4);
    s_level_count = 0;
}
