/* SPDX-License-Identifier: MIT */
#include "scan/roots.h"

#include <string.h>

#include "platform/memory_map.h"
#include "platform/os.h"
#include "platform/own_pages.h"

/* Reserved rather than used, as by sanitizers: to ask which pages are there takes 3 s a TiB. */
#define TOO_LARGE (UINT64_C(1) << 38)
#define HOLES     ((size_t)1 << 18)
#define RED_ZONE  128u                 /* of the x86-64 ABI: in use below the stack pointer */
#define HEAP_STEP (UINT64_C(64) << 20) /* glibc aligns its arenas to that */
#define TLS_BELOW UINT64_C(65536)      /* of the thread pointer, at most */
#define TLS_ABOVE UINT64_C(2304)       /* glibc's struct pthread */
#define MAIN_OF   (UINT64_C(1) << 2)   /* NON_MAIN_ARENA in a chunk's size */

static void s_add_hole(void *data, uintptr_t start, uintptr_t end) {
    struct ms_roots *roots = data;
    if (start >= end)
        return;
    if (roots->hole_count == HOLES) {
        roots->is_cut = true;
        return;
    }
    roots->holes[roots->hole_count++] = (struct ms_hole){start, end};
}

/* A heap sort: no stack to speak of, and in place. */
static void s_sift(struct ms_hole *holes, size_t root, size_t count) {
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && holes[child].start < holes[child + 1].start)
            child++;
        if (holes[root].start >= holes[child].start)
            return;
        struct ms_hole other = holes[root];
        holes[root] = holes[child];
        holes[child] = other;
    }
}

static void s_sort(struct ms_hole *holes, size_t count) {
    for (size_t i = count / 2; i-- > 0;)
        s_sift(holes, i, count);
    for (size_t i = count; i-- > 1;) {
        struct ms_hole last = holes[i];
        holes[i] = holes[0];
        holes[0] = last;
        s_sift(holes, 0, i);
    }
}

static bool s_holds(const struct ms_mapping *mapping, uintptr_t address) {
    return address >= mapping->start && address < mapping->end;
}

/* ---- threads ---- */

static uintptr_t s_stack_pointer(const struct ms_roots *roots, uint32_t i) {
    return i < roots->stopped->count ? roots->stopped->threads[i].stack_pointer
                                     : roots->request->stack_pointer;
}

static uintptr_t s_thread_pointer(const struct ms_roots *roots, uint32_t i) {
    return i < roots->stopped->count ? roots->stopped->threads[i].thread_pointer
                                     : roots->request->thread_pointer;
}

/* The others, and the caller where it is one of the program's. */
static uint32_t s_thread_count(const struct ms_roots *roots) {
    return roots->stopped->count + (roots->request->is_outside ? 0 : 1);
}

/* Of those in MAPPING the lowest; 0: none. */
static uintptr_t s_lowest_stack(const struct ms_roots *roots, const struct ms_mapping *mapping) {
    uintptr_t lowest = 0;
    for (uint32_t i = 0; i < s_thread_count(roots); i++) {
        uintptr_t at = s_stack_pointer(roots, i);
        if (s_holds(mapping, at) && (lowest == 0 || at < lowest))
            lowest = at;
    }
    return lowest;
}

/* Which threads there are is known, but not where the stacks of those that run end. */
static bool s_is_dead_stack(const struct ms_roots *roots, const struct ms_mapping *mapping) {
    for (uint32_t i = 0; i < roots->request->dead_count && roots->stopped->running == 0; i++) {
        if (mapping->start == roots->request->dead[i].start &&
            mapping->end == roots->request->dead[i].end)
            return true;
    }
    return false;
}

/* ---- what is left out ---- */

/* Arenas of glibc's other than the main one, by the blocks in them. */
static void s_add_arenas(struct ms_roots *roots) {
    const struct ms_scan_blocks *blocks = roots->blocks;
    uint64_t done = 0; /* up to there it is known */
    for (uint32_t i = 0; i < blocks->count; i++) {
        uint64_t start = blocks->all[i].start, heap = start & ~(HEAP_STEP - 1), header;
        const struct ms_mapping *mapping =
            start < done ? NULL : ms_scan_memory_find(roots->memory, start);
        if (mapping != NULL && mapping->kind == MS_MAPPING_HEAP)
            done = mapping->end;
        if (start < done ||
            ms_os_read_memory(roots->memory->pid, &header, (const void *)(start - 8), 8) != 8)
            continue;
        if ((header & MAIN_OF) == 0)
            continue;
        s_add_hole(roots, heap, heap + HEAP_STEP);
        done = heap + HEAP_STEP;
    }
}

static void s_add_holes(struct ms_roots *roots) {
    const struct ms_scan_request *request = roots->request;
    ms_own_pages_visit(s_add_hole, roots);
    s_add_hole(roots, request->own_start, request->arena_start);
    s_add_hole(roots, request->arena_end, request->own_end);
    for (uint32_t i = 0; i < s_thread_count(roots); i++) {
        uintptr_t word = s_thread_pointer(roots, i) + (uintptr_t)request->word;
        s_add_hole(roots, word, word + sizeof(uintptr_t));
    }
    if (request->is_glibc && !request->is_incomplete)
        s_add_arenas(roots);
    s_sort(roots->holes, roots->hole_count);
}

/* ---- pieces ---- */

