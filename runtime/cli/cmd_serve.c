/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/journals.h"
#include "cli/lost_pages.h"
#include "cli/shared_symbols.h"
#include "cli/source.h"
#include "cli/text.h"
#include "model/utf8.h"
#include "serve/server.h"

#define S_DEFAULT_LISTEN "127.0.0.1:7430"
#define S_TOKEN_LEAST    16u
#define S_TOKEN_MOST     512u

/* What is served: one journal or export, or a directory of journals. */
struct s_served {
    char *path;
    bool is_directory;
    struct ms_shared_symbols *symbols;
    struct ms_journals journals;
    struct ms_serve_process *processes; /* of them */
};

/* ---- what there is ---- */

static void s_forget(struct s_served *served) {
    for (size_t i = 0; i < served->journals.count; i++) {
        free((char *)(uintptr_t)served->processes[i].program);
        free((char *)(uintptr_t)served->processes[i].ending);
    }
    free(served->processes);
    served->processes = NULL;
    ms_journals_fini(&served->journals);
}

/* Whether it is ours to show: a journal of another user is read by root alone. */
static bool s_is_own(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && (info.st_uid == geteuid() || geteuid() == 0);
}

/* An export has no journal's header: its report says what it is of. */
static bool s_read_export(const char *path, struct ms_journal_entry *entry) {
    struct ms_source source;
    struct stat info;
    if (stat(path, &info) != 0 || !ms_source_open(&source, path, 0))
        return false;
    const struct memscope_process *process = &source.report->process;
    const char *slash = process->executable != NULL ? strrchr(process->executable, '/') : NULL;
    *entry = (struct ms_journal_entry){
        .path = ms_cli_copy(path),
        .program = ms_cli_copy(slash != NULL                 ? slash + 1
                               : process->executable != NULL ? process->executable
                                                             : "?"),
        .pid = (uint32_t)process->pid,
        .start_time_ns = process->start_time,
        .peak_bytes = source.report->summary.peak_memory_bytes,
        .file_bytes = (uint64_t)info.st_size,
    };
    ms_source_close(&source);
    return true;
}

static void s_read_one(struct s_served *served) {
    struct ms_journal_entry *entry = ms_cli_alloc(sizeof(*entry));
    served->journals = (struct ms_journals){.entries = entry};
    if (s_is_own(served->path) &&
        (ms_journals_read_entry(served->path, entry) || s_read_export(served->path, entry)))
        served->journals.count = 1;
}

static void s_leave_out_foreign(struct ms_journals *journals) {
    size_t kept = 0;
    for (size_t i = 0; i < journals->count; i++) {
        if (s_is_own(journals->entries[i].path))
            journals->entries[kept++] = journals->entries[i];
        else
            ms_journals_fini_entry(&journals->entries[i]);
    }
    journals->count = kept;
}

/* A name out of a journal, which may be any bytes, for JSON and pages. */
static char *s_name(const char *text) {
    char *name = ms_text_clean(text), *rest = name;
    size_t left = strlen(name), valid;
    for (; (valid = ms_utf8_valid(rest, left)) != left; left -= valid + 1) {
        rest += valid;
        *rest++ = '?';
    }
    return name;
}

static size_t s_list(void *context, const struct ms_serve_process **processes) {
    struct s_served *served = context;
    s_forget(served);
    if (!served->is_directory)
        s_read_one(served);
    else if (ms_journals_read_in(&served->journals, served->path))
        s_leave_out_foreign(&served->journals);
    size_t count = served->journals.count;
    served->processes = ms_cli_alloc((count + 1) * sizeof(*served->processes));
    for (size_t i = 0; i < count; i++) {
        const struct ms_journal_entry *entry = &served->journals.entries[i];
        served->processes[i] = (struct ms_serve_process){
            .pid = entry->pid,
            .start_time = entry->start_time_ns,
            .program = s_name(entry->program),
            .running = ms_journals_running(entry),
            .ending = ms_journals_ending(entry),
            .peak_memory_bytes = entry->peak_bytes,
            .journal_bytes = entry->file_bytes,
            .searched_time = entry->search_time_ns,
        };
    }
    *processes = served->processes;
    return count;
}

