/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/shared_symbols.h"
#include "cli/source.h"
#include "cli/terminal.h"
#include "cli/top_lines.h"
#include "cli/top_rows.h"
#include "cli/top_screen.h"

#define S_INTERVAL_MS 1000u
#define S_MOST_OFTEN  4u /* at most a quarter of the time is spent on reading */
#define S_ONCE_ROWS   20u

struct s_top {
    const char *path; /* of the journal that was found first: its name may mean another later */
    unsigned interval_ms;
    struct ms_shared_symbols *symbols;
    struct ms_source source;
    struct ms_top_table tables[MS_TOP_VIEW_COUNT];
};

static uint64_t s_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Reads the journal again. False after one line. */
static bool s_read(struct s_top *top) {
    if (top->source.report != NULL)
        ms_source_close(&top->source);
    if (!ms_source_open_shared(&top->source, top->path, 0, top->symbols))
        return false;
    for (int view = 0; view < MS_TOP_VIEW_COUNT; view++) {
        struct ms_top_table table =
            ms_top_table_new(top->source.report, (enum ms_top_view)view, &top->tables[view]);
        ms_top_table_fini(&top->tables[view]);
        top->tables[view] = table;
    }
    return true;
}

static bool s_runs(const struct s_top *top) {
    return top->source.report->process.exit == MEMSCOPE_EXIT_RUNNING;
}

/* ---- one table ---- */

static void s_print_owned(char *line) {
    size_t length = strlen(line);
    while (length != 0 && line[length - 1] == ' ')
        line[--length] = '\0';
    puts(line);
    free(line);
}

static int s_print_once(struct s_top *top, enum ms_top_view view, const char *filter) {
    size_t count, width = ms_terminal_get()->width;
    if (s_runs(top)) { /* speeds are of two moments */
        const struct timespec pause = {top->interval_ms / 1000,
                                       (long)(top->interval_ms % 1000) * 1000000};
        nanosleep(&pause, NULL);
        if (!s_read(top))
            return MS_CLI_USAGE;
    }
    ms_cli_begin_output();
    s_print_owned(ms_top_line_process(top->source.report));
    s_print_owned(ms_top_line_heap(top->source.report));
    s_print_owned(ms_top_line_titles(view, width));
    const struct ms_top_row **rows =
        ms_top_pick(&top->tables[view], MS_TOP_BY_LIVE, filter, &count);
    for (size_t i = 0; i < count && i < S_ONCE_ROWS; i++)
        s_print_owned(ms_top_line_row(rows[i], width));
    free(rows);
    return ms_cli_end_output(MS_CLI_DONE);
}

/* ---- the screen ---- */

static int s_block_signals(void) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigaddset(&ends, SIGQUIT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    return signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* When it is read again; never, when the process has ended. */
static uint64_t s_next(const struct s_top *top, uint64_t began) {
    uint64_t now = s_now_ms(), pause = (now - began) * (S_MOST_OFTEN - 1);
    return !s_runs(top) ? UINT64_MAX : now + (pause > top->interval_ms ? pause : top->interval_ms);
}

static int s_watch(struct s_top *top, struct ms_top_state *state, int signals) {
    struct pollfd waits_for[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                 {.fd = signals, .events = POLLIN}};
    uint64_t next = s_next(top, s_now_ms());
    while (!state->quit) {
        ms_top_screen_draw(state, top->source.report, &top->tables[state->view]);
        uint64_t now = s_now_ms();
        int timeout = next == UINT64_MAX ? 60000 : next > now ? (int)(next - now) : 0;
        int ready = poll(waits_for, 2, timeout);
        if (ready < 0 && errno != EINTR)
            return ms_cli_fail("top: cannot wait for keys: %s", strerror(errno));
        if (ready > 0 && (waits_for[1].revents & POLLIN) != 0)
            return MS_CLI_DONE;
        if (ready > 0 && (waits_for[0].revents & (POLLHUP | POLLERR)) != 0)
            return MS_CLI_DONE; /* the terminal is gone */
        ms_top_screen_keys(state, top->source.report, top->tables);
        if (!state->quit && s_now_ms() >= next) {
            uint64_t began = s_now_ms();
            if (!s_read(top))
                return MS_CLI_USAGE;
            next = s_next(top, began);
        }
    }
    return MS_CLI_DONE;
}

static int s_show(struct s_top *top, enum ms_top_view view, const char *filter) {
    struct ms_top_state state = {.view = view};
    int signals = s_block_signals();
    if (signals < 0)
        return ms_cli_fail("top: %s", strerror(errno));
    snprintf(state.filter, sizeof(state.filter), "%s", filter);
    int status = MS_CLI_USAGE;
    if (ms_top_screen_open()) {
        status = s_watch(top, &state, signals);
        ms_top_screen_close();
        ms_top_stacks_free(state.stacks);
        free(state.stacks_of);
    }
    close(signals);
    return status;
}

/* ---- the command ---- */

static bool s_read_view(const char *text, enum ms_top_view *view) {
    static const char *const s_titles[] = {
#define X(name, title) title,
        MS_TOP_VIEWS(X)
#undef X
    };
    for (int i = 0; i < MS_TOP_VIEW_COUNT; i++) {
        if (strcmp(text, s_titles[i]) == 0) {
            *view = (enum ms_top_view)i;
            return true;
        }
    }
    ms_cli_fail("top: --view takes types, variables, sites or threads, not '%s'", text);
    return false;
}

static bool s_read_interval(const char *text, unsigned *ms) {
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0.1 && seconds <= 3600)) {
        ms_cli_fail("top: --interval takes seconds, 0.1 to 3600, not '%s'", text);
        return false;
    }
    *ms = (unsigned)(seconds * 1000);
    return true;
}

