/* SPDX-License-Identifier: MIT */
#include "hot/holder.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "memscope/abi.h"
#include "store/sites.h"
#include "store/store.h"

static_assert(MS_SITE_LIMIT <= UINT64_C(1) << MS_HOLDER_SITE_BITS, "a holder names any site");

static const struct ms_site *s_site(uint32_t id) {
    return ms_store_at(MS_TABLE_SITES, (uint64_t)id * sizeof(struct ms_site));
}

static bool s_is_variable(uint32_t id) {
    uint8_t kind = s_site(id)->kind;
    return kind == MEMSCOPE_SITE_VARIABLE || kind == MEMSCOPE_SITE_MEMBER ||
           kind == MEMSCOPE_SITE_PARAMETER;
}

static uint64_t s_place(const void *place) {
    if (place == NULL)
        return 0;
    /* Fibonacci hashing: the high bits depend on all of the address. */
    uint64_t hash = ((uintptr_t)place >> 3) * UINT64_C(0x9e3779b97f4a7c15);
    hash >>= 64 - MS_HOLDER_PLACE_BITS;
    return hash != 0 ? hash : 1;
}

static uint64_t s_word(uint32_t owner, uint32_t other, uint64_t place) {
    return owner | (uint64_t)other << MS_HOLDER_SITE_BITS | place << MS_HOLDER_PLACE_AT;
}

/* Sites of one variable: names are interned. */
static bool s_is_same_variable(uint32_t one, uint32_t other) {
    if (one == other)
        return true;
    const struct ms_site *a = s_site(one), *b = s_site(other);
    return a->var_name == b->var_name &&
           (((a->flags | b->flags) & MEMSCOPE_SITE_LOCAL) == 0 || a->function == b->function);
}

static bool s_is_owner(uint64_t holder, uint32_t site, uint64_t place) {
    uint64_t of_owner = MS_HOLDER_PLACE(holder);
    return s_is_same_variable(MS_HOLDER_OWNER(holder), site) &&
           (of_owner == 0 || place == 0 || of_owner == place);
}

/* A block that was made for a variable has that as its owner. */
static uint64_t s_with_owner(uint64_t holder, uint32_t made_by) {
    return holder == 0 && s_is_variable(made_by) ? s_word(made_by, 0, 0) : holder;
}

uint64_t ms_holder_take(uint64_t holder, uint32_t made_by, uint32_t site, const void *where) {
    uint64_t place = s_place(where);
    holder = s_with_owner(holder & ~MS_HOLDER_REACH_MASK, made_by);
    if (holder == 0 || (holder & MS_HOLDER_LOST) != 0)
        return s_word(site, 0, place);
    uint32_t owner = MS_HOLDER_OWNER(holder), former = MS_HOLDER_OTHER(holder);
    bool is_local = (s_site(owner)->flags & MEMSCOPE_SITE_LOCAL) != 0;
    bool keeps_former = s_is_same_variable(owner, site) || (former != 0 && is_local);
    return s_word(site, keeps_former ? former : owner, place);
}

static uint64_t s_lost(uint32_t owner, uint32_t where) {
    return s_word(owner, where, 0) | MS_HOLDER_LOST;
}

uint64_t ms_holder_lose(uint64_t holder, uint32_t made_by, uint32_t site, const void *where) {
    holder = s_with_owner(holder & ~MS_HOLDER_REACH_MASK, made_by);
    if (holder == 0 || (holder & MS_HOLDER_LOST) != 0)
        return holder;
    uint32_t owner = MS_HOLDER_OWNER(holder), other = MS_HOLDER_OTHER(holder);
    if (s_is_owner(holder, site, s_place(where)))
        return other != 0 ? s_word(other, 0, 0) : s_lost(owner, site);
    if (other != 0 && s_is_same_variable(other, site))
        return s_word(owner, 0, MS_HOLDER_PLACE(holder));
    return holder;
}