static const struct memscope_report *s_open(void *context, size_t at, bool lasting, void **handle,
                                            enum ms_status *status) {
    struct s_served *served = context;
    *status = MS_NO_MEMORY;
    if (!ms_cli_keep_spare())
        return NULL;
    struct ms_source *source = ms_cli_alloc(sizeof(*source));
    if (at >= served->journals.count ||
        !ms_source_open_shared(source, served->journals.entries[at].path, 0,
                               lasting ? NULL : served->symbols)) {
        *status = source->failure;
        free(source);
        return NULL;
    }
    *status = MS_OK;
    ms_source_choose_events(source, false);
    *handle = source;
    return source->report;
}

static void s_close(void *context, void *handle) {
    (void)context;
    ms_source_close(handle);
    free(handle);
}

/* ---- the command ---- */

static int s_fail_token(const char *path, const char *why) {
    return ms_cli_fail("serve: --token-file %s: %s", path, why);
}

/* The first line of PATH through TOKEN, for the caller to free. */
static int s_read_token(const char *path, char **token) {
    char text[S_TOKEN_MOST + 2];
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        return s_fail_token(path, strerror(errno));
    ssize_t size = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (size < 0)
        return s_fail_token(path, strerror(errno));
    if ((info.st_mode & 077) != 0)
        return s_fail_token(path, "others may read it; chmod 600 it");
    text[size] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    if (strlen(text) < S_TOKEN_LEAST || strlen(text) > S_TOKEN_MOST)
        return s_fail_token(path, "its first line is the token, of 16 to 512 bytes");
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~')
            return s_fail_token(path, "a token has no blanks, and nothing that is not ASCII");
    }
    *token = ms_cli_copy(text);
    return MS_CLI_DONE;
}

static void s_say_where(const struct ms_listen *listen) {
    bool v6 = strchr(listen->address, ':') != NULL;
    if (listen->path != NULL)
        printf("unix:%s\n", listen->path);
    else
        printf("http://%s%s%s:%u/\n", v6 ? "[" : "", listen->address, v6 ? "]" : "",
               (unsigned)listen->port);
    fflush(stdout);
}

/* One line if there is nothing to read. The names of a large program take a while: no report is
 * made of a journal before somebody asks. */
static bool s_check(const char *path) {
    struct ms_journal_entry entry;
    struct ms_source source;
    if (ms_journals_read_entry(path, &entry)) {
        ms_journals_fini_entry(&entry);
        return true;
    }
    if (!ms_source_open(&source, path, 0))
        return false;
    ms_source_close(&source);
    return true;
}

/* Left out, it is the journal directory. */
static bool s_find(const char *file, struct s_served *served) {
    struct stat info;
    *served = (struct s_served){.is_directory = true};
    if (file != NULL && stat(file, &info) == 0 && S_ISDIR(info.st_mode)) {
        served->path = ms_cli_copy(file);
    } else if (file != NULL) {
        served->is_directory = false;
        served->path = ms_source_find(file);
        if (served->path == NULL || !s_check(served->path))
            return false;
        if (s_is_own(served->path))
            return true;
        ms_cli_fail("serve: %s belongs to another user", served->path);
        return false;
    }
    if (!ms_journals_read_in(&served->journals, served->path))
        return false;
    ms_journals_fini(&served->journals);
    return true;
}

/* What is asked of it may be a report that is larger than the machine: that one is refused, and
 * nothing is ended for want of memory, neither serve nor what it watches. */
static void s_limit_memory(void) {
    struct rlimit limit;
    long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || page_bytes <= 0 || getrlimit(RLIMIT_DATA, &limit) != 0)
        return;
    rlim_t half = (rlim_t)pages / 2 * (rlim_t)page_bytes;
    if (half < limit.rlim_cur) {
        limit.rlim_cur = half;
        setrlimit(RLIMIT_DATA, &limit);
    }
}

