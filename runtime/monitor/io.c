/* SPDX-License-Identifier: MIT */
#include "monitor/io.h"

#include "platform/os.h"

#define PERIOD_NS       UINT64_C(1000000000)
#define FILES_PERIOD_NS UINT64_C(1000000000)

bool ms_io_parse(struct ms_text text, uint64_t *read_bytes, uint64_t *write_bytes) {
    struct ms_text line;
    uint64_t read = 0, written = 0;
    bool has_read = false, has_written = false;
    while (ms_parse_line(&text, &line)) {
        if (ms_parse_literal(&line, "read_bytes:"))
            has_read = ms_parse_number(&line, &read);
        else if (ms_parse_literal(&line, "write_bytes:"))
            has_written = ms_parse_number(&line, &written);
    }
    if (!has_read || !has_written)
        return false;
    *read_bytes = read;
    *write_bytes = written;
    return true;
}

/* Since Linux 6.2 the size of the directory is the count, else every name has to be read. */
static uint32_t s_count_files(const struct ms_moment *moment) {
    uint64_t size = 0;
    if (ms_os_stat_size("/proc/self/fd", &size) == 0 && size != 0)
        return size < MS_UNKNOWN_PERMILLE ? (uint32_t)size : MS_UNKNOWN_PERMILLE;
    long count = ms_os_count_entries("/proc/self/fd");
    if (count > 0 && !moment->own_files)
        count--; /* the one that the directory is read through */
    return count >= 0 && count < MS_UNKNOWN_PERMILLE ? (uint32_t)count : MS_UNKNOWN_PERMILLE;
}

void ms_io_read(struct ms_io_reader *reader, const struct ms_moment *moment, struct ms_tick *tick) {
    if (ms_cadence_begin(&reader->cadence, moment)) {
        struct ms_text text;
        reader->known = ms_moment_load(moment, &reader->source, "/proc/self/io", &text) &&
                        ms_io_parse(text, &reader->read_bytes, &reader->write_bytes);
        ms_cadence_end(&reader->cadence, PERIOD_NS);
    }
    if (ms_cadence_begin(&reader->files_cadence, moment)) {
        reader->files = s_count_files(moment);
        ms_cadence_end(&reader->files_cadence, FILES_PERIOD_NS);
    }
    if (reader->known) {
        tick->process_read_bytes = reader->read_bytes;
        tick->process_write_bytes = reader->write_bytes;
    }
    tick->process_fds = reader->files;
}
