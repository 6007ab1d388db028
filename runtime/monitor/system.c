/* SPDX-License-Identifier: MIT */
#include "monitor/system.h"

#define CPU_PERIOD_NS    UINT64_C(500000000)
#define MEMORY_PERIOD_NS UINT64_C(500000000)
#define FIRST_LINE_BYTES 512
#define SHORTEST_TICKS   2 /* fewer clock ticks than that tell nothing */

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice": guest time is in user
 * time already. */
bool ms_system_parse_stat(struct ms_text text, struct ms_system_cpu *cpu) {
    enum { IDLE = 3, IOWAIT = 4, STEAL = 7 };
    struct ms_system_cpu found = {0, 0};
    struct ms_text line;
    uint64_t value;
    int field = 0;
    if (!ms_parse_line(&text, &line) || !ms_parse_literal(&line, "cpu "))
        return false;
    for (; field <= STEAL && ms_parse_number(&line, &value); field++) {
        if (__builtin_add_overflow(found.total, value, &found.total))
            return false;
        if (field == IDLE || field == IOWAIT)
            found.idle += value;
    }
    if (field <= IDLE)
        return false;
    *cpu = found;
    return true;
}

static bool s_parse_kib(struct ms_text *line, uint64_t *bytes) {
    uint64_t kib, found;
    if (!ms_parse_number(line, &kib) || __builtin_mul_overflow(kib, (uint64_t)1024, &found))
        return false;
    *bytes = found;
    return true;
}

bool ms_system_parse_meminfo(struct ms_text text, struct ms_system_memory *memory) {
    struct ms_system_memory found = {0, 0};
    struct ms_text line;
    bool has_total = false, has_available = false;
    while ((!has_total || !has_available) && ms_parse_line(&text, &line)) {
        if (ms_parse_literal(&line, "MemTotal:"))
            has_total = s_parse_kib(&line, &found.total_bytes);
        else if (ms_parse_literal(&line, "MemAvailable:"))
            has_available = s_parse_kib(&line, &found.available_bytes);
    }
    if (!has_total || !has_available || found.available_bytes > found.total_bytes)
        return false;
    *memory = found;
    return true;
}

uint32_t ms_system_busy_permille(const struct ms_system_cpu *before,
                                 const struct ms_system_cpu *after) {
    if (after->total <= before->total || after->idle < before->idle)
        return MS_UNKNOWN_PERMILLE;
    uint64_t total = after->total - before->total, idle = after->idle - before->idle;
    uint64_t busy = total > idle ? total - idle : 0;
    return (uint32_t)(((unsigned __int128)busy * 1000 + total / 2) / total);
}

static void s_read_cpu(struct ms_system_reader *reader, const struct ms_moment *moment) {
    struct ms_text text;
    struct ms_system_cpu now;
    if (!ms_moment_load_start(moment, &reader->cpu_source, "/proc/stat", FIRST_LINE_BYTES, &text) ||
        !ms_system_parse_stat(text, &now)) {
        reader->known_cpu = false;
        reader->permille = MS_UNKNOWN_PERMILLE;
        return;
    }
    if (!reader->known_cpu)
        reader->permille = MS_UNKNOWN_PERMILLE;
    else if (now.total >= reader->cpu.total && now.total - reader->cpu.total < SHORTEST_TICKS)
        return;
    else
        reader->permille = ms_system_busy_permille(&reader->cpu, &now);
    reader->known_cpu = true;
    reader->cpu = now;
}

static void s_read_memory(struct ms_system_reader *reader, const struct ms_moment *moment) {
    struct ms_text text;
    struct ms_system_memory memory;
    reader->usage_bytes = MS_UNKNOWN_U64;
    reader->total_bytes = MS_UNKNOWN_U64;
    if (ms_moment_load(moment, &reader->memory_source, "/proc/meminfo", &text) &&
        ms_system_parse_meminfo(text, &memory)) {
        reader->total_bytes = memory.total_bytes;
        reader->usage_bytes = memory.total_bytes - memory.available_bytes;
    }
    ms_cgroup_read(&reader->cgroup, moment, &reader->usage_bytes, &reader->total_bytes);
}

void ms_system_read(struct ms_system_reader *reader, const struct ms_moment *moment,
                    struct ms_tick *tick) {
    if (ms_cadence_begin(&reader->cpu_cadence, moment)) {
        s_read_cpu(reader, moment);
        ms_cgroup_read_cpu(&reader->cgroup_cpu, moment, &reader->permille);
        ms_cadence_end(&reader->cpu_cadence, CPU_PERIOD_NS);
    }
    if (ms_cadence_begin(&reader->memory_cadence, moment)) {
        s_read_memory(reader, moment);
        ms_cadence_end(&reader->memory_cadence, MEMORY_PERIOD_NS);
    }
    tick->cpu_usage_permille = reader->permille;
    tick->memory_usage_bytes = reader->usage_bytes;
    tick->memory_total_bytes = reader->total_bytes;
}
