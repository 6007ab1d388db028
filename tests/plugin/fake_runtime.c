/* SPDX-License-Identifier: MIT */
/*
 * A runtime for the tests of the plugin: it says on standard output what compiled code tells it,
 * one line a call. It is not built with the plugin.
 *
 *     claim KIND VARIABLE TYPE SIZE         assign KIND VARIABLE TYPE
 *         SIZE bytes asked for: ELEMENT, HEADER + N * SIZE     behind a claim that tells that
 *     moved by BYTES                                           a wrapper gives another address
 *     enter KIND VARIABLE TYPE SIZE in OUTER     leave VARIABLE     grow VARIABLE SIZE
 *     lose KIND VARIABLE                    of a variable that held something else
 *     allocated KIND VARIABLE TYPE, SIZE bytes from POOL freed by DEALLOCATOR
 *     released by DEALLOCATOR               released by the function itself
 *     returned by an allocator              given to FUNCTION of the C library
 *     sites: N records, in order            the section is an array of well-formed records
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "memscope/abi.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

_Thread_local void *__memscope_fresh_block __attribute__((tls_model("initial-exec"))) = (void *)1;

static const struct memscope_site *s_start, *s_stop;

/* Whether a site that hands it on has claimed the newest block, and the size of its type there. */
static bool s_is_handed_on;
static uint64_t s_handed_on_size;

static void *s_made(void *block) {
    if (block != NULL) {
        __memscope_fresh_block = block;
        s_is_handed_on = false;
    }
    return block;
}

void *malloc(size_t size) {
    return s_made(__libc_malloc(size));
}

