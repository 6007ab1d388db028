/* SPDX-License-Identifier: MIT */
#include "corpus.h"

#include "../unit/journal_builder.h"
#include "../unit/sample_journal.h"
#include "memscope/abi.h"

/* A full ring of events: of two threads and of one that is not there; one was being written. */
static void s_add_events(struct journal_builder *builder) {
    journal_builder_header(builder)->event_limit = 64;
    for (uint64_t i = 0; i < 64; i++) {
        struct ms_event event = {.number = i == 40 ? 0 : i + 100,
                                 .time_ns = 1000 * (i ^ 5),
                                 .address_thread = (0x1000 + i / 2 * 64) << 16 | i % 3,
                                 .size = 100,
                                 .site = (uint32_t)(i % 4),
                                 .stack = (uint32_t)(i % 5),
                                 .former = 0x1000,
                                 .kind = (uint32_t)(1 + i % 3)};
        journal_builder_append(builder, MS_TABLE_EVENTS, &event, sizeof(event));
    }
}

/* A process that was killed: pending blocks, an inbox, a record that names what is not there. */
static struct journal_builder *s_killed(void) {
    struct journal_builder *builder = journal_builder_new(8192);
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALL, .type_size = 24};
    struct ms_thread_record thread = {.tid = 1, .allocations = 40, .alloc_bytes = 4000};
    journal_builder_header(builder)->state = MS_STATE_RUNNING;
    site.type_name = journal_builder_string(builder, "struct node");
    journal_builder_site(builder, &site);
    for (uint32_t i = 0; i < 40; i++)
        journal_builder_block(builder, 0x1000 + i * 64, 100, i, i % 7 == 0 ? 777 : i % 3, 0, 0);
    journal_builder_counter(builder, 0, 1)->allocations = 39;
    thread.pending = (struct ms_pending){.frame_address = 7, .size = 100, .site = 1, .block = 5};
    thread.inbox = journal_builder_block(builder, 0, 100, 1, 1, 0, 0);
    thread.events = 200;
    journal_builder_thread(builder, &thread);
    s_add_events(builder);
    return builder;
}

/* A long timeline, deep stacks, many threads and shards. */
static struct journal_builder *s_long(void) {
    struct journal_builder *builder = journal_builder_new(4096);
    struct ms_site site = {.kind = MEMSCOPE_SITE_CALLER, .frame = 0x1234};
    uint64_t frames[100];
    for (uint64_t i = 0; i < 100; i++)
        frames[i] = i << 4;
    for (uint32_t i = 0; i < 70; i++) {
        struct ms_tick tick = {.time_ns = (i + 1) * UINT64_C(100000000), .heap_live_bytes = i};
        struct ms_thread_record thread = {.tid = i + 1, .shard = i, .allocations = 1};
        tick.shares[0] = (struct ms_share){2, i, i};
        journal_builder_tick(builder, &tick);
        journal_builder_thread(builder, &thread);
        journal_builder_site(builder, &site);
        journal_builder_counter(builder, i, i)->allocations = 1;
        journal_builder_block(builder, 0x1000 + i * 64, 100, i, i, 0,
                              journal_builder_stack(builder, frames, i + 1));
    }
    return builder;
}

uint8_t *corpus_make(unsigned number, size_t *size) {
    struct journal_builder *builder;
    switch (number % CORPUS_SIZE) {
    case 0:
        builder = sample_journal_new().builder;
        break;
    case 1:
        builder = s_killed();
        break;
    case 2:
        builder = s_long();
        break;
    default:
        builder = journal_builder_new(4096);
    }
    uint8_t *data = journal_builder_image(builder, size);
    journal_builder_destroy(builder);
    return data;
}
