/* SPDX-License-Identifier: MIT */
#include "cli/top_lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "cli/view.h"

#define S_NAME_LEAST 20u
#define S_NAME_WIDE  60u

/* Columns of numbers, in the order in which they are shown; those behind are left out first. */
static const struct {
    const char *title;
    size_t width;
} s_columns[] = {{"LIVE", 10}, {"CHANGE/s", 12}, {"ALLOCATED/s", 12}, {"BLOCKS", 9}, {"TREND", 8}};
#define S_COUNT (sizeof(s_columns) / sizeof(s_columns[0]))

static size_t s_shown(size_t width, size_t *name_width) {
    size_t count = S_COUNT, used;
    for (;; count--) {
        used = 0;
        for (size_t i = 0; i < count; i++)
            used += s_columns[i].width + 1;
        if (width == 0 || count <= 1 || used + S_NAME_LEAST <= width)
            break;
    }
    *name_width = width == 0 ? S_NAME_WIDE : width > used ? width - used : 1;
    return count;
}

char *ms_top_line_fit(const char *text, size_t width) {
    char *cut = ms_text_cut(text, width, false);
    size_t shown = ms_text_width(cut);
    char *line = ms_cli_format("%s%*s", cut, (int)(shown < width ? width - shown : 0), "");
    free(cut);
    return line;
}

/* Appends TEXT, which it takes, to LINE, right-aligned. */
static char *s_append(char *line, char *text, size_t width) {
    size_t shown = ms_text_width(text);
    char *longer =
        ms_cli_format("%s %*s%s", line, (int)(shown < width ? width - shown : 0), "", text);
    free(text);
    free(line);
    return longer;
}

/* What it was at the last refreshes, as high as its highest. */
static char *s_trend(const struct ms_top_row *row, size_t width) {
    static const char *const s_blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const s_ascii[] = {"_", ".", ",", "-", "=", "+", "*", "#"};
    const char *const *levels = ms_terminal_get()->utf8 ? s_blocks : s_ascii;
    size_t first = row->trend_count > width ? row->trend_count - width : 0;
    uint64_t most = 1;
    char *text = ms_cli_copy("");
    for (size_t i = first; i < row->trend_count; i++)
        most = row->trend[i] > most ? row->trend[i] : most;
    for (size_t i = first; i < row->trend_count; i++) {
        size_t level = (size_t)((double)row->trend[i] / (double)most * 7 + 0.5);
        char *longer = ms_cli_format("%s%s", text, levels[level < 8 ? level : 7]);
        free(text);
        text = longer;
    }
    return text;
}

static char *s_speed(double bytes, bool with_sign) {
    if (isnan(bytes))
        return ms_cli_copy("-");
    double limited = fmin(fmax(bytes, -9e18), 9e18);
    return with_sign ? ms_text_change((int64_t)limited, true)
                     : ms_text_bytes(limited > 0 ? (uint64_t)limited : 0);
}

char *ms_top_line_titles(enum ms_top_view view, size_t width) {
    static const char *const s_names[] = {"TYPE", "VARIABLE  TYPE", "PLACE FUNCTION  VARIABLE",
                                          "TID NAME"};
    size_t name_width, count = s_shown(width, &name_width);
    char *line = ms_top_line_fit(s_names[view], name_width);
    for (size_t i = 0; i < count; i++)
        line = s_append(line, ms_cli_copy(s_columns[i].title), s_columns[i].width);
    return line;
}

char *ms_top_line_row(const struct ms_top_row *row, size_t width) {
    size_t name_width, count = s_shown(width, &name_width);
    char *cells[S_COUNT] = {ms_text_bytes(row->live_bytes), s_speed(row->change, true),
                            s_speed(row->rate, false), ms_text_count(row->live_count),
                            s_trend(row, s_columns[4].width)};
    char *line = ms_top_line_fit(row->name, name_width);
    for (size_t i = 0; i < S_COUNT; i++) {
        if (i < count)
            line = s_append(line, cells[i], s_columns[i].width);
        else
            free(cells[i]);
    }
    return line;
}

char *ms_top_line_process(const struct memscope_report *report) {
    return ms_view_describe_process(report);
}

char *ms_top_line_heap(const struct memscope_report *report) {
    const struct memscope_summary *summary = &report->summary;
    const struct memscope_system_snapshot *last =
        report->system_snapshot_count != 0
            ? &report->system_snapshots[report->system_snapshot_count - 1]
            : NULL;
    char *live = ms_text_bytes(summary->current_memory_bytes);
    char *peak = ms_text_bytes(summary->peak_memory_bytes);
    char *blocks = ms_text_count(summary->active_allocations);
    char *rss = ms_text_bytes(last != NULL ? last->process_rss_bytes : MEMSCOPE_UNKNOWN);
    char *cpu = ms_text_percent(last != NULL ? last->process_cpu_percent : NAN);
    char *text = ms_cli_format("heap %s in %s blocks, peak %s; resident %s, cpu %s", live, blocks,
                               peak, rss, cpu);
    free(cpu);
    free(rss);
    free(blocks);
    free(peak);
    free(live);
    return text;
}
