/* SPDX-License-Identifier: MIT */
/*
 * The file of Massif, for ms_print and massif-visualizer: the live heap over time, what made up the
 * peak by place, and what is live at the end by call stack, callers below what they call.
 * Source: massif/ms_main.c of Valgrind, pp_snapshot() and pp_snapshot_XPt()
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/frame_table.h"
#include "export/profile_samples.h"
#include "export/sink_buffer.h"

#define SNAPSHOT_LIMIT 100u /* Massif's own */
#define LEVEL_LIMIT    100u /* of a tree; ms_print recurses, too */
#define NS_IN_MS       UINT64_C(1000000)

/* A sample as the path from the root of a tree. */
struct s_path {
    const uint32_t *lines; /* numbers of a frame table */
    size_t depth;
    uint64_t bytes;
};

struct s_massif {
    struct ms_sink_buffer out;
    const struct memscope_report *report;
    const struct ms_export_options *options;
    struct ms_profile_index rows;
    struct ms_frame_table frames;
    enum ms_status status;
    unsigned snapshots;
    uint64_t last_ns; /* of the last snapshot */
    uint64_t total;   /* of the tree that is written */
};

__attribute__((format(printf, 2, 3))) static void put(struct s_massif *massif, const char *format,
                                                      ...) {
    char text[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    ms_sink_buffer_put(&massif->out, text, strlen(text));
}

/* On one line, whatever is in it. */
static void s_put_text(struct s_massif *massif, const char *text) {
    for (; *text != '\0'; text++) {
        bool plain = (unsigned char)*text >= ' ' && *text != 0x7f;
        ms_sink_buffer_put(&massif->out, plain ? text : " ", 1);
    }
}

static void s_put_snapshot(struct s_massif *massif, uint64_t time_ns, uint64_t bytes,
                           const char *tree) {
    if (time_ns > massif->last_ns) {
        massif->last_ns = time_ns; /* time does not go back */
    }
    put(massif, "#-----------\nsnapshot=%u\n#-----------\n", massif->snapshots++);
    put(massif, "time=%" PRIu64 "\nmem_heap_B=%" PRIu64 "\n", massif->last_ns / NS_IN_MS, bytes);
    put(massif, "mem_heap_extra_B=0\nmem_stacks_B=0\nheap_tree=%s\n", tree);
}

/* ---- trees ---- */

static int s_by_lines(const void *left, const void *right) {
    const struct s_path *a = left;
    const struct s_path *b = right;
    for (size_t i = 0; i < a->depth && i < b->depth; i++) {
        if (a->lines[i] != b->lines[i]) {
            return a->lines[i] < b->lines[i] ? -1 : 1;
        }
    }
    return a->depth < b->depth ? -1 : a->depth > b->depth;
}

/* Paths that share their lines up to some level. */
struct s_branch {
    const struct s_path *first;
    size_t count;
    uint64_t bytes;
};

static int s_by_bytes(const void *left, const void *right) {
    const struct s_branch *a = left;
    const struct s_branch *b = right;
    return a->bytes > b->bytes ? -1 : a->bytes < b->bytes;
}

/* The branches of the COUNT sorted paths at FIRST by their line at LEVEL, the largest first. Paths
 * that end in front of it are in none. NULL when out of memory. */
static struct s_branch *s_find_branches(const struct s_path *first, size_t count, size_t level,
                                        size_t *found) {
    struct s_branch *branches = malloc((count + 1) * sizeof(*branches));
    *found = 0;
    for (size_t i = 0; branches != NULL && i < count; i++) {
        const struct s_path *path = &first[i];
        if (path->depth <= level) {
            continue;
        }
        struct s_branch *last = *found != 0 ? &branches[*found - 1] : NULL;
        if (last == NULL || last->first->lines[level] != path->lines[level]) {
            branches[(*found)++] = (struct s_branch){path, 1, path->bytes};
        } else {
            last->count++;
            last->bytes += path->bytes;
        }
    }
    if (branches != NULL) {
        qsort(branches, *found, sizeof(*branches), s_by_bytes);
    }
    return branches;
}

static void s_put_line(struct s_massif *massif, uint32_t number) {
    const struct ms_profile_frame *frame = &massif->frames.list[number];
    s_put_text(massif, frame->name);
    if (frame->file != NULL) {
        put(massif, " (");
        s_put_text(massif, frame->file);
        if (frame->line != MEMSCOPE_UNKNOWN) {
            put(massif, ":%" PRIu64, frame->line);
        }
        put(massif, ")");
    }
    put(massif, "\n");
}

/* Massif's threshold: what is less than a hundredth is one line. */
static bool s_is_small(const struct s_massif *massif, uint64_t bytes) {
    return bytes < massif->total / 100;
}

/* What is below the line at LEVEL - 1, which has not been ended. */
static void s_put_branches(struct s_massif *massif, const struct s_branch *parent, size_t level) {
    size_t count, large = 0;
    struct s_branch *branches = s_find_branches(parent->first, parent->count, level, &count);
    if (branches == NULL) {
        massif->status = MS_NO_MEMORY;
        return;
    }
    uint64_t small_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        large += !s_is_small(massif, branches[i].bytes);
        small_bytes += s_is_small(massif, branches[i].bytes) ? branches[i].bytes : 0;
    }
    size_t shown = level < LEVEL_LIMIT ? large + (large < count) : 0;
    put(massif, "%*sn%zu: %" PRIu64 " ", (int)level, "", shown, parent->bytes);
    if (level == 0) {
        put(massif, "(heap allocation functions) malloc/new/new[], --alloc-fns, etc.\n");
    } else {
        s_put_line(massif, parent->first->lines[level - 1]);
    }
    for (size_t i = 0; shown != 0 && i < large; i++) {
        s_put_branches(massif, &branches[i], level + 1);
    }
    if (shown > large) {
        put(massif, "%*sn0: %" PRIu64 " in %zu places, all below massif's threshold (1.00%%)\n",
            (int)level + 1, "", small_bytes, count - large);
    }
    free(branches);
}

