/* SPDX-License-Identifier: MIT */
#include "store/sites.h"

#include <stdbool.h>
#include <string.h>

#include "platform/os.h"
#include "store/map.h"
#include "store/modules.h"
#include "store/store.h"
#include "store/strings.h"

struct ms_site_range ms_site_ranges[MS_RANGE_LIMIT];
uint32_t ms_site_range_count;

static struct ms_map s_callers; /* return address -> site */
static struct ms_map s_tracked; /* hash of a tracked variable -> site */

static void s_fill(struct ms_site *to, const struct memscope_site *from, uint16_t module) {
    to->var_name = ms_strings_intern(from->var_name);
    to->type_name = ms_strings_intern(from->type_name);
    to->file = ms_strings_intern(from->file);
    to->function = ms_strings_intern(from->function);
    to->label = ms_strings_intern(from->label);
    to->element_name = ms_strings_intern(from->element_name);
    to->deallocator = ms_strings_intern(from->deallocator);
    to->element_size = from->element_size;
    to->header_size = from->header_size;
    to->line = from->line;
    to->column = from->column;
    to->kind = from->kind;
    to->evidence = from->evidence;
    to->module = module;
    to->type_size = from->type_size;
    to->flags = from->flags;
}

/* Room for one more site with an id in range. */
static struct ms_site *s_append(uint32_t *id) {
    uint64_t offset;
    if (ms_store.tables[MS_TABLE_SITES].appended / sizeof(struct ms_site) >= MS_SITE_LIMIT) {
        ms_store_count_drop(MS_DROP_LIMIT);
        return NULL;
    }
    struct ms_site *site = ms_store_append(MS_TABLE_SITES, sizeof(*site), &offset);
    *id = (uint32_t)(offset / sizeof(*site));
    return site;
}

static void s_set_id(const struct memscope_site *site, uint32_t id) {
    ms_store_relaxed(&((struct memscope_site *)(uintptr_t)site)->id, id);
}

/* Whether the sites from ID on are those from START to STOP, of another module of the same file. */
static bool s_are_again(uint32_t id, const struct memscope_site *start,
                        const struct memscope_site *stop, uint16_t module) {
    for (; start < stop; start++, id++) {
        const struct ms_site *old =
            ms_store_at(MS_TABLE_SITES, (uint64_t)id * sizeof(struct ms_site));
        struct ms_site fresh = {0};
        s_fill(&fresh, start, old->module);
        if (!ms_modules_same_file(old->module, module) || memcmp(&fresh, old, sizeof(fresh)) != 0)
            return false;
    }
    return true;
}

/* A module that is loaded again, as plugins of programs are, takes up no more room. */
static bool s_register_again(const struct memscope_site *start, const struct memscope_site *stop,
                             uint16_t module) {
    for (uint32_t i = 0; i < ms_site_range_count; i++) {
        struct ms_site_range *range = &ms_site_ranges[i];
        if (range->start != NULL || range->count != (uint64_t)(stop - start) ||
            !s_are_again(range->first_id, start, stop, module))
            continue;
        for (const struct memscope_site *site = start; site < stop; site++)
            s_set_id(site, range->first_id + (uint32_t)(site - start));
        ms_store_relaxed(&range->stop, stop);
        ms_store_release(&range->start, start); /* pairs with ms_sites_find */
        return true;
    }
    return false;
}

static void s_register(const struct memscope_site *start, const struct memscope_site *stop) {
    uint32_t count = ms_site_range_count, first = 0, id = 0;
    /* An address inside the module, +1 because frames are return addresses. */
    uint64_t frame = ms_modules_frame((uintptr_t)start + 1);
    if (s_register_again(start, stop, (uint16_t)(frame >> MS_FRAME_MODULE_SHIFT)))
        return;
    if (count == MS_RANGE_LIMIT) {
        ms_store_count_drop(MS_DROP_LIMIT);
        return;
    }
    for (const struct memscope_site *site = start; site < stop; site++) {
        struct ms_site *to = s_append(&id);
        if (to == NULL) {
            stop = site; /* the rest goes to the catch-all */
            break;
        }
        if (site == start)
            first = id;
        s_fill(to, site, (uint16_t)(frame >> MS_FRAME_MODULE_SHIFT));
        s_set_id(site, id);
    }
    ms_store_publish(MS_TABLE_STRINGS);
    ms_store_publish(MS_TABLE_SITES);
    if (stop == start)
        return;
    ms_site_ranges[count] = (struct ms_site_range){start, stop, first, (uint32_t)(stop - start)};
    ms_store_release(&ms_site_range_count, count + 1); /* pairs with ms_sites_find */
}

void ms_sites_register(const struct memscope_site *start, const struct memscope_site *stop) {
    uint64_t signals;
    if (ms_store.header == NULL || start >= stop || ms_sites_find(start) != 0)
        return;
    if (start->abi_version != MEMSCOPE_ABI_VERSION) {
        ms_os_say("a module was compiled with another version of the memscope plugin: its sites "
                  "are not named; compile it again");
        return;
    }
    ms_store_lock(&signals);
    if (ms_sites_find(start) == 0)
        s_register(start, stop);
    ms_store_unlock(&signals);
}

