/* SPDX-License-Identifier: MIT */
#include "hot/problems.h"

#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#include "hot/loaded_object.h"
#include "hot/pools.h"
#include "hot/thread.h"
#include "store/live.h"
#include "store/modules.h"
#include "store/store.h"
#include "store/threads.h"

#define NEAR_BYTES 4096u

static bool s_is_unsure;

void ms_problems_be_unsure(void) {
    ms_store_relaxed(&s_is_unsure, true);
}

static struct ms_problem *s_at(uint64_t index) {
    return ms_store_at(MS_TABLE_PROBLEMS, index * sizeof(struct ms_problem));
}

/* Under the store lock. */
static struct ms_problem *s_find(const struct ms_problem *like) {
    uint64_t count = ms_store.header->used[MS_TABLE_PROBLEMS], offset;
    for (uint64_t i = 0; i < count; i++) {
        struct ms_problem *problem = s_at(i);
        if (problem->kind == like->kind && problem->made == like->made &&
            problem->release == like->release && problem->frame == like->frame)
            return problem;
    }
    if (count >= MS_PROBLEM_LIMIT) {
        ms_store_count_drop(MS_DROP_LIMIT);
        return NULL;
    }
    struct ms_problem *problem = ms_store_append(MS_TABLE_PROBLEMS, sizeof(*problem), &offset);
    if (problem != NULL) {
        *problem = *like;
        ms_store_publish(MS_TABLE_PROBLEMS);
    }
    return problem;
}

void ms_problems_note(struct ms_thread *thread, const struct ms_wrong_free *wrong,
                      struct ms_call call) {
    struct ms_problem like = {
        .first_ns = ms_store_now(),
        .address = (uintptr_t)wrong->block,
        .kind = wrong->kind,
        .made = wrong->made,
        .release = wrong->release,
    };
    uint64_t signals;
    if (call.return_address != 0)
        like.stack = ms_record_stack(thread, call);
    ms_store_lock(&signals);
    if (call.return_address != 0)
        like.frame = ms_modules_frame(call.return_address);
    struct ms_problem *problem = s_find(&like);
    if (problem != NULL)
        ms_store_relaxed(&problem->count, problem->count + 1);
    ms_store_unlock(&signals);
}

/* ---- who may free what ---- */

static const struct ms_site *s_site(uint32_t site) {
    return ms_store_at(MS_TABLE_SITES, (uint64_t)site * sizeof(struct ms_site));
}

static const char *s_text(uint32_t string) {
    return ms_store_at(MS_TABLE_STRINGS, string);
}

static const char *s_deallocator(uint32_t site) {
    const struct ms_site *record = s_site(site);
    return record->deallocator != 0 ? s_text(record->deallocator) : NULL;
}

/* Whether NAME is one of LIST, "f, g". */
static bool s_names(const char *list, const char *name) {
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        size_t same = 0;
        if (*at == ',')
            at += strspn(at, ", ");
        while (at[same] == name[same] && name[same] != 0)
            same++;
        if (name[same] == 0 && (at[same] == ',' || at[same] == 0))
            return true;
    }
    return false;
}

bool ms_problems_fits(uint32_t made, uint32_t release) {
    const char *wanted = s_deallocator(made), *used = s_deallocator(release);
    return wanted == NULL || used == NULL || wanted == used || s_names(wanted, used);
}

bool ms_problems_is_deallocator(uint32_t made, const char *name) {
    return s_names(s_deallocator(made), name);
}

bool ms_problems_is_same(uint32_t made, uint32_t release) {
    const struct ms_site *from = s_site(made), *to = s_site(release);
    return from->type_size != 0 || from->type_name == 0 ||
           (to->type_name != 0 && strcmp(s_text(from->type_name), s_text(to->type_name)) == 0);
}

/* ---- frees of what is not known ---- */

bool ms_problems_is_sure(void) {
    for (unsigned i = 0; i < MS_DROP_COUNT; i++)
        if (ms_load_relaxed(&ms_store.header->dropped[i]) != 0)
            return false;
    return !ms_load_relaxed(&s_is_unsure);
}

/* Whether some thread has freed a block at ADDRESS; *MADE is the site that had made it. */
static bool s_was_freed(struct ms_thread *own, uintptr_t address, uint32_t *made) {
    const uint32_t *slot = ms_address_map_slot(address);
    uint32_t freed = slot != NULL ? ms_load_relaxed(slot) : 0;
    if ((freed & MS_ADDRESS_MAP_FREED) != 0) {
        *made = freed & (MS_SITE_LIMIT - 1);
        return true;
    }
    struct ms_thread *thread = own;
    for (uint32_t shard = 0; thread != NULL; thread = ms_thread_of_shard(shard++)) {
        uint64_t entry = ms_load_relaxed(ms_thread_freed(thread, (uint64_t)address << 16));
        if (entry >> 20 == address >> 4) {
            *made = (uint32_t)entry & (MS_SITE_LIMIT - 1);
            return true;
        }
    }
    return false;
}

/* Whether ADDRESS is in no heap: a variable of this thread's stack, or of a module. Not those of
 * the dynamic linker: it allocates from its own data before there is a malloc. */
static bool s_is_object(const struct ms_thread *thread, uintptr_t address) {
    struct ms_loaded_object object;
    if (thread->stack_last != 0 && address > (uintptr_t)__builtin_frame_address(0) &&
        address <= thread->stack_last)
        return true;
    return ms_loaded_object_at(address, &object) && object.start != getauxval(AT_BASE);
}

void ms_problems_unknown_free(struct ms_thread *thread, const void *address, struct ms_call call,
                              bool realloc) {
    uintptr_t at = (uintptr_t)address;
    struct ms_wrong_free wrong = {.block = address};
    uint32_t id;
    if (at % 16 == 0 && s_was_freed(thread, at, &wrong.made)) {
        wrong.kind = realloc ? MS_PROBLEM_FREED_REALLOC : MS_PROBLEM_DOUBLE_FREE;
        if (!ms_problems_is_sure())
            return;
    } else if ((wrong.made = ms_pools_site(thread, address)) != 0) {
        wrong.kind = MS_PROBLEM_WRONG_DEALLOCATOR;
    } else if ((id = ms_live_around(at, NEAR_BYTES)) != 0) {
        wrong.kind = MS_PROBLEM_FOREIGN_FREE;
        wrong.made = ms_record_settled_site(thread, id);
    } else if (s_is_object(thread, at)) {
        wrong.kind = MS_PROBLEM_FOREIGN_FREE;
    } else {
        return;
    }
    ms_problems_note(thread, &wrong, call);
}
