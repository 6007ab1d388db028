/* SPDX-License-Identifier: MIT */
#include "hot/guards.h"

#include <stddef.h>

#include "base/atomics.h"
#include "hot/hooks.h"
#include "platform/os.h"
#include "store/sites.h"

/* By position: address << 16 | site, 0: no guard. Blocks start at multiples of 16, so both share a
 * word, which changes at once. Of two blocks at one position the newer has the guard. */
#define POSITIONS (UINT64_C(1) << 20)
#define SITE_MASK ((uint64_t)MS_SITE_LIMIT - 1)
_Static_assert(MS_SITE_LIMIT == UINT32_C(1) << 20, "a site fits below the address");

bool ms_guards_used;
static uint64_t *s_guards; /* mapped with the first one */

static uint64_t *s_at(uint64_t *guards, uintptr_t address) {
    return &guards[(address >> 4 ^ address >> 24) % POSITIONS];
}

static uint64_t *s_prepare(void) {
    uint64_t *guards = ms_load_acquire(&s_guards), *none = NULL;
    if (MS_LIKELY(guards != NULL))
        return guards;
    guards = ms_os_map_pages(POSITIONS * sizeof(*guards));
    if (guards != NULL && !ms_cas_acq_rel(&s_guards, &none, guards)) {
        ms_os_unmap(guards, POSITIONS * sizeof(*guards));
        guards = none;
    }
    if (guards != NULL) {
        ms_store_relaxed(&ms_guards_used, true);
        ms_hooks_watch();
    }
    return guards;
}

void ms_guards_set(const void *block, uint32_t site) {
    uintptr_t address = (uintptr_t)block;
    uint64_t *guards = address % 16 == 0 ? s_prepare() : NULL;
    if (guards != NULL)
        ms_store_relaxed(s_at(guards, address), (uint64_t)address << 16 | site);
}

/* How the program hands a block from one thread to another orders what is read here. */
uint32_t ms_guards_take(const void *block) {
    uintptr_t address = (uintptr_t)block;
    uint64_t *guards = ms_load_acquire(&s_guards);
    uint64_t *at = guards != NULL ? s_at(guards, address) : NULL;
    uint64_t word = at != NULL ? ms_load_relaxed(at) : 0;
    if (word >> 20 != address >> 4 || !ms_cas_acq_rel(at, &word, 0))
        return 0;
    return (uint32_t)(word & SITE_MASK);
}
