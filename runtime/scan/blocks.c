/* SPDX-License-Identifier: MIT */
#include "scan/blocks.h"

#include <string.h>

#include "base/atomics.h"
#include "platform/os.h"
#include "store/blocks.h"

#define DIGIT_BITS 11u
#define DIGITS     (1u << DIGIT_BITS)
#define PASSES     4u /* 44 bits: addresses have 47, of which the lowest 3 say nothing */
#define ALIGN_BITS 3u
#define SITE_MASK  0xffffffu /* there are fewer */

/* The live blocks as they come. Those beyond 2^47 (five levels of page tables) are left out. */
static void s_collect(struct ms_scan_blocks *blocks, uint64_t records) {
    for (uint64_t id = 1; id < records; id++) {
        const struct ms_block *record = ms_block_at((uint32_t)id);
        uint64_t address_thread = ms_load_acquire(&record->address_thread);
        uint64_t start = address_thread >> 16;
        if (start == 0 || start >> 47 != 0)
            continue;
        uint64_t size = ms_load_relaxed(&record->size_time) >> 24;
        blocks->all[blocks->count++] =
            (struct ms_scan_block){.start = start,
                                   .size = size != 0 ? size : 1,
                                   .id = (uint32_t)id,
                                   .site = ms_load_relaxed(&record->site) & SITE_MASK};
    }
}

static uint32_t s_digit(const struct ms_scan_block *block, unsigned pass) {
    return (uint32_t)(block->start >> (ALIGN_BITS + pass * DIGIT_BITS)) & (DIGITS - 1);
}

/* By address, as numbers of four digits, the lowest digit first. */
static void s_sort(struct ms_scan_blocks *blocks) {
    for (unsigned pass = 0; pass < PASSES; pass++) {
        uint32_t places[DIGITS] = {0}, sum = 0;
        for (uint32_t i = 0; i < blocks->count; i++)
            places[s_digit(&blocks->all[i], pass)]++;
        for (uint32_t i = 0; i < DIGITS; i++) {
            uint32_t count = places[i];
            places[i] = sum;
            sum += count;
        }
        for (uint32_t i = 0; i < blocks->count; i++)
            blocks->spare[places[s_digit(&blocks->all[i], pass)]++] = blocks->all[i];
        struct ms_scan_block *sorted = blocks->spare;
        blocks->spare = blocks->all;
        blocks->all = sorted;
    }
}

static uint64_t s_part(const struct ms_scan_block *block) {
    return block->start >> MS_SCAN_PART_BITS;
}

static size_t s_count_leaves(const struct ms_scan_blocks *blocks) {
    size_t count = 0;
    for (uint32_t i = 0; i < blocks->count; i++)
        count += i == 0 || s_part(&blocks->all[i]) != s_part(&blocks->all[i - 1]);
    return count;
}

/* The leaf of the part in which block FIRST begins; the first block that begins behind it. */
static uint32_t s_fill_leaf(const struct ms_scan_blocks *blocks, uint32_t first, uint32_t *pages) {
    uint64_t part = s_part(&blocks->all[first]);
    uint32_t next = first;
    for (uint64_t page = 0; page <= MS_SCAN_PAGES; page++) {
        uint64_t address = (part << MS_SCAN_PART_BITS) + (page << MS_SCAN_PAGE_BITS);
        while (next < blocks->count && blocks->all[next].start < address)
            next++;
        pages[page] = next;
    }
    return next;
}

static void s_fill_index(struct ms_scan_blocks *blocks) {
    uint32_t leaf = 0;
    for (uint32_t i = 0; i < blocks->count; i++)
        blocks->offsets[i] = blocks->all[i].start & (MS_SCAN_PAGE_BYTES - 1);
    for (uint32_t first = 0; first < blocks->count;) {
        uint64_t part = s_part(&blocks->all[first]);
        uint32_t next = s_fill_leaf(blocks, first, blocks->leaves[leaf]);
        blocks->parts[part].leaf = ++leaf;
        /* Blocks do not overlap: it is the last one that may reach beyond. */
        const struct ms_scan_block *last = &blocks->all[next - 1];
        uint64_t end = (last->start + last->size - 1) >> MS_SCAN_PART_BITS;
        for (uint64_t at = part + 1; at <= end && at < MS_SCAN_PARTS; at++)
            blocks->parts[at].before = next;
        first = next;
    }
}

bool ms_scan_blocks_init(struct ms_scan_blocks *blocks) {
    uint64_t records = ms_load_acquire(&ms_store.header->used[MS_TABLE_BLOCKS]);
    *blocks = (struct ms_scan_blocks){.capacity = records * sizeof(*blocks->all)};
    blocks->all = ms_os_map_pages(blocks->capacity + 1);
    blocks->spare = ms_os_map_pages(blocks->capacity + 1);
    blocks->parts = ms_os_map_pages(MS_SCAN_PARTS * sizeof(*blocks->parts));
    if (blocks->all != NULL && blocks->spare != NULL && blocks->parts != NULL) {
        s_collect(blocks, records);
        s_sort(blocks);
        blocks->leaf_count = s_count_leaves(blocks);
        blocks->offsets = ms_os_map_pages(blocks->count * sizeof(*blocks->offsets) + 1);
        blocks->leaves = ms_os_map_pages((blocks->leaf_count + 1) * sizeof(*blocks->leaves));
    }
    if (blocks->leaves == NULL || blocks->offsets == NULL) {
        ms_scan_blocks_fini(blocks);
        return false;
    }
    if (blocks->count != 0) {
        const struct ms_scan_block *last = &blocks->all[blocks->count - 1];
        blocks->low = blocks->all[0].start;
        blocks->span = last->start + last->size - blocks->low;
        if (blocks->low + blocks->span > UINT64_C(1) << 47)
            blocks->span = (UINT64_C(1) << 47) - blocks->low; /* of a torn record */
    }
    s_fill_index(blocks);
    return true;
}

void ms_scan_blocks_fini(struct ms_scan_blocks *blocks) {
    if (blocks->all != NULL)
        ms_os_unmap(blocks->all, blocks->capacity + 1);
    if (blocks->spare != NULL)
        ms_os_unmap(blocks->spare, blocks->capacity + 1);
    if (blocks->parts != NULL)
        ms_os_unmap(blocks->parts, MS_SCAN_PARTS * sizeof(*blocks->parts));
    if (blocks->offsets != NULL)
        ms_os_unmap(blocks->offsets, blocks->count * sizeof(*blocks->offsets) + 1);
    if (blocks->leaves != NULL)
        ms_os_unmap(blocks->leaves, (blocks->leaf_count + 1) * sizeof(*blocks->leaves));
    *blocks = (struct ms_scan_blocks){0};
}

uint32_t ms_scan_blocks_from(const struct ms_scan_blocks *blocks, uint64_t address) {
    uint32_t low = 0, high = blocks->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (blocks->all[middle].start < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