/* ---- paths ---- */

/* The lines of SAMPLE into LINES: what it is put under, then the innermost function. */
static size_t s_find_lines(struct s_massif *massif, const struct ms_profile_sample *sample,
                           uint32_t *lines) {
    enum ms_export_root root = massif->options->root;
    size_t depth = ms_profile_depth(sample, root), roots = root != MS_EXPORT_ROOT_NONE;
    size_t kept = depth < LEVEL_LIMIT ? depth : LEVEL_LIMIT;
    for (size_t i = 0; i < kept; i++) {
        char room[MS_PROFILE_NAME_BYTES];
        size_t at = i < roots ? i : depth - 1 - (i - roots);
        struct ms_profile_frame frame = ms_profile_frame_get(sample, root, at, room);
        if (ms_frame_table_add(&massif->frames, &frame, &lines[i]) != MS_OK) {
            massif->status = MS_NO_MEMORY;
            return 0;
        }
    }
    return kept;
}

/* A snapshot with a tree of all samples by VALUE. */
static void s_put_tree(struct s_massif *massif, enum ms_export_value value, uint64_t time_ns,
                       const char *kind) {
    size_t count = ms_profile_sample_count(&massif->rows), used = 0;
    struct s_path *paths = malloc((count + 1) * sizeof(*paths));
    struct ms_arena arena = {NULL};
    massif->total = 0;
    if (paths == NULL) {
        massif->status = MS_NO_MEMORY;
    }
    for (size_t i = 0; massif->status == MS_OK && i < count; i++) {
        struct ms_profile_sample sample = ms_profile_sample_get(&massif->rows, i);
        uint64_t bytes = ms_profile_value(&sample, value);
        if (bytes == 0) {
            continue;
        }
        uint32_t lines[LEVEL_LIMIT];
        size_t depth = s_find_lines(massif, &sample, lines);
        uint32_t *kept = ms_arena_array(&arena, depth, sizeof(*kept));
        if (kept == NULL) {
            massif->status = MS_NO_MEMORY;
            break;
        }
        memcpy(kept, lines, depth * sizeof(*kept));
        paths[used++] = (struct s_path){kept, depth, bytes};
        massif->total += bytes;
    }
    if (massif->status == MS_OK) {
        qsort(paths, used, sizeof(*paths), s_by_lines);
        s_put_snapshot(massif, time_ns, massif->total, kind);
        s_put_branches(massif, &(struct s_branch){paths, used, massif->total}, 0);
    }
    ms_arena_fini(&arena);
    free(paths);
}

