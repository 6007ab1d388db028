/* SPDX-License-Identifier: MIT */
#include "monitor/disk.h"

#include <string.h>

#include "platform/os.h"

#define PERIOD_NS    UINT64_C(1000000000)
#define SHORTEST_NS  UINT64_C(50000000)
#define SECTOR_BYTES 512 /* of the counters, whatever the disk has */

static bool s_is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool s_all_digits(struct ms_text text) {
    for (const char *at = text.at; at < text.end; at++) {
        if (!s_is_digit(*at))
            return false;
    }
    return text.at < text.end;
}

/* NAME is "STEM12", as of a driver's devices. */
static bool s_is_numbered(struct ms_text name, const char *stem) {
    return ms_parse_literal(&name, stem) && name.at < name.end && s_is_digit(*name.at);
}

/* "nvme0c1n1": a path below the multipath disk nvme0n1. */
static bool s_is_nvme_path(struct ms_text name) {
    struct ms_text controller;
    return ms_parse_literal(&name, "nvme") && ms_parse_until(&name, 'c', &controller) &&
           s_all_digits(controller);
}

static bool s_is_counted_elsewhere(struct ms_text name) {
    static const char *const s_stems[] = {"loop", "ram", "zram", "dm-", "md", "bcache", "drbd"};
    for (size_t i = 0; i < sizeof(s_stems) / sizeof(s_stems[0]); i++) {
        if (s_is_numbered(name, s_stems[i]))
            return true;
    }
    return s_is_nvme_path(name) || ms_parse_literal(&name, "md_");
}

/* Partitions come behind their disk and have its name and a number: sda1 of sda; p and a number
 * where the disk's name ends in a digit: nvme0n1p1 of nvme0n1. */
static bool s_is_partition(struct ms_text name, struct ms_text disk) {
    size_t length = (size_t)(disk.end - disk.at);
    if (length == 0 || (size_t)(name.end - name.at) <= length ||
        memcmp(name.at, disk.at, length) != 0)
        return false;
    name.at += length;
    if (s_is_digit(disk.end[-1]) && !ms_parse_literal(&name, "p"))
        return false;
    return s_all_digits(name);
}

/* "major minor name reads merged sectors ms writes merged sectors ..." */
static bool s_parse_line(struct ms_text line, struct ms_text *name, uint64_t *read,
                         uint64_t *written) {
    return ms_parse_skip_words(&line, 2) && ms_parse_word(&line, name) &&
           ms_parse_skip_words(&line, 2) && ms_parse_number(&line, read) &&
           ms_parse_skip_words(&line, 3) && ms_parse_number(&line, written);
}

bool ms_disk_parse(struct ms_text text, struct ms_disk_totals *totals) {
    struct ms_text line, name, disk = {NULL, NULL};
    uint64_t read_sectors = 0, write_sectors = 0, read, written;
    uint64_t names = 0;
    uint32_t devices = 0, lines = 0;
    while (ms_parse_line(&text, &line)) {
        if (!s_parse_line(line, &name, &read, &written))
            continue;
        lines++;
        if (s_is_partition(name, disk))
            continue;
        disk = name;
        if (s_is_counted_elsewhere(name))
            continue;
        if (__builtin_add_overflow(read_sectors, read, &read_sectors) ||
            __builtin_add_overflow(write_sectors, written, &write_sectors))
            return false;
        names = ms_parse_hash(names, name);
        devices++;
    }
    struct ms_disk_totals found = {.devices = devices, .names = names};
    if (lines == 0 ||
        __builtin_mul_overflow(read_sectors, (uint64_t)SECTOR_BYTES, &found.read_bytes) ||
        __builtin_mul_overflow(write_sectors, (uint64_t)SECTOR_BYTES, &found.write_bytes))
        return false;
    *totals = found;
    return true;
}

void ms_disk_read(struct ms_disk_reader *reader, const struct ms_moment *moment,
                  struct ms_tick *tick) {
    if (ms_cadence_begin(&reader->cadence, moment)) {
        struct ms_text text;
        struct ms_disk_totals totals = {0};
        bool known = ms_moment_load(moment, &reader->source, "/proc/diskstats", &text) &&
                     ms_disk_parse(text, &totals);
        /* A disk that comes or goes brings or takes its whole past. */
        if (!known || totals.names != reader->names) {
            ms_rate_lose(&reader->read);
            ms_rate_lose(&reader->write);
        }
        reader->names = totals.names;
        if (known) {
            uint64_t now = ms_os_now_monotonic();
            ms_rate_update(&reader->read, now, totals.read_bytes, SHORTEST_NS);
            ms_rate_update(&reader->write, now, totals.write_bytes, SHORTEST_NS);
        }
        ms_cadence_end(&reader->cadence, PERIOD_NS);
    }
    tick->disk_read_bps = ms_rate_get(&reader->read);
    tick->disk_write_bps = ms_rate_get(&reader->write);
}
