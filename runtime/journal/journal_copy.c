/* SPDX-License-Identifier: MIT */
#include "journal/journal_copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/atomics.h"
#include "journal/journal.h"

#define BUFFER_BYTES 65536u
#define PEAK_TRIES   50

struct s_copy {
    const struct ms_journal *from;
    int fd;
    uint64_t end; /* of what is written so far */
    struct ms_journal_header header;
    struct ms_extent extents[MS_EXTENT_COUNT];
    uint64_t buffer[BUFFER_BYTES / sizeof(uint64_t)];
};

static const size_t s_entry_size[MS_TABLE_COUNT] = {
#define X(number, name, size) [MS_TABLE_##name] = size,
    MS_TABLES(X)
#undef X
};

static enum ms_status s_write(const struct s_copy *copy, const void *bytes, size_t size,
                              uint64_t offset) {
    for (size_t done = 0; done < size;) {
        ssize_t written =
            pwrite(copy->fd, (const char *)bytes + done, size - done, (off_t)(offset + done));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return MS_IO;
        done += (size_t)written;
    }
    return MS_OK;
}

/* No word is torn. */
static void s_copy_words(uint64_t *to, const void *bytes, size_t size) {
    const uint64_t *from = bytes;
    for (size_t i = 0; i < (size + 7) / 8; i++)
        to[i] = ms_load_relaxed(&from[i]);
}

/* Records whose first word says whether they are complete, and of what: those that change while
 * they are read are left out, as if they were not there. */
static void s_copy_records(uint64_t *to, const void *bytes, size_t count, size_t size) {
    const unsigned char *from = bytes;
    for (size_t i = 0; i < count; i++, to += size / 8, from += size) {
        const uint64_t *key = (const void *)from;
        uint64_t before = ms_load_acquire(key); /* as readers of the tables do */
        s_copy_words(to, from, size);
        ms_fence_acquire();
        if (ms_load_relaxed(key) != before || to[0] != before)
            memset(to, 0, size);
    }
}

static bool s_has_keys(enum ms_table table) {
    return table == MS_TABLE_BLOCKS || table == MS_TABLE_POOLED || table == MS_TABLE_EVENTS;
}

/* COUNT entries of TABLE, from where copy->end is. */
static enum ms_status s_write_entries(struct s_copy *copy, enum ms_table table, uint64_t count) {
    size_t size = s_entry_size[table];
    for (uint64_t done = 0; done < count;) {
        uint64_t together = ms_journal_together(copy->from, table, done);
        uint64_t most = BUFFER_BYTES / size;
        if (together == 0)
            return MS_CORRUPT;
        if (together > count - done)
            together = count - done;
        if (together > most)
            together = most;
        const void *bytes = ms_journal_entry(copy->from, table, done);
        if (bytes == NULL)
            return MS_CORRUPT;
        if (s_has_keys(table))
            s_copy_records(copy->buffer, bytes, together, size);
        else
            s_copy_words(copy->buffer, bytes, together * size);
        enum ms_status status =
            s_write(copy, copy->buffer, together * size, copy->end + done * size);
        if (status != MS_OK)
            return status;
        done += together;
    }
    return MS_OK;
}

/* Enters COUNT entries of TABLE, which are written, as its one extent. */
static void s_add_extent(struct s_copy *copy, enum ms_table table, uint64_t count) {
    uint64_t size = count * s_entry_size[table];
    size += (MS_EXTENT_ALIGN - size % MS_EXTENT_ALIGN) % MS_EXTENT_ALIGN;
    copy->header.used[table] = count;
    if (size == 0)
        return;
    copy->extents[copy->header.extent_count++] =
        (struct ms_extent){.table = table, .offset = copy->end, .size = size};
    copy->end += size;
}

static enum ms_status s_copy_table(struct s_copy *copy, enum ms_table table) {
    uint64_t count = ms_journal_count(copy->from, table);
    enum ms_status status = s_write_entries(copy, table, count);
    if (status == MS_OK)
        s_add_extent(copy, table, count);
    return status;
}

static enum ms_status s_copy_ticks(struct s_copy *copy) {
    struct ms_tick *ticks = NULL;
    size_t count = 0;
    enum ms_status status = ms_journal_ticks(copy->from, &ticks, &count);
    if (status == MS_OK)
        status = s_write(copy, ticks, count * sizeof(*ticks), copy->end);
    if (status == MS_OK)
        s_add_extent(copy, MS_TABLE_TICKS, count);
    copy->header.timeline_sequence = 0;
    free(ticks);
    return status;
}