/* ---- the whole ---- */

static uint64_t s_known(uint64_t value) {
    return value != MEMSCOPE_UNKNOWN ? value : 0;
}

static void s_put_head(struct s_massif *massif) {
    const struct memscope_process *process = &massif->report->process;
    put(massif, "desc: memscope\ncmd:");
    for (size_t i = 0; i < process->command_count; i++) {
        put(massif, " ");
        s_put_text(massif, process->command[i] != NULL ? process->command[i] : "");
    }
    put(massif, "\ntime_unit: ms\n");
}

/* The peak, where it is known what made it up: between the points of the timeline around it. */
static bool s_put_peak(struct s_massif *massif, uint64_t before_ns) {
    const struct memscope_summary *summary = &massif->report->summary;
    if (s_known(summary->peak_known_bytes) == 0 || summary->peak_known_ns == MEMSCOPE_UNKNOWN ||
        summary->peak_known_ns > before_ns) {
        return false;
    }
    s_put_tree(massif, MS_EXPORT_PEAK, summary->peak_known_ns, "peak");
    return true;
}

/* Of each STEP points of the timeline the largest. */
static void s_put_snapshots(struct s_massif *massif) {
    const struct memscope_timeline *timeline = &massif->report->timeline;
    size_t step = timeline->count / (SNAPSHOT_LIMIT - 3) + 1;
    bool has_peak = false;
    s_put_snapshot(massif, 0, 0, "empty");
    for (size_t i = 0; massif->status == MS_OK && i < timeline->count; i += step) {
        size_t largest = i;
        for (size_t at = i; at < i + step && at < timeline->count; at++) {
            if (s_known(timeline->heap_live_bytes[at]) >
                s_known(timeline->heap_live_bytes[largest])) {
                largest = at;
            }
        }
        has_peak = has_peak || s_put_peak(massif, timeline->timestamps[largest]);
        s_put_snapshot(massif, s_known(timeline->timestamps[largest]),
                       s_known(timeline->heap_live_bytes[largest]), "empty");
    }
    if (!has_peak) {
        s_put_peak(massif, MEMSCOPE_UNKNOWN);
    }
    s_put_tree(massif, MS_EXPORT_LIVE, s_known(massif->report->process.duration_ns), "detailed");
}

enum ms_status ms_export_massif(const struct memscope_report *report,
                                const struct ms_export_options *options, ms_sink_fn *sink,
                                void *sink_data) {
    struct s_massif *massif = calloc(1, sizeof(*massif));
    if (massif == NULL) {
        return MS_NO_MEMORY;
    }
    massif->report = report;
    massif->options = options;
    ms_sink_buffer_init(&massif->out, sink, sink_data);
    ms_frame_table_init(&massif->frames);
    massif->status = ms_profile_index_init(&massif->rows, report);
    if (massif->status == MS_OK) {
        s_put_head(massif);
        s_put_snapshots(massif);
        ms_profile_index_fini(&massif->rows);
    }
    enum ms_status written = ms_sink_buffer_flush(&massif->out);
    enum ms_status status = massif->status != MS_OK ? massif->status : written;
    ms_frame_table_fini(&massif->frames);
    free(massif);
    return status;
}
