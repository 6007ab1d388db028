/* SPDX-License-Identifier: MIT */
#include "scan/scan.h"

#include <errno.h>

#include "base/atomics.h"
#include "platform/memory_map.h"
#include "platform/os.h"
#include "platform/stopped.h"
#include "scan/blocks.h"
#include "scan/memory.h"
#include "scan/roots.h"
#include "store/blocks.h"
#include "store/store.h"

#define TIMEOUT_NS (UINT64_C(30) * 1000000000)
#define TOP_MASK   UINT64_C(15)
#define SEEN_LIMIT 64u
#define CHUNK_BITS UINT64_C(7) /* flags in a chunk's size */

struct s_scan {
    const struct ms_scan_request *request;
    struct ms_scan_blocks blocks;
    struct ms_scan_memory memory;
    uint32_t *frontier; /* found, and not yet searched. In `blocks.spare` */
    uint32_t found;
    enum ms_roots_trust trust;
    uint8_t reach;   /* what is found is that */
    uint32_t leader; /* the block from which all begins, MS_SCAN_NO_BLOCK: the roots */
    enum ms_scan_result result;
    /* Words that have been seen, and will be looked up together: each look-up misses the cache
     * several times, many at once wait for memory once. */
    uint32_t seen_count;
    uint64_t seen[SEEN_LIMIT];
};

/* Whether ADDRESS is where the piece of memory behind BLOCK begins, for glibc's malloc: it keeps
 * that of free ones, and it lies in the last bytes that BLOCK may use. */
static bool s_is_behind(const struct s_scan *scan, const struct ms_scan_block *block,
                        uint64_t address) {
    uint64_t header = 0;
    if (!scan->request->is_glibc || ((address ^ block->start) & TOP_MASK) != 0)
        return false;
    if (ms_os_read_memory(scan->memory.pid, &header, (const void *)(block->start - 8), 8) != 8)
        return false;
    return address == block->start - 16 + (header & ~CHUNK_BITS);
}

/* Something points to ADDRESS, in block NUMBER. */
static void s_reached(struct s_scan *scan, uint32_t number, uint64_t address) {
    struct ms_scan_block *block = &scan->blocks.all[number];
    if (block->reach == MS_REACH_YES || block->reach == MS_REACH_INDIRECT || number == scan->leader)
        return;
    if (scan->trust != MS_ROOTS_ANY && address != block->start &&
        (scan->trust == MS_ROOTS_EXACT || s_is_behind(scan, block, address)))
        return;
    bool is_new = block->reach == MS_REACH_UNKNOWN; /* else it was a leader: it has been searched */
    block->reach = scan->reach;
    if (!is_new)
        return;
    scan->frontier[scan->found++] = number;
    __builtin_prefetch((const void *)block->start);
}

static void s_found(struct s_scan *scan, uint64_t address) {
    uint32_t number = ms_scan_blocks_find(&scan->blocks, address);
    if (number != MS_SCAN_NO_BLOCK)
        s_reached(scan, number, address);
}

static void s_words(void *data, const uint64_t *words, size_t count) {
    struct s_scan *scan = data;
    uint64_t low = scan->blocks.low, span = scan->blocks.span;
    for (size_t i = 0; i < count; i++) {
        uint64_t word = ms_load_relaxed(&words[i]);
        if (MS_UNLIKELY(word - low < span))
            s_found(scan, word);
    }
}

static void s_root(void *data, uintptr_t start, uintptr_t end, enum ms_roots_trust trust) {
    struct s_scan *scan = data;
    scan->trust = trust;
    ms_scan_memory_read(&scan->memory, start, end, s_words, scan);
}

/* Looks up what has been seen, one step of all after the other. */
static void s_look_up(struct s_scan *scan) {
    const struct ms_scan_blocks *blocks = &scan->blocks;
    uint32_t last[SEEN_LIMIT], count = scan->seen_count;
    scan->seen_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *page = ms_scan_blocks_page(blocks, scan->seen[i]);
        if (page != NULL)
            __builtin_prefetch(&blocks->offsets[*page]);
    }
    for (uint32_t i = 0; i < count; i++) {
        last[i] = ms_scan_blocks_before(blocks, scan->seen[i]);
        __builtin_prefetch(&blocks->all[last[i] - (last[i] != 0)]);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct ms_scan_block *block = &blocks->all[last[i] - (last[i] != 0)];
        if (last[i] != 0 && scan->seen[i] - block->start < block->size)
            s_reached(scan, last[i] - 1, scan->seen[i]);
    }
}