/* Which of both entries are whole changes when the peak is kept again. */
static enum ms_status s_copy_peak(struct s_copy *copy) {
    const struct ms_journal_header *header = ms_journal_header(copy->from);
    uint64_t end = copy->end;
    uint32_t extent_count = copy->header.extent_count;
    enum ms_status status = MS_OK;
    for (int i = 0; i < PEAK_TRIES && status == MS_OK; i++) {
        copy->end = end;
        copy->header.extent_count = extent_count;
        copy->header.peak_taken = ms_load_acquire(&header->peak_taken);
        for (int j = 0; j < 2; j++) {
            copy->header.peak_taken_bytes[j] = ms_load_relaxed(&header->peak_taken_bytes[j]);
            copy->header.peak_taken_ns[j] = ms_load_relaxed(&header->peak_taken_ns[j]);
        }
        status = s_copy_table(copy, MS_TABLE_PEAK);
        if (status == MS_OK)
            status = s_copy_table(copy, MS_TABLE_PEAK_STACKS);
        ms_fence_acquire();
        if (ms_load_relaxed(&header->peak_taken) == copy->header.peak_taken)
            break;
    }
    return status;
}

/* What others refer to by number, and only grows. */
static bool s_is_referred_to(enum ms_table table) {
    return table == MS_TABLE_STRINGS || table == MS_TABLE_SITES || table == MS_TABLE_MODULES ||
           table == MS_TABLE_STACKS || table == MS_TABLE_STACK_WORDS ||
           table == MS_TABLE_COUNTER_TAGS || table == MS_TABLE_STACK_COUNTER_TAGS;
}

static enum ms_status s_copy_tables(struct s_copy *copy, bool referred_to) {
    enum ms_status status = MS_OK;
    for (unsigned table = 0; table < MS_TABLE_COUNT && status == MS_OK; table++) {
        if (s_is_referred_to(table) != referred_to || table == MS_TABLE_PEAK_STACKS)
            continue; /* that goes with PEAK */
        status = table == MS_TABLE_TICKS  ? s_copy_ticks(copy)
                 : table == MS_TABLE_PEAK ? s_copy_peak(copy)
                                          : s_copy_table(copy, table);
    }
    return status;
}

static void s_begin(struct s_copy *copy) {
    struct ms_journal_header *header = &copy->header;
    s_copy_words((uint64_t *)(void *)header, ms_journal_header(copy->from), sizeof(*header));
    memset(header->used, 0, sizeof(header->used));
    header->extent_count = 0;
    header->control_request = header->control_done = 0;
    memset(header->control_text, 0, sizeof(header->control_text));
    copy->end = MS_FIRST_EXTENT;
    if (header->copied_ns == 0 && header->state == MS_STATE_RUNNING &&
        ms_journal_alive(copy->from)) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        header->copied_ns =
            (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec - header->monotonic_start_ns;
    }
}

static enum ms_status s_end(struct s_copy *copy) {
    copy->header.file_bytes = copy->end;
    if (ftruncate(copy->fd, (off_t)copy->end) != 0)
        return MS_IO;
    enum ms_status status = s_write(copy, copy->extents, sizeof(copy->extents), MS_HEADER_BYTES);
    return status == MS_OK ? s_write(copy, &copy->header, sizeof(copy->header), 0) : status;
}

/* The tables that others refer to come last, of the file as it is by then, so that nothing in the
 * copy refers to what is not there. */
enum ms_status ms_journal_copy(const char *path, int fd) {
    struct ms_journal *first = NULL, *later = NULL;
    struct s_copy *copy = calloc(1, sizeof(*copy));
    enum ms_status status = copy != NULL ? ms_journal_open(path, &first) : MS_NO_MEMORY;
    if (status == MS_OK) {
        copy->from = first;
        copy->fd = fd;
        s_begin(copy);
        status = s_copy_tables(copy, false);
    }
    if (status == MS_OK)
        status = ms_journal_open(path, &later);
    if (status == MS_OK) {
        copy->from = later;
        status = s_copy_tables(copy, true);
    }
    if (status == MS_OK)
        status = s_end(copy);
    int saved = errno;
    ms_journal_close(first);
    ms_journal_close(later);
    free(copy);
    errno = saved;
    return status;
}
