/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/control.h"
#include "cli/leak_rows.h"
#include "cli/source.h"
#include "cli/suppressions.h"
#include "cli/text.h"
#include "cli/view.h"

static struct {
    enum ms_leak_group group;
    bool with_reachable;
    bool scan;
    struct ms_suppressions suppressions;
    struct ms_leak_rows rows;
} s_leaks;

enum { S_BY = MS_VIEW_OWN_OPTION, S_REACHABLE, S_SCAN, S_SUPPRESSIONS };

#define S_PATIENCE_S 35 /* a search takes 30 at most */

static const struct option s_options[] = {
    {"by", required_argument, NULL, S_BY},
    {"reachable", no_argument, NULL, S_REACHABLE},
    {"scan", no_argument, NULL, S_SCAN},
    {"suppressions", required_argument, NULL, S_SUPPRESSIONS},
    {NULL, 0, NULL, 0},
};

static int s_take_group(const char *name) {
    static const char *const s_names[] = {
#define X(name, spelling) spelling,
        MS_LEAK_GROUPS(X)
#undef X
    };
    for (unsigned i = 0; i < MS_LEAK_GROUP_COUNT; i++) {
        if (strcmp(name, s_names[i]) == 0) {
            s_leaks.group = (enum ms_leak_group)i;
            return MS_CLI_DONE;
        }
    }
    return ms_cli_fail("leaks: cannot group by '%s'; it is all, variable, type, site or stack",
                       name);
}

static int s_take(int option, const char *argument) {
    if (option == S_BY)
        return s_take_group(argument);
    if (option == S_SUPPRESSIONS)
        return ms_suppressions_read(&s_leaks.suppressions, argument) ? MS_CLI_DONE : MS_CLI_USAGE;
    s_leaks.with_reachable |= option == S_REACHABLE;
    s_leaks.scan |= option == S_SCAN;
    return MS_CLI_DONE;
}

static int s_before(const char *file) {
    if (!s_leaks.scan)
        return MS_CLI_DONE;
    return ms_control_reach(file, &(struct ms_control_wish){.name = "leaks",
                                                            .command = MS_CONTROL_SCAN,
                                                            .patience_s = S_PATIENCE_S});
}

static int s_prepare(struct memscope_report *report) {
    ms_leak_rows_init(&s_leaks.rows, report, s_leaks.group, s_leaks.with_reachable,
                      &s_leaks.suppressions);
    report->leaks = s_leaks.rows.all;
    report->leak_count = s_leaks.rows.count;
    return MS_CLI_DONE;
}

static void s_say(const struct ms_leak_sum *sum, const char *what) {
    if (sum->count == 0)
        return;
    char *count = ms_text_count(sum->count), *bytes = ms_text_bytes(sum->bytes);
    printf("  %s block%s, %s: %s\n", count, sum->count == 1 ? "" : "s", bytes, what);
    free(bytes);
    free(count);
}

static const char *s_unknown(const struct memscope_report *report) {
    switch (report->process.exit) {
    case MEMSCOPE_EXIT_KILLED:
    case MEMSCOPE_EXIT_SIGNALLED:
        return "in use when the process was killed; whether they leak cannot be known";
    case MEMSCOPE_EXIT_EXITED:
    case MEMSCOPE_EXIT_RUNNING:
        break;
    }
    return "not freed; `memscope run --leaks` looks at which of them the program can still reach";
}

static void s_explain(const struct memscope_report *report) {
    const struct ms_leak_rows *rows = &s_leaks.rows;
    s_say(&rows->unreachable, "unreachable, no pointer to them is left");
    s_say(&rows->indirect, "indirect, only unreachable blocks point to them");
    s_say(&rows->unknown, s_unknown(report));
    s_say(&rows->of_libc, "of these the C library's own, which come last");
    s_say(&rows->reachable,
          s_leaks.with_reachable ? "reachable" : "reachable, so no leaks; --reachable shows them");
    if (report->process.exit == MEMSCOPE_EXIT_RUNNING && report->leak_count == 0 &&
        rows->reachable.count == 0 && !s_leaks.scan)
        printf("  the program still runs, and nobody has looked; --scan has it look now\n");
    for (size_t i = 0; i < s_leaks.suppressions.count; i++) {
        const struct ms_suppression *known = &s_leaks.suppressions.all[i];
        struct ms_leak_sum sum = {known->count, known->bytes};
        char *pattern = ms_text_clean(known->pattern);
        char *what = ms_cli_format("suppressed by leak:%s", pattern);
        s_say(&sum, what);
        free(what);
        free(pattern);
    }
}

