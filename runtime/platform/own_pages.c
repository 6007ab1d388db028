/* SPDX-License-Identifier: MIT */
#include "platform/own_pages.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/atomics.h"
#include "platform/raw_call.h"

#define FIRST_ENTRIES 64u
#define LIST_BYTES    65536u
#define LIST_ENTRIES  ((LIST_BYTES - 16) / sizeof(struct s_entry))

struct s_entry {
    uintptr_t start; /* 0: free. Set last, cleared last */
    uintptr_t end;   /* 0: free and nobody is about to use it */
};

struct s_list {
    struct s_list *next;
    uint32_t used;  /* entries behind were never used */
    uint32_t freed; /* of those before, about so many are free */
    struct s_entry entries[LIST_ENTRIES];
};

/* Synchronization: all of it atomic. */
static struct s_entry s_first[FIRST_ENTRIES];
static struct s_list *s_lists;
static uint32_t s_unknown;

static bool s_put(struct s_entry *entry, uintptr_t start, uintptr_t end) {
    uintptr_t free = 0;
    if (!ms_cas_acq_rel(&entry->end, &free, end))
        return false;
    ms_store_release(&entry->start, start);
    return true;
}

static bool s_take_off(struct s_entry *entry, uintptr_t start) {
    if (ms_load_acquire(&entry->start) != start)
        return false;
    ms_store_relaxed(&entry->start, 0);
    ms_store_release(&entry->end, 0);
    return true;
}

static struct s_list *s_new_list(void) {
    long at =
        CALL6(SYS_mmap, 0, LIST_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if ((unsigned long)at >= (unsigned long)-4095)
        return NULL;
    struct s_list *list = (struct s_list *)at;
    list->entries[0] =
        (struct s_entry){(uintptr_t)list, (uintptr_t)list + LIST_BYTES}; /* is ours, too */
    list->used = 1;
    struct s_list *first = ms_load_acquire(&s_lists);
    do
        list->next = first;
    while (!ms_cas_acq_rel(&s_lists, &first, list));
    return list;
}

static bool s_put_into(struct s_list *list, uintptr_t start, uintptr_t end) {
    uint32_t used = ms_load_acquire(&list->used);
    bool again = ms_load_relaxed(&list->freed) != 0;
    for (uint32_t i = again ? 0 : used; i < LIST_ENTRIES; i++) {
        if (!s_put(&list->entries[i], start, end))
            continue;
        if (i < used)
            ms_fetch_add_relaxed(&list->freed, UINT32_MAX);
        while (used <= i && !ms_cas_acq_rel(&list->used, &used, i + 1)) {
        }
        return true;
    }
    return false;
}

void ms_own_pages_add(uintptr_t start, size_t size) {
    for (uint32_t i = 0; i < FIRST_ENTRIES; i++) {
        if (s_put(&s_first[i], start, start + size))
            return;
    }
    struct s_list *list = ms_load_acquire(&s_lists);
    if (list == NULL || !s_put_into(list, start, start + size)) {
        list = s_new_list();
        if (list == NULL || !s_put_into(list, start, start + size))
            ms_fetch_add_relaxed(&s_unknown, 1);
    }
}

void ms_own_pages_remove(uintptr_t start) {
    for (uint32_t i = 0; i < FIRST_ENTRIES; i++) {
        if (s_take_off(&s_first[i], start))
            return;
    }
    for (struct s_list *list = ms_load_acquire(&s_lists); list != NULL; list = list->next) {
        uint32_t used = ms_load_acquire(&list->used);
        for (uint32_t i = 0; i < used; i++) {
            if (!s_take_off(&list->entries[i], start))
                continue;
            ms_fetch_add_relaxed(&list->freed, 1);
            return;
        }
    }
}

static void s_show(const struct s_entry *entry,
                   void (*visit)(void *data, uintptr_t start, uintptr_t end), void *data) {
    uintptr_t start = ms_load_acquire(&entry->start);
    if (start != 0)
        visit(data, start, ms_load_relaxed(&entry->end));
}

uint32_t ms_own_pages_visit(void (*visit)(void *data, uintptr_t start, uintptr_t end), void *data) {
    for (uint32_t i = 0; i < FIRST_ENTRIES; i++)
        s_show(&s_first[i], visit, data);
    for (struct s_list *list = ms_load_acquire(&s_lists); list != NULL; list = list->next) {
        uint32_t used = ms_load_acquire(&list->used);
        for (uint32_t i = 0; i < used; i++)
            s_show(&list->entries[i], visit, data);
    }
    return ms_load_relaxed(&s_unknown);
}
