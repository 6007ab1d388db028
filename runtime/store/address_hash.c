/* SPDX-License-Identifier: MIT */
#include "store/address_hash.h"

#include "platform/os.h"
#include "store/store.h"

#define FIRST_LINES 256u /* 16 KiB; pages, so that a line's neighbour is in the same level */

struct ms_address_hash_level ms_address_hash_levels[MS_ADDRESS_HASH_LEVELS];
uint32_t ms_address_hash_level_count;

/* Adds a level unless another thread has done so since COUNT was read. */
static bool s_add_level(uint32_t count) {
    uint64_t signals;
    bool added = true;
    ms_store_lock(&signals);
    if (ms_address_hash_level_count == count) {
        size_t lines = (size_t)FIRST_LINES << count;
        void *memory = count < MS_ADDRESS_HASH_LEVELS
                           ? ms_os_map_pages(lines * sizeof(*ms_address_hash_levels->lines))
                           : NULL;
        added = memory != NULL;
        if (added) {
            ms_address_hash_levels[count] =
                (struct ms_address_hash_level){memory, (uint32_t)(lines - 1)};
            ms_store_release(&ms_address_hash_level_count,
                             count + 1); /* pairs with the loads in address_hash.h */
        }
    }
    ms_store_unlock(&signals);
    return added;
}

bool ms_address_hash_make_room(uint64_t hash, uint32_t slot) {
    for (;;) {
        uint32_t count = ms_load_acquire(&ms_address_hash_level_count);
        for (uint32_t i = count; i-- > 0;) {
            uint32_t *line = ms_address_hash_line(&ms_address_hash_levels[i], hash);
            if (ms_address_hash_put(line, slot) ||
                ms_address_hash_put(ms_address_hash_neighbour(line), slot))
                return true;
        }
        if (!s_add_level(count))
            return false;
    }
}

void ms_address_hash_reset(void) {
    for (uint32_t i = 0; i < ms_address_hash_level_count; i++)
        ms_os_unmap(ms_address_hash_levels[i].lines, ((size_t)ms_address_hash_levels[i].mask + 1) *
                                                         sizeof(*ms_address_hash_levels->lines));
    ms_address_hash_level_count = 0;
}