/* START..END but for the live blocks, which are searched when something leads to them. */
static void s_show_between(struct ms_roots *roots, uintptr_t start, uintptr_t end,
                           enum ms_roots_trust trust) {
    const struct ms_scan_blocks *blocks = roots->blocks;
    uint32_t next = ms_scan_blocks_from(blocks, start);
    if (next != 0 && blocks->all[next - 1].start + blocks->all[next - 1].size > start)
        start = blocks->all[next - 1].start + blocks->all[next - 1].size;
    for (; start < end && next < blocks->count && blocks->all[next].start < end; next++) {
        if (start < blocks->all[next].start)
            roots->visit(roots->data, start, blocks->all[next].start, trust);
        start = blocks->all[next].start + blocks->all[next].size;
    }
    if (start < end)
        roots->visit(roots->data, start, end, trust);
}

static void s_show(struct ms_roots *roots, uintptr_t start, uintptr_t end,
                   enum ms_roots_trust trust) {
    for (size_t i = 0; i < roots->hole_count && start < end; i++) {
        struct ms_hole hole = roots->holes[i];
        if (hole.end <= start || hole.start >= end)
            continue;
        if (hole.start > start)
            s_show_between(roots, start, hole.start, trust);
        start = hole.end;
    }
    if (start < end)
        s_show_between(roots, start, end, trust);
}

static bool s_is_memory_of_allocator(const struct ms_roots *roots,
                                     const struct ms_mapping *mapping) {
    if (mapping->kind == MS_MAPPING_HEAP)
        return true;
    if (mapping->kind != MS_MAPPING_ANONYMOUS)
        return false;
    if (roots->request->is_glibc)
        return mapping->start % HEAP_STEP == 0;
    uint32_t first = ms_scan_blocks_from(roots->blocks, mapping->start);
    return first < roots->blocks->count && roots->blocks->all[first].start < mapping->end;
}

/* Pages that were made read-only behind relocation are data, too: the writable ones of the same
 * file follow. */
static bool s_is_data(const struct ms_mapping *mapping, const struct ms_mapping *next) {
    return mapping->is_writable ||
           (next != NULL && next->start == mapping->end && next->is_writable &&
            next->kind == MS_MAPPING_FILE && next->inode == mapping->inode &&
            next->device == mapping->device);
}

static void s_show_mapping(struct ms_roots *roots, const struct ms_mapping *mapping,
                           bool of_allocator) {
    bool incomplete = roots->request->is_incomplete;
    uintptr_t stack = s_lowest_stack(roots, mapping);
    if (stack != 0) {
        uintptr_t start = stack - RED_ZONE;
        s_show(roots, start > mapping->start ? start : mapping->start, mapping->end, MS_ROOTS_ANY);
    } else if (s_is_memory_of_allocator(roots, mapping)) {
        if (incomplete)
            s_show(roots, mapping->start, mapping->end, MS_ROOTS_EXACT);
    } else if (!s_is_dead_stack(roots, mapping)) {
        s_show(roots, mapping->start, mapping->end, of_allocator ? MS_ROOTS_NO_TOP : MS_ROOTS_ANY);
    }
}

/* Where thread-local storage lies in what is left out, as in a static program's heap. */
static void s_show_thread_storage(struct ms_roots *roots) {
    for (uint32_t i = 0; i < s_thread_count(roots); i++) {
        uintptr_t at = s_thread_pointer(roots, i);
        const struct ms_mapping *mapping = ms_scan_memory_find(roots->memory, at);
        if (mapping == NULL || !mapping->is_writable)
            continue;
        uintptr_t start = at - mapping->start > TLS_BELOW ? at - TLS_BELOW : mapping->start;
        uintptr_t end = mapping->end - at > TLS_ABOVE ? at + TLS_ABOVE : mapping->end;
        s_show(roots, start, end, MS_ROOTS_NO_TOP);
    }
}

static void s_show_all(struct ms_roots *roots) {
    const struct ms_scan_memory *memory = roots->memory;
    const struct ms_mapping *code = ms_scan_memory_find(memory, roots->request->allocator);
    bool of_allocator = false; /* the mapping before was */
    for (uint32_t i = 0; i < memory->count; i++) {
        const struct ms_mapping *mapping = &memory->mappings[i];
        const struct ms_mapping *next = i + 1 < memory->count ? mapping + 1 : NULL;
        bool follows = i != 0 && mapping[-1].end == mapping->start;
        bool is_file = mapping->kind == MS_MAPPING_FILE;
        /* What is zeroed at first lies behind, in no file. */
        of_allocator = (is_file && code != NULL && mapping->inode == code->inode &&
                        mapping->device == code->device) ||
                       (!is_file && follows && of_allocator);
        if (mapping->end - mapping->start > TOO_LARGE || !mapping->is_readable ||
            mapping->is_shared || mapping->kind == MS_MAPPING_OTHER ||
            (is_file && !s_is_data(mapping, next)))
            continue;
        s_show_mapping(roots, mapping, of_allocator);
    }
    s_show_thread_storage(roots);
}

bool ms_roots_visit(struct ms_roots *roots) {
    roots->holes = ms_os_map_pages(HOLES * sizeof(*roots->holes));
    roots->hole_count = 0;
    if (roots->holes == NULL)
        return false;
    s_add_holes(roots);
    s_show_all(roots);
    ms_os_unmap(roots->holes, HOLES * sizeof(*roots->holes));
    return true;
}
