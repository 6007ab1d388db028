/* SPDX-License-Identifier: MIT */
/*
 * The site table: the plugin's constant records, copied out of each module when it is registered,
 * and sites that are made here for return addresses of allocation calls that the plugin has not
 * seen. Ids are dense; 0 is the catch-all.
 */
#ifndef MS_STORE_SITES_H
#define MS_STORE_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/atomics.h"
#include "memscope/abi.h"

#define MS_SITE_LIMIT  (UINT32_C(1) << 20)
#define MS_RANGE_LIMIT 1024u

/* A module's section and the id of its first record. START is NULL when the module is gone. */
struct ms_site_range {
    const struct memscope_site *start;
    const struct memscope_site *stop;
    uint32_t first_id;
    uint32_t count;
};
/* Synchronization: appended to under the store lock, read without; published by the count. */
extern struct ms_site_range ms_site_ranges[MS_RANGE_LIMIT];
extern uint32_t ms_site_range_count;

/* Take the store lock. Registering a section again changes nothing; one of a module that was there
 * before gets the sites that it had then. */
void ms_sites_register(const struct memscope_site *start, const struct memscope_site *stop);
void ms_sites_unregister(const struct memscope_site *start, const struct memscope_site *stop);

/* The site of kind CALLER for a run-time return address; 0 when there is no room. Takes the store
 * lock. */
uint32_t ms_sites_caller(uintptr_t return_address);

/* A site like that of ID, for pooled blocks (MS_SITE_POOLED); 0 when there is no room. A new one
 * with each call. Takes the store lock. */
uint32_t ms_sites_pooled(uint32_t id);

/* What MEMSCOPE_TRACK says of a variable. */
struct ms_tracked_variable {
    const char *name;
    const char *file;
    uint32_t line;
    uint8_t kind;      /* TRACKED, or OBJECT */
    uint64_t size;     /* of an object */
    uint32_t typed_by; /* the site whose type its blocks have, 0: none */
    uintptr_t call;    /* return address of the call that says so */
};

/* Its site, the same for the same variable; 0 when there is no room. Under the store lock. */
uint32_t ms_sites_tracked(const struct ms_tracked_variable *variable);

/* Whether SITE, which ms_sites_tracked has given, is that of VARIABLE. Any thread, no lock. */
bool ms_sites_is_tracked(uint32_t site, const struct ms_tracked_variable *variable);

/* The id of a registered record, 0: not registered. Any thread, no lock. */
static inline uint32_t ms_sites_find(const struct memscope_site *site) {
    for (uint32_t i = ms_load_acquire(&ms_site_range_count); i-- > 0;) {
        const struct ms_site_range *range = &ms_site_ranges[i];
        const struct memscope_site *start = ms_load_acquire(&range->start);
        if (start != NULL && site >= start && site < range->stop)
            return range->first_id + (uint32_t)(site - start);
    }
    return 0;
}

/* The same, as the record itself has it. */
static inline uint32_t ms_sites_id(const struct memscope_site *site) {
    uint32_t id = ms_load_relaxed(&site->id);
    return MS_LIKELY(id != 0) ? id : ms_sites_find(site);
}

#endif
