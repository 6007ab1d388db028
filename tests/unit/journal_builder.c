/* SPDX-License-Identifier: MIT */
#include "journal_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct s_table {
    unsigned char *bytes;
    size_t used;
    size_t capacity;
};

struct journal_builder {
    struct ms_journal_header header;
    size_t extent_bytes;
    struct s_table tables[MS_TABLE_COUNT];
};

static const size_t s_entry_size[MS_TABLE_COUNT] = {
#define X(number, name, size) [number] = size,
    MS_TABLES(X)
#undef X
};

static void *s_must(void *memory) {
    if (memory == NULL) {
        fputs("journal_builder: out of memory\n", stderr);
        abort();
    }
    return memory;
}

struct journal_builder *journal_builder_new(size_t extent_bytes) {
    struct journal_builder *builder = s_must(calloc(1, sizeof(*builder)));
    struct ms_journal_header *header = &builder->header;
    static const unsigned char s_zeros[sizeof(struct ms_site)]; /* the largest entry */
    builder->extent_bytes = extent_bytes;
    memcpy(header->magic, MS_JOURNAL_MAGIC, sizeof(header->magic));
    header->version = MS_JOURNAL_VERSION;
    header->header_bytes = MS_FIRST_EXTENT;
    header->byte_order = MS_JOURNAL_BYTE_ORDER;
    header->page_size = 4096;
    header->state = MS_STATE_EXITED;
    header->pid = 4711;
    header->ppid = 4710;
    header->start_time_ns = UINT64_C(1700000000000000000);
    header->end_ns = UINT64_C(2000000000);
    header->sample_rate = header->sample_least_rate = 1.0;
    header->tick_interval_ns = 100000000;
    journal_builder_append(builder, MS_TABLE_STRINGS, s_zeros, 1);
    journal_builder_append(builder, MS_TABLE_SITES, s_zeros, sizeof(struct ms_site));
    journal_builder_append(builder, MS_TABLE_MODULES, s_zeros, sizeof(struct ms_module));
    journal_builder_append(builder, MS_TABLE_STACK_WORDS, s_zeros, sizeof(uint64_t));
    journal_builder_append(builder, MS_TABLE_STACKS, s_zeros, sizeof(struct ms_stack));
    journal_builder_append(builder, MS_TABLE_BLOCKS, s_zeros, sizeof(struct ms_block));
    return builder;
}

void journal_builder_destroy(struct journal_builder *builder) {
    for (unsigned i = 0; i < MS_TABLE_COUNT; i++)
        free(builder->tables[i].bytes);
    free(builder);
}

struct ms_journal_header *journal_builder_header(struct journal_builder *builder) {
    return &builder->header;
}

uint64_t journal_builder_append(struct journal_builder *builder, enum ms_table table,
                                const void *bytes, size_t size) {
    struct s_table *to = &builder->tables[table];
    size_t at = to->used;
    size_t extent = builder->extent_bytes;
    if (at % extent + size > extent)
        at += extent - at % extent;
    if (at + size > to->capacity) {
        size_t capacity = to->capacity * 2 > at + size ? to->capacity * 2 : at + size;
        capacity = (capacity + extent - 1) / extent * extent;
        to->bytes = s_must(realloc(to->bytes, capacity));
        memset(to->bytes + to->capacity, 0, capacity - to->capacity);
        to->capacity = capacity;
    }
    memcpy(to->bytes + at, bytes, size);
    to->used = at + size;
    return at;
}

void *journal_builder_at(struct journal_builder *builder, enum ms_table table, uint64_t offset) {
    return builder->tables[table].bytes + offset;
}

uint32_t journal_builder_string(struct journal_builder *builder, const char *text) {
    return (uint32_t)journal_builder_append(builder, MS_TABLE_STRINGS, text, strlen(text) + 1);
}

uint32_t journal_builder_site(struct journal_builder *builder, const struct ms_site *site) {
    return (uint32_t)(journal_builder_append(builder, MS_TABLE_SITES, site, sizeof(*site)) /
                      sizeof(*site));
}

uint32_t journal_builder_module(struct journal_builder *builder, const struct ms_module *module) {
    return (uint32_t)(journal_builder_append(builder, MS_TABLE_MODULES, module, sizeof(*module)) /
                      sizeof(*module));
}

uint32_t journal_builder_stack(struct journal_builder *builder, const uint64_t *frames,
                               size_t depth) {
    uint64_t words[MS_STACK_DEPTH_LIMIT + 1];
    words[0] = depth;
    memcpy(words + 1, frames, depth * sizeof(*frames));
    struct ms_stack stack = {
        .words = (uint32_t)(journal_builder_append(builder, MS_TABLE_STACK_WORDS, words,
                                                   (depth + 1) * sizeof(*words)) /
                            sizeof(*words))};
    return (uint32_t)(journal_builder_append(builder, MS_TABLE_STACKS, &stack, sizeof(stack)) /
                      sizeof(stack));
}

void journal_builder_thread(struct journal_builder *builder,
                            const struct ms_thread_record *thread) {
    journal_builder_append(builder, MS_TABLE_THREADS, thread, sizeof(*thread));
}

