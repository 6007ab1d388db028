/* SPDX-License-Identifier: MIT */
/*
 * Writes journals for tests, by the comments of store/layout.h and independently of the writer.
 * Aborts when out of memory. Not thread-safe.
 */
#ifndef JOURNAL_BUILDER_H
#define JOURNAL_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/layout.h"

struct journal_builder;

/* Tables grow by extents of EXTENT_BYTES (a multiple of MS_EXTENT_ALIGN), and no entry lies across
 * two. The header is that of a program that was measured in full and has exited with 0; the tables
 * have their entries 0. */
struct journal_builder *journal_builder_new(size_t extent_bytes);
void journal_builder_destroy(struct journal_builder *builder);

/* To change at will. used, extent_count and file_bytes are set when the file is made. */
struct ms_journal_header *journal_builder_header(struct journal_builder *builder);

/* Appends SIZE bytes to TABLE; their place in bytes. */
uint64_t journal_builder_append(struct journal_builder *builder, enum ms_table table,
                                const void *bytes, size_t size);
/* The bytes there; until the next append. */
void *journal_builder_at(struct journal_builder *builder, enum ms_table table, uint64_t offset);

uint32_t journal_builder_string(struct journal_builder *builder, const char *text);
uint32_t journal_builder_site(struct journal_builder *builder, const struct ms_site *site);
uint32_t journal_builder_module(struct journal_builder *builder, const struct ms_module *module);
uint32_t journal_builder_stack(struct journal_builder *builder, const uint64_t *frames,
                               size_t depth);
void journal_builder_thread(struct journal_builder *builder, const struct ms_thread_record *thread);
void journal_builder_tick(struct journal_builder *builder, const struct ms_tick *tick);

/* The counter of SITE in SHARD, made if it is not there; until the next append. */
struct ms_counter *journal_builder_counter(struct journal_builder *builder, uint32_t shard,
                                           uint32_t site);

/* The same of STACK. */
struct ms_stack_counter *journal_builder_stack_counter(struct journal_builder *builder,
                                                       uint32_t shard, uint32_t stack);

/* A live block (ADDRESS 0: one that is not); the counters are left alone. HOLDER may be the site of
 * an owner alone. The index of its record.
 */
uint32_t journal_builder_block(struct journal_builder *builder, uint64_t address, uint64_t size,
                               uint64_t time_100ms, uint32_t site, uint64_t holder, uint32_t stack);

/* The whole file, malloc'ed. Extents of one table never lie side by side if there are others. */
unsigned char *journal_builder_image(struct journal_builder *builder, size_t *size);

/* The image as the file PATH; false: it could not be written. */
bool journal_builder_write(struct journal_builder *builder, const char *path);
bool journal_builder_write_bytes(const char *path, const void *bytes, size_t size);

#endif
