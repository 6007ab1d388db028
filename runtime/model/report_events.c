/* SPDX-License-Identifier: MIT */
/* events[], and how many are missing. */
#include "model/build.h"

#include <stdlib.h>

#include "base/atomics.h"
#include "model/event_list.h"
#include "model/model.h"

/* The site of a thread's newest block, of which EVENT tells; 0: it is none, or not known. */
static uint32_t s_find_newest_site(const struct ms_build *build, const struct ms_event *event) {
    const struct ms_thread_record *thread =
        ms_journal_entry(build->journal, MS_TABLE_THREADS, MS_BLOCK_THREAD(event));
    if (thread == NULL)
        return 0;
    struct ms_pending pending = thread->pending;
    const struct ms_block *block =
        pending.block != 0 ? ms_journal_entry(build->journal, MS_TABLE_BLOCKS, pending.block)
                           : NULL;
    if (block == NULL || ms_load_acquire(&block->address_thread) != event->address_thread)
        return 0;
    uint32_t site = ms_load_relaxed(&block->site);
    site = site != 0 ? site : pending.site;
    if (site != 0 || pending.frame_address == 0)
        return site;
    uint64_t word = ms_build_frame_word(build, pending.frame_address);
    for (uint32_t i = 0; i < build->site_count; i++)
        if (build->sites[i].kind == MEMSCOPE_SITE_CALLER && build->sites[i].frame == word)
            return i;
    return 0;
}

/* The same, looked for once for each block, however many events a damaged journal has. */
static enum ms_status s_give_site(const struct ms_build *build, struct ms_index *newest,
                                  struct ms_event *event) {
    const uint32_t *known = ms_index_find(newest, event->address_thread);
    if (known == NULL)
        known = ms_index_put(newest, event->address_thread, s_find_newest_site(build, event), NULL);
    if (known == NULL)
        return MS_NO_MEMORY;
    event->site = *known;
    return MS_OK;
}

/* What is there, as a malloc'ed list. */
static enum ms_status s_collect(const struct ms_build *build, struct ms_event **out,
                                size_t *out_count) {
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_EVENTS);
    struct ms_event *events = calloc(count + 1, sizeof(*events));
    size_t kept = 0;
    struct ms_index newest = {0};
    enum ms_status status = events != NULL ? MS_OK : MS_NO_MEMORY;
    for (uint64_t i = 0; status == MS_OK && i < count; i++) {
        const struct ms_event *record = ms_journal_entry(build->journal, MS_TABLE_EVENTS, i);
        if (record == NULL || !ms_event_list_copy(record, &events[kept]))
            continue;
        if (events[kept].site == 0 && events[kept].kind != MEMSCOPE_EVENT_FREE)
            status = s_give_site(build, &newest, &events[kept]);
        kept++;
    }
    ms_index_fini(&newest);
    *out = events;
    *out_count = kept;
    return status;
}

static void s_count_missing(struct ms_build *build, size_t kept) {
    uint64_t threads = ms_journal_count(build->journal, MS_TABLE_THREADS), written = 0;
    for (uint64_t i = 0; i < threads; i++) {
        const struct ms_thread_record *thread =
            ms_journal_entry(build->journal, MS_TABLE_THREADS, i);
        written += thread != NULL ? ms_load_relaxed(&thread->events) : 0;
    }
    build->report->summary.missing_events =
        build->header->event_limit != 0 ? ms_build_minus(written, kept) : MEMSCOPE_UNKNOWN;
}

/* What names nothing that is there is not known. */
static enum ms_status s_fill(struct ms_build *build, const struct ms_event *event,
                             struct memscope_event *out) {
    const struct ms_thread_record *thread =
        ms_journal_entry(build->journal, MS_TABLE_THREADS, MS_BLOCK_THREAD(event));
    ms_event_list_fill(event, thread != NULL ? thread->tid : MEMSCOPE_UNKNOWN, out);
    if (event->site >= build->site_count)
        out->site_id = MEMSCOPE_NO_ID;
    else if (event->site != 0)
        build->sites[event->site].has_event = true;
    if (event->stack >= ms_journal_count(build->journal, MS_TABLE_STACKS))
        out->stack_id = MEMSCOPE_NO_ID;
    if (out->stack_id == MEMSCOPE_NO_ID)
        return MS_OK;
    return ms_build_show_stack(build, event->stack);
}

static enum ms_status s_fill_all(struct ms_build *build, const struct ms_event *events,
                                 size_t count) {
    struct memscope_event *rows = ms_arena_array(build->arena, count + 1, sizeof(*rows));
    enum ms_status status = rows != NULL ? MS_OK : MS_NO_MEMORY;
    for (size_t i = 0; status == MS_OK && i < count; i++)
        status = s_fill(build, &events[i], &rows[i]);
    build->report->events = rows;
    build->report->event_count = count;
    return status;
}

static enum ms_status s_note(struct ms_build *build) {
    uint64_t missing = build->report->summary.missing_events;
    if (missing == 0 || missing == MEMSCOPE_UNKNOWN)
        return MS_OK;
    return ms_build_note(build,
                         "%llu events are not here: newer ones of the same thread have taken their "
                         "place (the option `events` says how many are kept), or the journal had "
                         "no room",
                         (unsigned long long)missing);
}

enum ms_status ms_build_events(struct ms_build *build) {
    struct ms_event *events = NULL;
    size_t count = 0;
    enum ms_status status = s_collect(build, &events, &count);
    if (status == MS_OK)
        s_count_missing(build, count);
    if (status == MS_OK && (build->parts & MS_REPORT_EVENTS) != 0) {
        ms_event_list_finish(events, count);
        status = s_fill_all(build, events, count);
        if (status == MS_OK)
            status = s_note(build);
    }
    free(events);
    return status;
}