static const struct ms_view_column s_columns[] = {
    {"reachability", "", MS_VIEW_KNOWN, 2},
    {"var_name", "VARIABLE", MS_VIEW_NAME, 4},
    {"type_name", "TYPE", MS_VIEW_TYPE, 0},
    {"bytes", "BYTES", MS_VIEW_BYTES, 0},
    {"error_percent", "±", MS_VIEW_ERROR, 6},
    {"bytes", "SHARE", MS_VIEW_SHARE, 3},
    {"bytes", "", MS_VIEW_BAR, 1},
    {"count", "BLOCKS", MS_VIEW_COUNT, 5},
    {"first_seen_ns", "FIRST SEEN", MS_VIEW_TIME, 2},
    {"function", "FUNCTION", MS_VIEW_NAME, 6},
    {"location", "PLACE", MS_VIEW_PLACE, 0},
    {"last_seen", "LAST SEEN", MS_VIEW_SEEN, 7},
};

static const struct ms_view_column s_growing_columns[] = {
    {"var_name", "VARIABLE", MS_VIEW_NAME, 4},
    {"type_name", "TYPE", MS_VIEW_TYPE, 0},
    {"start_bytes", "FROM", MS_VIEW_BYTES, 0},
    {"end_bytes", "TO", MS_VIEW_BYTES, 0},
    {"start_ns", "SINCE", MS_VIEW_TIME, 2},
    {"end_ns", "UNTIL", MS_VIEW_TIME, 2},
    {"by", "BY", MS_VIEW_NAME, 5},
    {"function", "FUNCTION", MS_VIEW_NAME, 6},
    {"location", "PLACE", MS_VIEW_PLACE, 0},
};

const struct ms_view ms_view_growing = {
    .section = "growing",
    .sort = NULL,
    .columns = s_growing_columns,
    .column_count = sizeof(s_growing_columns) / sizeof(s_growing_columns[0]),
    .empty = "nothing has grown all the time",
    .title =
        "Growing all the time: the least that these places kept was more in each eighth of it, or\n"
        "from each mark to the next, than in the one before",
};

const struct ms_view ms_view_leaks = {
    .section = "leaks",
    .sort = NULL,
    .columns = s_columns,
    .column_count = sizeof(s_columns) / sizeof(s_columns[0]),
    .empty = "no leaks",
    .empty_running = "no leaks are known",
    .can_fail = true,
    .options = s_options,
    .take = s_take,
    .before = s_before,
    .prepare = s_prepare,
    .explain = s_explain,
    .behind = &ms_view_growing,
};

static int s_run(int argc, char **argv) {
    int status = ms_view_run(&ms_command_leaks, &ms_view_leaks, argc, argv);
    ms_leak_rows_fini(&s_leaks.rows);
    ms_suppressions_fini(&s_leaks.suppressions);
    return status;
}

const struct ms_command ms_command_leaks = {
    .name = "leaks",
    .arguments = "[OPTIONS] [FILE]",
    .summary = "blocks that were never freed",
    .help =
        "The blocks that were live when the program had ended, by place, variable and stack. Of a\n"
        "program that was run with --leaks, those that it could not reach any more; of others, "
        "all.\n"
        "LAST SEEN is where the last annotated variable that held them was overwritten or went\n"
        "out of scope.\n\n"
        "  --reachable    also blocks that the program could still reach\n"
        "  --scan         have the program, which runs, look now what it can reach; it stands "
        "still\n"
        "                 meanwhile\n"
        "  --by GROUP     put together by variable, type, site (function and line) or stack\n"
        "  --suppressions FILE\n"
        "                 leave out what is known: leak:PATTERN lines, as LeakSanitizer has them\n"
        "  --fail         exit with 1 when a leak is shown\n" MS_VIEW_HELP,
    .view = &ms_view_leaks,
    .run = s_run,
};
