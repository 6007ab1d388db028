/* SPDX-License-Identifier: MIT */
/* What of a journal depends on the process behind it: whether it still runs, and the ticks, which
 * it may be rewriting. */
#include "journal/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/atomics.h"

#define TICK_TRIES   50
#define TICK_WAIT_NS 2000000

/* Out of a line of /proc/PID/stat: the state letter and field 22, the start time in clock ticks.
 * The second field is the program's name in parentheses, which may hold blanks and parentheses. */
static bool s_parse_stat(const char *line, char *state, uint64_t *start) {
    const char *at = strrchr(line, ')');
    if (at == NULL || at[1] != ' ' || at[2] == '\0')
        return false;
    at += 2;
    *state = *at;
    for (int field = 3; field < 22; field++) {
        at = strchr(at, ' ');
        if (at == NULL)
            return false;
        at++;
    }
    char *end;
    *start = strtoull(at, &end, 10);
    return end != at;
}

bool ms_journal_alive(const struct ms_journal *journal) {
    const struct ms_journal_header *header = ms_journal_header(journal);
    char path[64];
    char line[1024];
    if (header->copied_ns != 0)
        return true;
    if (header->pid == 0 || header->process_start_ticks == 0)
        return false;
    snprintf(path, sizeof(path), "/proc/%u/stat", header->pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    size_t size = fread(line, 1, sizeof(line) - 1, file);
    fclose(file);
    line[size] = '\0';
    char state;
    uint64_t start;
    if (!s_parse_stat(line, &state, &start))
        return false;
    /* A zombie has ended: it only waits for its parent. */
    return start == header->process_start_ticks && state != 'Z' && state != 'X';
}

static void s_copy(const struct ms_journal *journal, struct ms_tick *ticks, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        const struct ms_tick *tick = ms_journal_entry(journal, MS_TABLE_TICKS, i);
        if (tick != NULL)
            ticks[i] = *tick;
        else
            memset(&ticks[i], 0, sizeof(ticks[i]));
    }
}

/* Of ticks of one moment the last one stands (a process that ends writes one more). Ticks that go
 * back in time are out of a thinning that was cut off. */
static size_t s_drop_disorder(struct ms_tick *ticks, uint64_t count) {
    size_t kept = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (kept != 0 && ticks[i].time_ns < ticks[kept - 1].time_ns)
            continue;
        if (kept == 0 || ticks[i].time_ns > ticks[kept - 1].time_ns)
            kept++;
        ticks[kept - 1] = ticks[i];
    }
    return kept;
}

enum ms_status ms_journal_ticks(const struct ms_journal *journal, struct ms_tick **ticks,
                                size_t *count) {
    const struct ms_journal_header *header = ms_journal_header(journal);
    uint64_t capacity = ms_journal_count(journal, MS_TABLE_TICKS);
    struct ms_tick *copy = calloc(capacity + 1, sizeof(*copy));
    if (copy == NULL)
        return MS_NO_MEMORY;
    uint64_t copied = 0;
    for (int attempt = 0; attempt < TICK_TRIES; attempt++) {
        uint32_t before = ms_load_acquire(&header->timeline_sequence);
        uint64_t there = ms_journal_count(journal, MS_TABLE_TICKS);
        copied = there < capacity ? there : capacity;
        s_copy(journal, copy, copied);
        ms_fence_acquire(); /* pairs with the writer's release of the sequence */
        if (before % 2 == 0 && ms_load_relaxed(&header->timeline_sequence) == before)
            break;
        /* Killed while it thinned: the number stays odd, and what is there is all there will be. */
        if (!ms_journal_alive(journal))
            break;
        struct timespec pause = {.tv_nsec = TICK_WAIT_NS};
        nanosleep(&pause, NULL);
    }
    *count = s_drop_disorder(copy, copied);
    *ticks = copy;
    return MS_OK;
}
