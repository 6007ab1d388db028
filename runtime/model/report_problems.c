/* SPDX-License-Identifier: MIT */
/* problems[]: what the program should not have done with its blocks. */
#include "model/build.h"

#include <stdlib.h>

#include "base/atomics.h"

static const char *s_spelling(uint32_t kind) {
    static const char *const s_spellings[] = {
#define X(number, name, spelling) [number] = spelling,
        MS_PROBLEMS(X)
#undef X
    };
    return kind < sizeof(s_spellings) / sizeof(s_spellings[0]) ? s_spellings[kind] : NULL;
}

/* "file:line" of a site that may have no location of its own: no block was made there. */
static enum ms_status s_place(struct ms_build *build, const struct ms_build_site *site,
                              const char **location, const char **function) {
    *location = ms_build_text(build, site->location);
    *function = ms_build_text(build, site->function);
    if (*location != NULL || site->file == 0)
        return MS_OK;
    *location =
        ms_arena_format(build->arena, "%s:%u", ms_build_text(build, site->file), site->line);
    return *location != NULL ? MS_OK : MS_NO_MEMORY;
}

static enum ms_status s_fill_made(struct ms_build *build, const struct ms_problem *record,
                                  struct memscope_problem *problem) {
    if (record->made == 0 || record->made >= build->site_count)
        return MS_OK;
    const struct ms_build_site *site = &build->sites[record->made];
    problem->var_name = ms_build_text(build, site->var_name);
    problem->type_name = ms_build_text(build, site->type_name);
    problem->deallocator = ms_build_text(build, site->deallocator);
    return s_place(build, site, &problem->made_location, &problem->made_function);
}

/* The place of a return address. */
static enum ms_status s_locate(struct ms_build *build, uint64_t word,
                               struct memscope_problem *problem) {
    struct ms_build_frames frames;
    enum ms_status status = ms_build_frames(build, word, &frames);
    if (status != MS_OK || frames.count == 0)
        return status;
    const struct memscope_frame *frame = &frames.frames[0];
    problem->freed_function = frame->function;
    if (frame->file != NULL && frame->line != MEMSCOPE_UNKNOWN)
        problem->freed_location =
            ms_arena_format(build->arena, "%s:%llu", frame->file, (unsigned long long)frame->line);
    else
        problem->freed_location =
            ms_arena_format(build->arena, "%s+0x%llx", frame->module != NULL ? frame->module : "",
                            (unsigned long long)frame->address);
    return problem->freed_location != NULL ? MS_OK : MS_NO_MEMORY;
}

static enum ms_status s_fill_freed(struct ms_build *build, const struct ms_problem *record,
                                   struct memscope_problem *problem) {
    problem->freed_by = record->kind == MS_PROBLEM_FREED_REALLOC ? "realloc" : "free";
    if (record->release == 0 || record->release >= build->site_count)
        return record->frame != 0 ? s_locate(build, record->frame, problem) : MS_OK;
    const struct ms_build_site *site = &build->sites[record->release];
    problem->freed_by = ms_build_text(build, site->deallocator);
    return s_place(build, site, &problem->freed_location, &problem->freed_function);
}

static enum ms_status s_fill(struct ms_build *build, const struct ms_problem *record,
                             struct memscope_problem *problem) {
    *problem = (struct memscope_problem){
        .kind = s_spelling(record->kind),
        .count = ms_load_relaxed(&record->count),
        .first_seen_ns = record->first_ns,
        .stack_id = MEMSCOPE_NO_ID,
    };
    enum ms_status status = s_fill_made(build, record, problem);
    if (status == MS_OK)
        status = s_fill_freed(build, record, problem);
    if (status != MS_OK || record->stack == 0 ||
        record->stack >= ms_journal_count(build->journal, MS_TABLE_STACKS))
        return status;
    problem->stack_id = record->stack;
    return ms_build_show_stack(build, record->stack);
}

static int s_by_count(const void *left, const void *right) {
    const struct memscope_problem *a = left;
    const struct memscope_problem *b = right;
    int order = ms_build_descending(a->count, b->count);
    if (order == 0)
        order = ms_build_compare_text(a->kind, b->kind);
    if (order == 0)
        order = ms_build_compare_text(a->made_location, b->made_location);
    return order != 0 ? order : ms_build_compare_text(a->freed_location, b->freed_location);
}

enum ms_status ms_build_problems(struct ms_build *build) {
    uint64_t count = ms_journal_count(build->journal, MS_TABLE_PROBLEMS);
    if (count > MS_PROBLEM_LIMIT)
        count = MS_PROBLEM_LIMIT;
    struct memscope_problem *problems = ms_arena_array(build->arena, count, sizeof(*problems));
    if (problems == NULL)
        return MS_NO_MEMORY;
    build->report->problems = problems;
    for (uint64_t i = 0; i < count; i++) {
        const struct ms_problem *record = ms_journal_entry(build->journal, MS_TABLE_PROBLEMS, i);
        if (record == NULL || ms_load_relaxed(&record->count) == 0)
            continue;
        enum ms_status status = s_fill(build, record, &problems[build->report->problem_count]);
        if (status != MS_OK)
            return status;
        build->report->problem_count++;
    }
    if (build->report->problem_count != 0)
        qsort(problems, build->report->problem_count, sizeof(*problems), s_by_count);
    return MS_OK;
}
