/* SPDX-License-Identifier: MIT */
#include "scan/memory.h"

#include <errno.h>
#include <fcntl.h>

#include "platform/memory_map.h"
#include "platform/os.h"

#define BUFFER_BYTES ((size_t)65536)
#define PAGES        ((size_t)4096)      /* of one read of the page map */
#define LOOK_BYTES   65536u              /* from here on it is worth a look which pages are there */
#define PAGE_THERE   (UINT64_C(3) << 62) /* present, or swapped out */
#define PAGE_OF_FILE (UINT64_C(1) << 61)

static bool s_add(void *data, const struct ms_mapping *mapping) {
    struct ms_scan_memory *memory = data;
    memory->is_cut = memory->count == MS_SCAN_MAPPINGS;
    if (!memory->is_cut)
        memory->mappings[memory->count++] = *mapping;
    return !memory->is_cut;
}

int ms_scan_memory_init(struct ms_scan_memory *memory, int pid, bool in_place) {
    *memory = (struct ms_scan_memory){.pid = pid, .in_place = in_place, .pagemap = -1};
    memory->mappings = ms_os_map_pages(MS_SCAN_MAPPINGS * sizeof(*memory->mappings));
    memory->pages = ms_os_map_pages(PAGES * sizeof(*memory->pages));
    memory->buffer = ms_os_map_pages(BUFFER_BYTES);
    int result = -ENOMEM;
    if (memory->mappings != NULL && memory->pages != NULL && memory->buffer != NULL)
        result = ms_memory_map_read(s_add, memory);
    if (result != 0)
        ms_scan_memory_fini(memory);
    else
        memory->pagemap = ms_os_open("/proc/self/pagemap", O_RDONLY, 0);
    return result;
}

void ms_scan_memory_fini(struct ms_scan_memory *memory) {
    if (memory->mappings != NULL)
        ms_os_unmap(memory->mappings, MS_SCAN_MAPPINGS * sizeof(*memory->mappings));
    if (memory->pages != NULL)
        ms_os_unmap(memory->pages, PAGES * sizeof(*memory->pages));
    if (memory->buffer != NULL)
        ms_os_unmap(memory->buffer, BUFFER_BYTES);
    if (memory->pagemap >= 0)
        ms_os_close(memory->pagemap);
    *memory = (struct ms_scan_memory){.pagemap = -1};
}

const struct ms_mapping *ms_scan_memory_find(const struct ms_scan_memory *memory,
                                             uintptr_t address) {
    uint32_t low = 0, high = memory->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (memory->mappings[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    const struct ms_mapping *mapping = &memory->mappings[low];
    return low < memory->count && address >= mapping->start ? mapping : NULL;
}

/* Pages of files can be cut off, and those of others may be anything. */
static bool s_is_safe(const struct ms_mapping *mapping) {
    return mapping->is_readable && !mapping->is_shared &&
           (mapping->kind == MS_MAPPING_ANONYMOUS || mapping->kind == MS_MAPPING_HEAP ||
            mapping->kind == MS_MAPPING_STACK);
}

struct s_visit {
    void (*visit)(void *data, const uint64_t *words, size_t count);
    void *data;
};

/* What cannot be read ends at a page: the rest behind it is tried again. */
static void s_copy(struct ms_scan_memory *memory, uintptr_t start, uintptr_t end,
                   const struct s_visit *visit) {
    size_t page = ms_os_page_size();
    while (start < end) {
        size_t size = end - start < BUFFER_BYTES ? end - start : BUFFER_BYTES;
        long got = ms_os_read_memory(memory->pid, memory->buffer, (const void *)start, size);
        if (got >= 8) {
            visit->visit(visit->data, (const uint64_t *)(const void *)memory->buffer,
                         (size_t)got / 8);
            start += (size_t)got & ~(size_t)7;
        }
        if (got < (long)size)
            start = (start + page) & ~(page - 1);
    }
}

static void s_read(struct ms_scan_memory *memory, uintptr_t start, uintptr_t end, bool in_place,
                   const struct s_visit *visit) {
    memory->bytes += end - start;
    if (in_place)
        visit->visit(visit->data, (const uint64_t *)start, (end - start) / 8);
    else
        s_copy(memory, start, end, visit);
}

/* Pieces of START..END that were ever written. */
static void s_read_present(struct ms_scan_memory *memory, uintptr_t start, uintptr_t end,
                           bool in_place, const struct s_visit *visit) {
    size_t page = ms_os_page_size();
    while (start < end) {
        uintptr_t first = start / page, last = (end - 1) / page;
        size_t count = last - first + 1 < PAGES ? last - first + 1 : PAGES;
        long got = ms_os_pread(memory->pagemap, memory->pages, count * 8, first * 8);
        if (got < 8) {
            s_read(memory, start, end, in_place, visit);
            return;
        }
        count = (size_t)got / 8;
        for (size_t i = 0; i < count;) {
            uint64_t is_there = memory->pages[i] & PAGE_THERE;
            size_t next = i;
            while (next < count && (memory->pages[next] & PAGE_THERE) != 0 &&
                   (memory->pages[next] & PAGE_OF_FILE) == 0)
                next++;
            if (is_there != 0 && next != i) {
                uintptr_t from = (first + i) * page, to = (first + next) * page;
                s_read(memory, from > start ? from : start, to < end ? to : end, in_place, visit);
            }
            i = next == i ? i + 1 : next;
        }
        start = (first + count) * page;
    }
}

void ms_scan_memory_read(struct ms_scan_memory *memory, uintptr_t start, uintptr_t end,
                         void (*visit)(void *data, const uint64_t *words, size_t count),
                         void *data) {
    struct s_visit both = {visit, data};
    start = (start + 7) & ~(uintptr_t)7;
    end &= ~(uintptr_t)7;
    while (start < end) {
        const struct ms_mapping *mapping = ms_scan_memory_find(memory, start);
        if (mapping == NULL)
            return;
        uintptr_t to = mapping->end < end ? mapping->end : end;
        bool in_place = memory->in_place && s_is_safe(mapping);
        if (mapping->is_readable && to - start >= LOOK_BYTES && memory->pagemap >= 0)
            s_read_present(memory, start, to, in_place, &both);
        else if (mapping->is_readable)
            s_read(memory, start, to, in_place, &both);
        start = to;
    }
}