void *calloc(size_t count, size_t size) {
    return s_made(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size) {
    return s_made(__libc_realloc(block, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
    return s_made(__libc_memalign(alignment, size));
}

static void s_say(const char *line) {
    if (write(STDOUT_FILENO, line, strlen(line)) < 0)
        _exit(3);
}

static const char *s_text(const char *text) {
    return text != NULL ? text : "-";
}

static const char *const s_kinds[] = {
#define X(number, name, spelling) [number] = spelling,
    MEMSCOPE_SITE_KINDS(X)
#undef X
};

static bool s_is_registered(const struct memscope_site *site) {
    return site >= s_start && site < s_stop &&
           ((uintptr_t)site - (uintptr_t)s_start) % sizeof(struct memscope_site) == 0;
}

/* As the runtime does: what is handed on stays fresh, and a larger type may claim it. */
static void s_claim(const struct memscope_site *site, const void *block) {
    char line[512];
    if (s_is_handed_on && site->type_size <= s_handed_on_size)
        return;
    snprintf(line, sizeof line, "claim %s %s %s %llu%s%s\n", s_kinds[site->kind],
             s_text(site->var_name), s_text(site->type_name), (unsigned long long)site->type_size,
             s_is_registered(site) ? "" : " (not registered)",
             block == __memscope_fresh_block ? "" : " (not fresh)");
    s_say(line);
    s_is_handed_on = (site->flags & MEMSCOPE_SITE_HANDED_ON) != 0;
    s_handed_on_size = site->type_size;
    if (!s_is_handed_on)
        __memscope_fresh_block = (void *)1;
}

void __memscope_claim_block(const struct memscope_site *site, const void *block) {
    s_claim(site, block);
}

void __memscope_claim_elements(const struct memscope_site *site, const void *block, size_t size) {
    char line[512];
    s_claim(site, block);
    snprintf(line, sizeof line, "    %llu bytes asked for: %s, %llu + %llu * %llu\n",
             (unsigned long long)size, s_text(site->element_name),
             (unsigned long long)site->header_size,
             (unsigned long long)((size - site->header_size) / site->element_size),
             (unsigned long long)site->element_size);
    s_say(line);
}

void __memscope_move_block(const void *block, void *moved) {
    char line[512];
    snprintf(line, sizeof line, "moved by %td%s\n", (char *)moved - (const char *)block,
             block == __memscope_fresh_block ? "" : " (not fresh)");
    s_say(line);
    __memscope_fresh_block = moved;
}

void __memscope_assign_block(const struct memscope_site *site, const void *value,
                             const void *place) {
    (void)place;
    char line[512];
    snprintf(line, sizeof line, "assign %s %s %s%s%s\n", s_kinds[site->kind],
             s_text(site->var_name), s_text(site->type_name), value == NULL ? " NULL" : "",
             s_is_registered(site) ? "" : " (not registered)");
    s_say(line);
}

void __memscope_lose_block(const struct memscope_site *site, const void *old_value,
                           const void *value, const void *place) {
    char line[512];
    (void)place;
    if (old_value == NULL || old_value == value)
        return;
    snprintf(line, sizeof line, "lose %s %s%s%s\n", s_kinds[site->kind], s_text(site->var_name),
             value == NULL ? " NULL" : "", s_is_registered(site) ? "" : " (not registered)");
    s_say(line);
}

/* ---- objects ---- */

/* By what names an object, less 1. */
static struct {
    const struct memscope_site *site;
    bool is_left;
} s_objects[1000];
static uint64_t s_object_count;

/* The variable of OBJECT, which lies somewhere between its enter and its leave. */
static const char *s_object_name(uint64_t object) {
    if (object == 0)
        return "nothing";
    if (object > s_object_count)
        return "(not an object)";
    return s_objects[object - 1].is_left ? "(left before)" : s_objects[object - 1].site->var_name;
}

uint64_t __memscope_enter_object(const struct memscope_site *site, size_t size, void *frame,
                                 uint64_t outer) {
    char line[512], here;
    bool is_near = (uintptr_t)frame - (uintptr_t)&here < 100000;
    snprintf(line, sizeof line, "enter %s %s %s %zu in %s%s%s\n", s_kinds[site->kind],
             s_text(site->var_name), s_text(site->type_name), size, s_object_name(outer),
             s_is_registered(site) ? "" : " (not registered)",
             is_near ? "" : " (the frame is elsewhere)");
    s_say(line);
    s_objects[s_object_count].site = site;
    return ++s_object_count;
}

uint64_t __memscope_grow_object(uint64_t object, size_t size) {
    char line[512];
    snprintf(line, sizeof line, "grow %s %zu\n", s_object_name(object), size);
    s_say(line);
    return object;
}

void __memscope_leave_object(uint64_t object) {
    char line[512];
    bool is_jump = (object & MEMSCOPE_OBJECT_JUMPED) != 0;
    object &= ~MEMSCOPE_OBJECT_JUMPED;
    snprintf(line, sizeof line, "leave %s%s\n", s_object_name(object), is_jump ? " by a jump" : "");
    s_say(line);
    if (object != 0 && object <= s_object_count)
        s_objects[object - 1].is_left = true;
}

void __memscope_allocated(const struct memscope_site *site, const void *block, uint64_t size,
                          const void *pool) {
    char line[512];
    if (site == NULL) {
        s_say(block != NULL ? "returned by an allocator\n" : "returned by an allocator: NULL\n");
        return;
    }
    snprintf(line, sizeof line, "allocated %s %s %s, %llu bytes%s%s%s freed by %s%s\n",
             s_kinds[site->kind], s_text(site->var_name), s_text(site->type_name),
             (unsigned long long)size, block == NULL ? " NULL" : "",
             pool != NULL ? " from a pool" : "", block == __memscope_fresh_block ? " fresh" : "",
             s_text(site->deallocator), s_is_registered(site) ? "" : " (not registered)");
    s_say(line);
}

void __memscope_released(const struct memscope_site *site, const void *block) {
    char line[512];
    snprintf(line, sizeof line, "released by %s%s\n",
             site != NULL ? s_text(site->deallocator) : "the function itself",
             block == NULL ? " NULL" : "");
    s_say(line);
}

void __memscope_freed(const struct memscope_site *site, const void *block) {
    char line[512];
    snprintf(line, sizeof line, "given to %s%s\n", s_text(site->deallocator),
             block == NULL ? ": NULL" : "");
    s_say(line);
}

static bool s_is_well_formed(const struct memscope_site *site) {
    return site->abi_version == MEMSCOPE_ABI_VERSION && site->flags < 64 && site->id == 0 &&
           site->file != NULL && site->line != 0 && site->kind != MEMSCOPE_SITE_UNKNOWN;
}

void __memscope_register_sites(const struct memscope_site *start,
                               const struct memscope_site *stop) {
    if (start == s_start && stop == s_stop)
        return;
    s_start = start;
    s_stop = stop;
    bool good =
        start < stop && ((uintptr_t)stop - (uintptr_t)start) % sizeof(struct memscope_site) == 0;
    for (const struct memscope_site *site = start; good && site < stop; site++)
        good = s_is_well_formed(site);
    s_say(good ? "sites: well-formed\n" : "sites: broken\n");
}

void __memscope_unregister_sites(const struct memscope_site *start,
                                 const struct memscope_site *stop) {
    if (start == s_start && stop == s_stop) {
        s_say("sites: gone\n");
        s_start = s_stop = NULL;
    }
}