static void s_words_of_block(void *data, const uint64_t *words, size_t count) {
    struct s_scan *scan = data;
    uint64_t low = scan->blocks.low, span = scan->blocks.span;
    for (size_t i = 0; i < count; i++) {
        uint64_t word = ms_load_relaxed(&words[i]);
        if (MS_LIKELY(word - low >= span))
            continue;
        const uint32_t *page = ms_scan_blocks_page(&scan->blocks, word);
        if (page != NULL)
            __builtin_prefetch(page);
        scan->seen[scan->seen_count++] = word;
        if (scan->seen_count == SEEN_LIMIT)
            s_look_up(scan);
    }
}

/* Searches what was found, until there is nothing new. */
static void s_drain(struct s_scan *scan) {
    scan->trust = MS_ROOTS_ANY;
    while (scan->found != 0) {
        const struct ms_scan_block *block = &scan->blocks.all[scan->frontier[--scan->found]];
        ms_scan_memory_read(&scan->memory, block->start, block->start + block->size,
                            s_words_of_block, scan);
        if (scan->found == 0)
            s_look_up(scan);
    }
}

static void s_registers(struct s_scan *scan, const struct ms_stopped *stopped) {
    scan->trust = MS_ROOTS_ANY;
    for (uint32_t i = 0; i < stopped->count; i++)
        s_words(scan, stopped->threads[i].registers, stopped->threads[i].count);
}

/* Where the dynamic linker lies. */
struct s_linker {
    uint64_t start, end;
};

static struct s_linker s_find_linker(const struct s_scan *scan) {
    const struct ms_mapping *first = ms_scan_memory_find(&scan->memory, scan->request->linker);
    const struct ms_mapping *end = scan->memory.mappings + scan->memory.count, *last = first;
    struct s_linker linker = {0, 0};
    if (first == NULL || first->kind != MS_MAPPING_FILE)
        return linker;
    while (last + 1 < end && last[1].inode == first->inode && last[1].device == first->device)
        last++;
    return (struct s_linker){first->start, last->end};
}

static bool s_is_linkers_site(const struct s_linker *linker, uint32_t id) {
    if (id >= ms_load_acquire(&ms_store.header->used[MS_TABLE_SITES]))
        return false;
    const struct ms_site *site = ms_store_at(MS_TABLE_SITES, (uint64_t)id * sizeof(*site));
    uint64_t number = site->frame >> MS_FRAME_MODULE_SHIFT;
    if (number == 0 || number >= ms_load_acquire(&ms_store.header->used[MS_TABLE_MODULES]))
        return false;
    const struct ms_module *module = ms_store_at(MS_TABLE_MODULES, number * sizeof(*module));
    return module->start - linker->start < linker->end - linker->start;
}

/* What the dynamic linker has made for itself (what threads that are gone had in thread-local
 * storage, and it keeps for the next ones) it reaches by ways of its own. */
static void s_add_linkers(struct s_scan *scan) {
    struct s_linker linker = s_find_linker(scan);
    uint64_t threads = ms_load_acquire(&ms_store.header->used[MS_TABLE_THREADS]);
    scan->trust = MS_ROOTS_ANY;
    for (uint32_t i = 0; linker.end != 0 && i < scan->blocks.count; i++) {
        const struct ms_scan_block *block = &scan->blocks.all[i];
        if (s_is_linkers_site(&linker, block->site))
            s_found(scan, block->start);
    }
    for (uint64_t i = 0; i < threads; i++) { /* their newest blocks may have no site yet */
        const struct ms_thread_record *thread = ms_store_at(MS_TABLE_THREADS, i * sizeof(*thread));
        uint64_t maker = ms_load_relaxed(&thread->pending.frame_address);
        uint32_t id = ms_load_relaxed(&thread->pending.block);
        if (maker - linker.start < linker.end - linker.start && id != 0)
            s_found(scan, MS_BLOCK_ADDRESS(ms_block_at(id)));
    }
}

/* Blocks without a record may point to any of the others. */
static void s_search_all(struct s_scan *scan) {
    scan->trust = MS_ROOTS_ANY;
    for (uint32_t i = 0; i < scan->blocks.count; i++) {
        const struct ms_scan_block *block = &scan->blocks.all[i];
        ms_scan_memory_read(&scan->memory, block->start, block->start + block->size, s_words, scan);
        scan->found = 0; /* each is searched here */
    }
}

/* Of the blocks that are left, those that no other one leads to. Of blocks that lead to each other
 * in a circle one stands for all. */
static void s_lead(struct s_scan *scan) {
    scan->reach = MS_REACH_INDIRECT;
    for (uint32_t i = 0; i < scan->blocks.count; i++) {
        if (scan->blocks.all[i].reach != MS_REACH_UNKNOWN)
            continue;
        scan->leader = i;
        scan->blocks.all[i].reach = MS_REACH_UNREACHABLE;
        scan->frontier[scan->found++] = i;
        s_drain(scan);
    }
}

