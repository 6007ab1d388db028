/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target: any bytes are taken for a journal, and if one can be made of them, its report is
 * sound. Crashes, hangs and memory without bound are for whoever calls it to find: libFuzzer
 * (scripts/fuzz), or fuzz_main.c where that is not installed.
 */
#include "fuzz_target.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/report_check.h"
#include "model/model.h"
#include "store/layout.h"

/* The file that the input is written to; what is in it when the target fails is the input. */
static const char s_path[] = "fuzz_journal.mscope";

/* Over what was there: a file that is cut to nothing and written again waits for the disk. */
static void s_write(const uint8_t *data, size_t size) {
    static int s_file = -1;
    if (s_file < 0)
        s_file = open(s_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s_file < 0 || pwrite(s_file, data, size, 0) != (ssize_t)size ||
        ftruncate(s_file, (off_t)size) != 0) {
        perror(s_path);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    s_write(data, size);
    struct memscope_report *report = report_of_file(s_path, NULL);
    if (report != NULL && !report_is_sound(report)) {
        fflush(stdout); /* what is not */
        fprintf(stderr, "\nthe report of %s is not sound\n", s_path);
        abort();
    }
    ms_report_destroy(report);
    return 0;
}

/* Numbers that are likely to be at the edge of something. */
static uint64_t s_edge(unsigned *seed, uint64_t old, size_t size) {
    static const uint64_t s_edges[] = {
        0, 1, 2, 64, 4095, 4096, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX, UINT64_C(1) << 40};
    unsigned choice = (unsigned)rand_r(seed) % 20;
    if (choice < sizeof(s_edges) / sizeof(s_edges[0]))
        return s_edges[choice];
    switch (choice) {
    case 11:
        return old + 1;
    case 12:
        return old - 1;
    case 13:
        return old << 1;
    case 14:
        return size;
    case 15:
        return size - 1;
    case 16:
        return old ^ UINT64_C(1) << (rand_r(seed) & 63);
    default:
        return (uint64_t)rand_r(seed) % 1024;
    }
}

/* Where changes tell most: in the header, in the directory, at the start of a table. */
static size_t s_place(unsigned *seed, const uint8_t *data, size_t size) {
    size_t extents = 0, at;
    const struct ms_journal_header *header = (const void *)data;
    if (size >= sizeof(*header) && header->extent_count <= MS_EXTENT_COUNT)
        extents = header->extent_count;
    switch (rand_r(seed) % 4) {
    case 0:
        at = (size_t)rand_r(seed) % 512;
        break;
    case 1:
        at = MS_HEADER_BYTES + (size_t)rand_r(seed) % ((extents + 1) * sizeof(struct ms_extent));
        break;
    case 2:
        at = MS_FIRST_EXTENT + (size_t)rand_r(seed) % (extents + 1) * 4096 +
             (size_t)rand_r(seed) % 512;
        break;
    default:
        at = (size_t)rand_r(seed);
    }
    return at % size;
}

static void s_change(unsigned *seed, uint8_t *data, size_t size) {
    uint64_t value = 0;
    size_t width = (size_t)1 << rand_r(seed) % 4, at = s_place(seed, data, size) & ~(width - 1);
    if (at + width > size)
        return;
    memcpy(&value, data + at, width);
    value = s_edge(seed, value, size);
    memcpy(data + at, &value, width);
}

static void s_copy_piece(unsigned *seed, uint8_t *data, size_t size) {
    size_t from = s_place(seed, data, size) & ~(size_t)7,
           to = s_place(seed, data, size) & ~(size_t)7;
    size_t length = (size_t)1 << (3 + rand_r(seed) % 10);
    if (from + length <= size && to + length <= size)
        memmove(data + to, data + from, length);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    (void)capacity;
    if (size == 0)
        return 0;
    unsigned changes = 1u << rand_r(&seed) % 5;
    while (changes-- != 0) {
        if (rand_r(&seed) % 8 == 0)
            s_copy_piece(&seed, data, size);
        else
            s_change(&seed, data, size);
    }
    return rand_r(&seed) % 32 == 0 ? (size_t)rand_r(&seed) % size + 1 : size;
}
