/* SPDX-License-Identifier: MIT */
#include "monitor/process.h"

#include "platform/os.h"

/* Processor time and resident memory are read at every tick; the kernel adds up the rest over all
 * threads. */
#define STAT_PERIOD_NS  UINT64_C(500000000)
#define SHORTEST_CPU_NS UINT64_C(1000000)
/* For the proportional set size the kernel walks all pages, 12 us a MiB, with the lock held that
 * the program's mmap and munmap wait for: not read where that would be more than 2 ms. */
#define PSS_PERIOD_NS UINT64_C(10000000000)
#define PSS_RSS_LIMIT (UINT64_C(128) << 20)

/* Fields as proc(5) numbers them: 3 state, ... 10 minflt, 11 cminflt, 12 majflt, ... 20
 * num_threads. Those behind the name have no parenthesis. */
bool ms_process_parse_stat(struct ms_text text, struct ms_process_stat *stat) {
    struct ms_process_stat found;
    if (!ms_parse_behind_last(&text, ')') || !ms_parse_skip_words(&text, 7) ||
        !ms_parse_number(&text, &found.minor_faults) || !ms_parse_skip_words(&text, 1) ||
        !ms_parse_number(&text, &found.major_faults) || !ms_parse_skip_words(&text, 7) ||
        !ms_parse_number(&text, &found.threads))
        return false;
    *stat = found;
    return true;
}

bool ms_process_parse_statm(struct ms_text text, uint64_t *resident_pages) {
    uint64_t size, resident;
    if (!ms_parse_number(&text, &size) || size == 0 || !ms_parse_number(&text, &resident))
        return false;
    *resident_pages = resident;
    return true;
}

bool ms_process_parse_pss(struct ms_text text, uint64_t *bytes) {
    struct ms_text line;
    uint64_t kib, found;
    while (ms_parse_line(&text, &line)) {
        if (!ms_parse_literal(&line, "Pss:"))
            continue;
        if (!ms_parse_number(&line, &kib) || __builtin_mul_overflow(kib, (uint64_t)1024, &found))
            return false;
        *bytes = found;
        return true;
    }
    return false;
}

/* The clock of the process is finer than the utime and stime of /proc/PID/stat, which count ticks
 * of 10 ms. */
static void s_read_cpu(struct ms_rate *cpu, uint64_t own_ns) {
    uint64_t used;
    if (ms_os_cpu_of_process(&used) != 0) {
        ms_rate_lose(cpu);
        return;
    }
    used = used > own_ns ? used - own_ns : 0;
    /* The two clocks are not read at the same instant. */
    if (used < cpu->count)
        used = cpu->count;
    ms_rate_update(cpu, ms_os_now_monotonic(), used, SHORTEST_CPU_NS);
}

static uint64_t s_read_rss(struct ms_source *source, const struct ms_moment *moment) {
    struct ms_text text;
    uint64_t pages, bytes;
    /* thread-self: when the main thread has ended, "self" has no memory any more. */
    if (!ms_moment_load(moment, source, "/proc/thread-self/statm", &text) ||
        !ms_process_parse_statm(text, &pages) ||
        __builtin_mul_overflow(pages, (uint64_t)ms_os_page_size(), &bytes))
        return MS_UNKNOWN_U64;
    return bytes;
}

static uint32_t s_permille(const struct ms_rate *cpu) {
    uint64_t permille = cpu->per_second / 1000000 + (cpu->per_second % 1000000 >= 500000);
    return cpu->known && permille < MS_UNKNOWN_PERMILLE ? (uint32_t)permille : MS_UNKNOWN_PERMILLE;
}

static void s_read_stat(struct ms_process_reader *reader, const struct ms_moment *moment) {
    struct ms_text text;
    reader->known_stat = ms_moment_load(moment, &reader->stat_source, "/proc/self/stat", &text) &&
                         ms_process_parse_stat(text, &reader->stat);
    if (reader->known_stat && reader->stat.threads > moment->own_threads)
        reader->stat.threads -= moment->own_threads;
}

static uint64_t s_read_pss(struct ms_process_reader *reader, const struct ms_moment *moment,
                           uint64_t rss_bytes) {
    struct ms_text text;
    if (rss_bytes > PSS_RSS_LIMIT) /* also when it is not known */
        return MS_UNKNOWN_U64;
    if (ms_cadence_begin(&reader->pss_cadence, moment)) {
        if (!ms_moment_load(moment, NULL, "/proc/self/smaps_rollup", &text) ||
            !ms_process_parse_pss(text, &reader->pss_bytes))
            reader->pss_bytes = MS_UNKNOWN_U64;
        ms_cadence_end(&reader->pss_cadence, PSS_PERIOD_NS);
    }
    return reader->pss_bytes;
}

void ms_process_read(struct ms_process_reader *reader, const struct ms_moment *moment,
                     struct ms_tick *tick) {
    s_read_cpu(&reader->cpu, moment->own_cpu_ns);
    if (ms_cadence_begin(&reader->stat_cadence, moment)) {
        s_read_stat(reader, moment);
        ms_cadence_end(&reader->stat_cadence, STAT_PERIOD_NS);
    }
    tick->process_cpu_permille = s_permille(&reader->cpu);
    tick->process_rss_bytes = s_read_rss(&reader->statm_source, moment);
    tick->process_pss_bytes = s_read_pss(reader, moment, tick->process_rss_bytes);
    if (reader->known_stat) {
        tick->thread_count = reader->stat.threads < MS_UNKNOWN_PERMILLE
                                 ? (uint32_t)reader->stat.threads
                                 : MS_UNKNOWN_PERMILLE;
        tick->process_minor_faults = reader->stat.minor_faults;
        tick->process_major_faults = reader->stat.major_faults;
    }
}