/* A block that is freed meanwhile leaves the mark in a record whose holder is set when it is used
 * again. */
static void s_write(const struct s_scan *scan) {
    uint64_t lost = 0;
    for (uint32_t i = 0; i < scan->blocks.count; i++) {
        const struct ms_scan_block *found = &scan->blocks.all[i];
        struct ms_block *block = ms_block_at(found->id);
        uint64_t holder = ms_load_relaxed(&block->holder), marked;
        lost += found->reach != MS_REACH_YES ? found->size : 0;
        do {
            if (ms_load_acquire(&block->address_thread) >> 16 != found->start)
                break;
            marked = (holder & ~MS_HOLDER_REACH_MASK) | (uint64_t)found->reach
                                                            << MS_HOLDER_REACH_AT;
        } while (!ms_cas_relaxed(&block->holder, &holder, marked));
    }
    ms_store_relaxed(&ms_store.header->scan_lost_bytes, lost);
}

static bool s_search(struct s_scan *scan, const struct ms_stopped *stopped) {
    struct ms_roots roots = {
        .request = scan->request,
        .stopped = stopped,
        .blocks = &scan->blocks,
        .memory = &scan->memory,
        .visit = s_root,
        .data = scan,
    };
    static_assert(sizeof(*scan->blocks.spare) >= sizeof(*scan->frontier), "room for all");
    scan->frontier = (uint32_t *)(void *)scan->blocks.spare;
    scan->leader = MS_SCAN_NO_BLOCK;
    scan->reach = MS_REACH_YES;
    s_registers(scan, stopped);
    if (!ms_roots_visit(&roots))
        return false;
    s_add_linkers(scan);
    if (scan->request->is_incomplete)
        s_search_all(scan);
    s_drain(scan);
    s_lead(scan);
    s_write(scan);
    return true;
}

/* In the child. */
static void s_run(void *data, const struct ms_stopped *stopped) {
    struct s_scan *scan = data;
    ms_store_relaxed(&ms_store.header->scan_running, stopped->running);
    scan->result = MS_SCAN_NO_MEMORY;
    if (!ms_scan_blocks_init(&scan->blocks))
        return;
    int error = ms_scan_memory_init(&scan->memory, ms_os_pid(), stopped->running == 0);
    if (error != 0 && error != -ENOMEM)
        scan->result = MS_SCAN_NO_MAP;
    else if (error == 0 && s_search(scan, stopped))
        scan->result = scan->request->is_incomplete ? MS_SCAN_PARTLY : MS_SCAN_DONE;
    if (error == 0)
        ms_scan_memory_fini(&scan->memory);
    ms_scan_blocks_fini(&scan->blocks);
}

static enum ms_scan_result s_result(const struct s_scan *scan, enum ms_stopped_failure failure) {
    switch (failure) {
    case MS_STOPPED_FINE:
        return scan->result;
    case MS_STOPPED_NO_CHILD:
        return MS_SCAN_NO_MEMORY;
    case MS_STOPPED_TOO_LONG:
        return MS_SCAN_TOO_LONG;
    case MS_STOPPED_DIED:
        break;
    }
    return MS_SCAN_DIED;
}

/* Not inlined: the registers that a function must keep are saved in its frame. What the search
 * knows lies in pages of our own, where it is not found as the program's. */
__attribute__((noinline)) void ms_scan(struct ms_scan_request *request) {
    struct ms_journal_header *header = ms_store.header;
    struct s_scan *scan = ms_os_map_pages(sizeof(*scan));
    enum ms_scan_result result = MS_SCAN_NO_MEMORY;
    __builtin_unwind_init();
    request->stack_pointer = (uintptr_t)__builtin_frame_address(0); /* they lie close below */
    request->thread_pointer = (uintptr_t)__builtin_thread_pointer();
    uint64_t start = ms_store_now_precise() | 1;
    ms_store_relaxed(&header->scan_took_ns, 0);
    ms_store_relaxed(&header->scan_result, MS_SCAN_UNDER_WAY);
    ms_store_relaxed(&header->scan_ns, start);
    if (scan != NULL) {
        scan->request = request;
        result = s_result(scan, ms_stopped_run(s_run, scan, request->helper, TIMEOUT_NS));
        ms_os_unmap(scan, sizeof(*scan));
    }
    ms_store_relaxed(&header->scan_result, result);
    ms_store_release(&header->scan_took_ns, (ms_store_now_precise() - start) | 1);
}