void journal_builder_tick(struct journal_builder *builder, const struct ms_tick *tick) {
    journal_builder_append(builder, MS_TABLE_TICKS, tick, sizeof(*tick));
}

struct ms_counter *journal_builder_counter(struct journal_builder *builder, uint32_t shard,
                                           uint32_t site) {
    static const struct ms_counter s_zeros[MS_COUNTERS_PER_CHUNK];
    struct ms_counter_tag wanted = {shard, site - site % MS_COUNTERS_PER_CHUNK};
    size_t count = builder->tables[MS_TABLE_COUNTER_TAGS].used / sizeof(wanted);
    const struct ms_counter_tag *tags = journal_builder_at(builder, MS_TABLE_COUNTER_TAGS, 0);
    size_t chunk = 0;
    while (chunk < count && memcmp(&tags[chunk], &wanted, sizeof(wanted)) != 0)
        chunk++;
    if (chunk == count) {
        journal_builder_append(builder, MS_TABLE_COUNTER_TAGS, &wanted, sizeof(wanted));
        journal_builder_append(builder, MS_TABLE_COUNTERS, s_zeros, sizeof(s_zeros));
    }
    struct ms_counter *counters =
        journal_builder_at(builder, MS_TABLE_COUNTERS, chunk * sizeof(s_zeros));
    return &counters[site % MS_COUNTERS_PER_CHUNK];
}

struct ms_stack_counter *journal_builder_stack_counter(struct journal_builder *builder,
                                                       uint32_t shard, uint32_t stack) {
    static const struct ms_stack_counter s_zeros[MS_STACKS_PER_CHUNK];
    struct ms_counter_tag wanted = {shard, stack - stack % MS_STACKS_PER_CHUNK};
    size_t count = builder->tables[MS_TABLE_STACK_COUNTER_TAGS].used / sizeof(wanted);
    const struct ms_counter_tag *tags = journal_builder_at(builder, MS_TABLE_STACK_COUNTER_TAGS, 0);
    size_t chunk = 0;
    while (chunk < count && memcmp(&tags[chunk], &wanted, sizeof(wanted)) != 0)
        chunk++;
    if (chunk == count) {
        journal_builder_append(builder, MS_TABLE_STACK_COUNTER_TAGS, &wanted, sizeof(wanted));
        journal_builder_append(builder, MS_TABLE_STACK_COUNTERS, s_zeros, sizeof(s_zeros));
    }
    struct ms_stack_counter *counters =
        journal_builder_at(builder, MS_TABLE_STACK_COUNTERS, chunk * sizeof(s_zeros));
    return &counters[stack % MS_STACKS_PER_CHUNK];
}

uint32_t journal_builder_block(struct journal_builder *builder, uint64_t address, uint64_t size,
                               uint64_t time_100ms, uint32_t site, uint64_t holder,
                               uint32_t stack) {
    struct ms_block block = {
        .address_thread = address << 16,
        .size_time = size << 24 | time_100ms,
        .site = site,
        .holder = holder,
        .stack = stack,
    };
    journal_builder_append(builder, MS_TABLE_BLOCKS, &block, sizeof(block));
    return (uint32_t)(builder->tables[MS_TABLE_BLOCKS].used / sizeof(block)) - 1;
}

unsigned char *journal_builder_image(struct journal_builder *builder, size_t *size) {
    size_t extent = builder->extent_bytes;
    struct ms_journal_header *header = &builder->header;
    size_t total = MS_FIRST_EXTENT;
    size_t rounds = 0;
    for (unsigned i = 0; i < MS_TABLE_COUNT; i++) {
        size_t extents = (builder->tables[i].used + extent - 1) / extent;
        total += extents * extent;
        rounds = extents > rounds ? extents : rounds;
        header->used[i] = builder->tables[i].used / s_entry_size[i];
    }
    unsigned char *image = s_must(calloc(1, total));
    struct ms_extent *directory = (struct ms_extent *)(image + MS_HEADER_BYTES);
    size_t at = MS_FIRST_EXTENT;
    header->extent_count = 0;
    for (size_t round = 0; round < rounds; round++) {
        for (unsigned i = 0; i < MS_TABLE_COUNT; i++) {
            const struct s_table *table = &builder->tables[i];
            if (round * extent >= table->used)
                continue;
            if (header->extent_count == MS_EXTENT_COUNT) {
                fputs("journal_builder: more extents than a journal has\n", stderr);
                abort();
            }
            size_t left = table->used - round * extent;
            memcpy(image + at, table->bytes + round * extent, left < extent ? left : extent);
            directory[header->extent_count++] = (struct ms_extent){i, 0, at, extent};
            at += extent;
        }
    }
    header->file_bytes = total;
    memcpy(image, header, sizeof(*header));
    *size = total;
    return image;
}

bool journal_builder_write_bytes(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    bool written = size == 0 || fwrite(bytes, size, 1, file) == 1;
    return fclose(file) == 0 && written;
}

bool journal_builder_write(struct journal_builder *builder, const char *path) {
    size_t size;
    unsigned char *image = journal_builder_image(builder, &size);
    bool written = journal_builder_write_bytes(path, image, size);
    free(image);
    return written;
}