static int s_serve(struct s_served *served, const char *address, const char *token) {
    struct ms_listen listen;
    char why[MS_LISTEN_WHY_BYTES];
    const struct ms_serve_source source = {served, !served->is_directory, s_list, s_open, s_close};
    if (!ms_listen_open(&listen, address, token != NULL, why))
        return ms_cli_fail("serve: --listen %s: %s", address, why);
    s_limit_memory();
    ms_cli_keep_spare();
    ms_lost_pages_read_as_zeros();
    ms_cli_begin_output();
    ms_server_hold_ends();
    s_say_where(&listen);
    served->symbols = ms_shared_symbols_new();
    enum ms_status status = ms_server_run(&source, &listen, token);
    ms_shared_symbols_destroy(served->symbols);
    ms_listen_close(&listen);
    if (status != MS_OK)
        return ms_cli_fail("serve: the server has failed: %s", ms_status_message(status));
    return ms_cli_end_output(MS_CLI_DONE);
}

static const struct option s_options[] = {
    {"listen", required_argument, NULL, 'l'},
    {"token-file", required_argument, NULL, 't'},
    MS_SOURCE_OPTIONS,
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int s_run(int argc, char **argv) {
    const char *file, *address = S_DEFAULT_LISTEN, *token_file = NULL;
    char *token = NULL;
    struct s_served served = {0};
    int option, status = MS_CLI_USAGE;
    while ((option = ms_cli_option(&ms_command_serve, argc, argv, ":l:h", s_options)) != -1) {
        if (option == 'h')
            return ms_cli_help(&ms_command_serve);
        if (option == 'l')
            address = optarg;
        else if (option == 't')
            token_file = optarg;
        else if (!ms_source_take_option(option, optarg))
            return MS_CLI_USAGE;
    }
    if (!ms_source_argument("serve", argc, argv, &file) ||
        (token_file != NULL && s_read_token(token_file, &token) != MS_CLI_DONE))
        return MS_CLI_USAGE;
    if (s_find(file, &served))
        status = s_serve(&served, address, token);
    s_forget(&served);
    free(served.path);
    free(token);
    return status;
}

const struct ms_command ms_command_serve = {
    .name = "serve",
    .arguments = "[--listen ADDRESS] [PID|FILE|DIR]",
    .summary = "serve the report of a running program, metrics and profiles over HTTP",
    .help =
        "Serves the report of one process, or of all journals in DIR (left out: the journal\n"
        "directory), until it is interrupted. Prints its address. The processes are not\n"
        "touched: each answer is made of their journals.\n\n"
        "  /                     the page of `memscope report`, which follows the process\n"
        "  /api/v1/report        the report as JSON, or msgpack where that is accepted\n"
        "  /api/v1/processes     the processes there are\n"
        "  /api/v1/targets       those that run, for collectors that discover by HTTP\n"
        "  /api/v1/events        tells when one of them has something new (server-sent events)\n"
        "  /debug/pprof/heap     a heap profile for `go tool pprof`, Parca, Pyroscope\n"
        "  /debug/pprof/allocs   the same, which shows first what was allocated\n"
        "  /metrics              for Prometheus: of one process, or of all that run\n"
        "  /healthz              says ok\n\n"
        "?process=PID picks one of several, ?seconds=N a profile of the difference that N\n"
        "seconds make.\n\n"
        "  --listen ADDRESS      127.0.0.1:PORT, [::1]:PORT, another numeric address with a\n"
        "                        port, or unix:PATH; port 0 picks one (" S_DEFAULT_LISTEN ")\n"
        "  --token-file FILE     asks for \"Authorization: Bearer TOKEN\" with the first line of\n"
        "                        FILE, and browsers for it as a password; must be given where\n"
        "                        other machines can reach ADDRESS\n\n" MS_SOURCE_HELP,
    .options = s_options,
    .run = s_run,
};