static const struct option s_options[] = {
    {"once", no_argument, NULL, 'o'},
    {"view", required_argument, NULL, 'v'},
    {"filter", required_argument, NULL, 'f'},
    {"interval", required_argument, NULL, 'i'},
    MS_SOURCE_OPTIONS,
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int s_run(int argc, char **argv) {
    struct s_top top = {.interval_ms = S_INTERVAL_MS};
    enum ms_top_view view = MS_TOP_TYPES;
    const char *file, *filter = "";
    bool once = false;
    int option;
    while ((option = ms_cli_option(&ms_command_top, argc, argv, ":h", s_options)) != -1) {
        if (option == 'h')
            return ms_cli_help(&ms_command_top);
        if (option == 'o')
            once = true;
        else if (option == 'f')
            filter = optarg;
        else if (!(option == 'v'   ? s_read_view(optarg, &view)
                   : option == 'i' ? s_read_interval(optarg, &top.interval_ms)
                                   : ms_source_take_option(option, optarg)))
            return MS_CLI_USAGE;
    }
    if (!ms_source_argument("top", argc, argv, &file))
        return MS_CLI_USAGE;
    char *path = ms_source_find(file);
    if (path == NULL)
        return MS_CLI_USAGE;
    top.path = path;
    top.symbols = ms_shared_symbols_new();
    int status = MS_CLI_USAGE;
    if (s_read(&top))
        status = once ? s_print_once(&top, view, filter) : s_show(&top, view, filter);
    for (int i = 0; i < MS_TOP_VIEW_COUNT; i++)
        ms_top_table_fini(&top.tables[i]);
    if (top.source.report != NULL)
        ms_source_close(&top.source);
    ms_shared_symbols_destroy(top.symbols);
    free(path);
    return status;
}

const struct ms_command ms_command_top = {
    .name = "top",
    .arguments = "[OPTIONS] [PID|FILE]",
    .summary = "watch a running program: types, variables, places, threads",
    .help =
        "Shows what is live in a running program, how fast it changes and what is allocated, once\n"
        "a second. The program is not touched: its journal is read.\n\n"
        "  1 2 3 4, Tab  types, variables, places, threads\n"
        "  s             sort by live bytes, their change, what is allocated, the name\n"
        "  /             show rows with a text, or that match a pattern with * ? [\n"
        "  Enter         the stacks of the live blocks of the row\n"
        "  q             quit\n\n"
        "  --once              print one table and end\n"
        "  --view VIEW         types (the default), variables, sites or threads\n"
        "  --filter TEXT       show rows with TEXT, as with /\n"
        "  --interval SECONDS  from one reading to the next (default: 1)\n\n" MS_SOURCE_HELP,
    .options = s_options,
    .run = s_run,
};