void ms_sites_unregister(const struct memscope_site *start, const struct memscope_site *stop) {
    uint64_t signals;
    if (ms_store.header == NULL || start >= stop)
        return;
    ms_store_lock(&signals);
    for (uint32_t i = 0; i < ms_site_range_count; i++) {
        if (ms_site_ranges[i].start == start)
            ms_store_relaxed(&ms_site_ranges[i].start, NULL);
    }
    ms_store_unlock(&signals);
}

uint32_t ms_sites_caller(uintptr_t return_address) {
    uint64_t signals;
    uint32_t id;
    ms_store_lock(&signals);
    id = ms_map_find(&s_callers, return_address);
    if (id == 0) {
        struct ms_site *site = s_append(&id);
        if (site != NULL) {
            site->kind = MEMSCOPE_SITE_CALLER;
            site->frame = ms_modules_frame(return_address);
            site->module = (uint16_t)(site->frame >> MS_FRAME_MODULE_SHIFT);
            ms_store_publish(MS_TABLE_SITES);
            ms_map_set(&s_callers, return_address, id);
        } else {
            id = 0;
        }
    }
    ms_store_unlock(&signals);
    return id;
}

uint32_t ms_sites_pooled(uint32_t id) {
    uint64_t signals;
    uint32_t pooled = 0;
    ms_store_lock(&signals);
    struct ms_site *site = s_append(&pooled);
    if (site != NULL) {
        *site = *(const struct ms_site *)ms_store_at(MS_TABLE_SITES, (uint64_t)id * sizeof(*site));
        site->flags |= MS_SITE_POOLED;
        ms_store_publish(MS_TABLE_SITES);
    }
    ms_store_unlock(&signals);
    return site != NULL ? pooled : 0;
}

static struct ms_site *s_site(uint32_t id) {
    return ms_store_at(MS_TABLE_SITES, (uint64_t)id * sizeof(struct ms_site));
}

/* The number of the site that a tracked one has its type from is kept in `reserved`, which readers
 * do not look at. */
static bool s_is_tracked_as(const struct ms_site *site, const struct ms_site *wanted) {
    return site->var_name == wanted->var_name && site->file == wanted->file &&
           site->line == wanted->line && site->kind == wanted->kind &&
           site->type_size == wanted->type_size && site->reserved[0] == wanted->reserved[0];
}

static uint64_t s_hash(const struct ms_site *site) {
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash = (site->var_name ^ (uint64_t)site->file << 32) * factor;
    hash = (hash ^ hash >> 29 ^ site->line ^ site->reserved[0] << 32) * factor;
    hash = (hash ^ hash >> 29 ^ site->type_size ^ (uint64_t)site->kind << 56) * factor;
    return hash != 0 ? hash : 1;
}

/* What a tracked variable is, without what the site of its type adds. */
static struct ms_site s_describe(const struct ms_tracked_variable *variable) {
    struct ms_site site = {.var_name = ms_strings_intern(variable->name),
                           .file = ms_strings_intern(variable->file),
                           .line = variable->line,
                           .kind = variable->kind,
                           .type_size = variable->size,
                           .reserved[0] = variable->typed_by};
    if (variable->typed_by != 0)
        site.type_size = s_site(variable->typed_by)->type_size;
    return site;
}

static void s_take_type(struct ms_site *to, const struct ms_site *from) {
    to->type_name = from->type_name;
    to->label = from->label;
    to->evidence = from->evidence;
    to->element_name = from->element_name;
    to->element_size = from->element_size;
    to->header_size = from->header_size;
    to->deallocator = from->deallocator;
    to->flags = ms_load_relaxed(&from->flags) & MS_SITE_OTHER_SIZE;
}

uint32_t ms_sites_tracked(const struct ms_tracked_variable *variable) {
    struct ms_site wanted = s_describe(variable);
    uint64_t key = s_hash(&wanted);
    uint32_t id;
    while ((id = ms_map_find(&s_tracked, key)) != 0) {
        if (s_is_tracked_as(s_site(id), &wanted))
            return id;
        key++;
    }
    struct ms_site *site = s_append(&id);
    if (site == NULL)
        return 0;
    *site = wanted;
    site->frame = ms_modules_frame(variable->call);
    site->module = (uint16_t)(site->frame >> MS_FRAME_MODULE_SHIFT);
    if (variable->typed_by != 0)
        s_take_type(site, s_site(variable->typed_by));
    ms_store_publish(MS_TABLE_STRINGS);
    ms_store_publish(MS_TABLE_SITES);
    ms_map_set(&s_tracked, key, id);
    return id;
}

static bool s_is_text(uint32_t offset, const char *text) {
    return strcmp(ms_store_at(MS_TABLE_STRINGS, offset), text) == 0;
}

bool ms_sites_is_tracked(uint32_t id, const struct ms_tracked_variable *variable) {
    const struct ms_site *site = s_site(id);
    return site->line == variable->line && site->kind == variable->kind &&
           site->reserved[0] == variable->typed_by &&
           (variable->typed_by != 0 || site->type_size == variable->size) &&
           s_is_text(site->var_name, variable->name) && s_is_text(site->file, variable->file);
}
