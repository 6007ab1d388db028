/* SPDX-License-Identifier: MIT */
#include "cli/block_at.h"

#include <stddef.h>

#include "base/atomics.h"
#include "journal/journal.h"
#include "store/layout.h"

static bool s_has(uint64_t start, uint64_t size, uint64_t address) {
    return address == start || (address > start && address - start < size);
}

/* FOUND becomes BLOCK, if that has ADDRESS and is not larger. */
static bool s_take(const struct ms_journal *journal, const struct ms_block *block, uint64_t address,
                   struct ms_block_at *found) {
    uint64_t start = MS_BLOCK_ADDRESS(block), size = MS_BLOCK_SIZE(block);
    if (start == 0 || !s_has(start, size, address) || (found->address != 0 && found->size < size))
        return false;
    const struct ms_thread_record *thread =
        ms_journal_entry(journal, MS_TABLE_THREADS, MS_BLOCK_THREAD(block));
    *found = (struct ms_block_at){
        .address = start,
        .size = size,
        .time_ns = MS_BLOCK_TIME_NS(block),
        .site = block->site,
        .stack = block->stack,
        .owner = MS_HOLDER_OWNER(block->holder),
        .lost = (block->holder & MS_HOLDER_LOST) != 0,
        .tid = thread != NULL ? thread->tid : 0,
    };
    return true;
}

/* The site of the block RECORD that its thread may still say more of. */
static uint32_t s_pending_site(const struct ms_journal *journal, const struct ms_block *block,
                               uint64_t record) {
    const struct ms_thread_record *thread =
        ms_journal_entry(journal, MS_TABLE_THREADS, MS_BLOCK_THREAD(block));
    return thread != NULL && thread->pending.block == record ? thread->pending.site : 0;
}

static void s_look_at_block(const struct ms_journal *journal, uint64_t record, uint64_t address,
                            struct ms_block_at *found) {
    const struct ms_block *entry = ms_journal_entry(journal, MS_TABLE_BLOCKS, record);
    if (entry == NULL)
        return;
    struct ms_block block = *entry; /* the program may be at it */
    if (s_take(journal, &block, address, found) && block.site == 0)
        found->site = s_pending_site(journal, &block, record);
}

static void s_look_at_pooled(const struct ms_journal *journal, uint64_t record, uint64_t address,
                             struct ms_block_at *found) {
    const struct ms_pooled_block *entry = ms_journal_entry(journal, MS_TABLE_POOLED, record);
    if (entry == NULL)
        return;
    struct ms_block block = {
        .address_thread = entry->address_thread,
        .size_time = entry->size_time,
        .site = entry->site,
        .stack = entry->stack,
    };
    if (s_take(journal, &block, address, found))
        found->pooled = true;
}

bool ms_block_at(const struct ms_journal *journal, uint64_t address, struct ms_block_at *found) {
    uint64_t blocks = ms_journal_count(journal, MS_TABLE_BLOCKS);
    uint64_t pooled = ms_journal_count(journal, MS_TABLE_POOLED);
    *found = (struct ms_block_at){0};
    for (uint64_t i = 1; i < blocks; i++)
        s_look_at_block(journal, i, address, found);
    for (uint64_t i = 1; i < pooled; i++) /* behind those that they lie in: of one size, these */
        s_look_at_pooled(journal, i, address, found);
    return found->address != 0;
}

const char *ms_module_at(const struct ms_journal *journal, uint64_t address, uint64_t *offset) {
    uint64_t count = ms_journal_count(journal, MS_TABLE_MODULES);
    for (uint64_t i = count; i-- > 0;) { /* the last one that was there */
        const struct ms_module *module = ms_journal_entry(journal, MS_TABLE_MODULES, i);
        if (module == NULL || address < module->start || address >= module->end)
            continue;
        *offset = address - module->base;
        return ms_journal_string(journal, module->path);
    }
    return NULL;
}
