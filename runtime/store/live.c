/* SPDX-License-Identifier: MIT */
#include "store/live.h"

#include "platform/os.h"
#include "store/store.h"

#define FIRST_LINES 256u /* 16 KiB; pages, so that a line's neighbour is in the same level */

struct ms_live_level ms_live_levels[MS_LIVE_LEVELS];
uint32_t ms_live_level_count;

/* Adds a level unless another thread has done so since COUNT was read. */
static bool s_add_level(uint32_t count) {
    uint64_t signals;
    bool added = true;
    ms_store_lock(&signals);
    if (ms_live_level_count == count) {
        size_t lines = (size_t)FIRST_LINES << count;
        void *memory =
            count < MS_LIVE_LEVELS ? ms_os_map_pages(lines * sizeof(*ms_live_levels->lines)) : NULL;
        added = memory != NULL;
        if (added) {
            ms_live_levels[count] = (struct ms_live_level){memory, (uint32_t)(lines - 1)};
            ms_store_release(&ms_live_level_count, count + 1); /* pairs with the loads in live.h */
        }
    }
    ms_store_unlock(&signals);
    return added;
}

bool ms_live_insert_slow(uint64_t hash, uint32_t slot) {
    for (;;) {
        uint32_t count = ms_load_acquire(&ms_live_level_count);
        for (uint32_t i = count; i-- > 0;) {
            uint32_t *line = ms_live_line(&ms_live_levels[i], hash);
            if (ms_live_put(line, slot) || ms_live_put(ms_live_neighbour(line), slot))
                return true;
        }
        if (!s_add_level(count))
            return false;
    }
}

void ms_live_reset(void) {
    for (uint32_t i = 0; i < ms_live_level_count; i++)
        ms_os_unmap(ms_live_levels[i].lines,
                    ((size_t)ms_live_levels[i].mask + 1) * sizeof(*ms_live_levels->lines));
    ms_live_level_count = 0;
}
