/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/journal_dir.h"
#include "base/options.h"
#include "cli/cli.h"
#include "cli/gpu_feed.h"
#include "cli/journal_end.h"
#include "cli/journals.h"
#include "cli/process.h"
#include "cli/tree.h"
#include "store/layout.h"

#define S_NOT_FOUND      127 /* as shells say it */
#define S_NOT_EXECUTABLE 126

struct s_request {
    char *options; /* of our own flags, as MEMSCOPE_OPTIONS has them */
    bool quiet;
};

static void s_add_option(struct s_request *request, const char *key, const char *value) {
    char *escaped = ms_cli_alloc(strlen(value) * 2 + 1), *out = escaped;
    for (const char *p = value; *p != '\0'; p++) {
        if (*p == ':' || *p == '\\')
            *out++ = '\\';
        *out++ = *p;
    }
    char *longer = ms_cli_format("%s%s%s=%s", request->options,
                                 request->options[0] != '\0' ? ":" : "", key, escaped);
    free(escaped);
    free(request->options);
    request->options = longer;
}

static void s_complain(void *failed, const char *line) {
    ms_cli_fail("run: %s", line);
    *(bool *)failed = true;
}

static void s_ignore(void *data, const char *line) {
    (void)data;
    (void)line;
}

/* A relative name would mean another place to a child that changes its directory. */
static char *s_absolute(const char *path) {
    if (path[0] == '/')
        return ms_cli_copy(path);
    char *here = getcwd(NULL, 0);
    char *full = ms_cli_format("%s/", here != NULL ? here : ".");
    /* A percent sign in the directory's name is none of the pattern's. */
    size_t length = 0;
    char *pattern = ms_cli_alloc(strlen(full) * 2 + strlen(path) + 1);
    for (const char *p = full; *p != '\0'; p++) {
        if (*p == '%')
            pattern[length++] = '%';
        pattern[length++] = *p;
    }
    strcpy(pattern + length, path);
    free(full);
    free(here);
    return pattern;
}

/* The runtime replaces what is in the way of its journal: nothing but a journal may be. */
static bool s_may_replace(const char *path) {
    char magic[sizeof(MS_JOURNAL_MAGIC) - 1];
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return true;
    bool may = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
               (info.st_size == 0 || (read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic) &&
                                      memcmp(magic, MS_JOURNAL_MAGIC, sizeof(magic)) == 0));
    close(fd);
    return may;
}

static const struct option s_options[] = {
    {"preset", required_argument, NULL, 'p'},
    {"sample-rate", required_argument, NULL, 'r'},
    {"sample-bytes", required_argument, NULL, 'b'},
    {"stack-depth", required_argument, NULL, 'd'},
    {"output", required_argument, NULL, 'o'},
    {"start", required_argument, NULL, 's'},
    {"leaks", no_argument, NULL, 'l'},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int s_read_flags(int argc, char **argv, struct s_request *request) {
    int option;
    while ((option = ms_cli_option(&ms_command_run, argc, argv, "+:o:qh", s_options)) != -1) {
        switch (option) {
        case 'p':
            s_add_option(request, "preset", optarg);
            break;
        case 'r': /* bytes between samples, which the environment may have set, would win */
            s_add_option(request, "sample_bytes", "0");
            s_add_option(request, "sample_rate", optarg);
            break;
        case 'b':
            s_add_option(request, "sample_bytes", optarg);
            break;
        case 'd':
            s_add_option(request, "max_stack_depth", optarg);
            s_add_option(request, "stack", strcmp(optarg, "0") == 0 ? "0" : "1");
            break;
        case 's':
            s_add_option(request, "start", optarg);
            break;
        case 'l':
            s_add_option(request, "leaks", "1");
            break;
        case 'o': {
            char *pattern = s_absolute(optarg);
            bool free_to_use = s_may_replace(pattern);
            if (free_to_use)
                s_add_option(request, "out", pattern);
            free(pattern);
            if (!free_to_use)
                return ms_cli_fail("run: %s is there and is not a journal; name another file or "
                                   "remove it",
                                   optarg);
            break;
        }
        case 'q':
            request->quiet = true;
            break;
        case 'h':
            exit(ms_cli_help(&ms_command_run));
        default:
            return MS_CLI_USAGE;
        }
    }
    struct ms_options checked;
    bool failed = false;
    ms_options_init(&checked);
    ms_options_parse(&checked, request->options, s_complain, &failed);
    if (failed)
        return MS_CLI_USAGE;
    if (optind == argc)
        return ms_cli_fail("run: no program given; write `memscope run -- PROGRAM ARGUMENTS`");
    return MS_CLI_DONE;
}

/* MEMSCOPE_OPTIONS and LD_PRELOAD of the program; EFFECTIVE is what its runtime will make of it. */
/* AddressSanitizer ends a program in which a library comes before it, unless told not to look; its
 * malloc is then the one behind ours. Children may have it where PROGRAM does not. What the user
 * has set stands behind and wins. */
static bool s_allow_before_sanitizer(void) {
    const char *own = getenv("ASAN_OPTIONS");
    bool set = own != NULL && own[0] != '\0';
    char *options = ms_cli_format("verify_asan_link_order=0%s%s", set ? ":" : "", set ? own : "");
    bool done = setenv("ASAN_OPTIONS", options, 1) == 0;
    free(options);
    return done;
}

static int s_set_environment(const struct s_request *request, struct ms_options *effective) {
    const char *own = getenv("MEMSCOPE_OPTIONS"), *others = getenv("LD_PRELOAD");
    char *library = ms_tree_path(MS_TREE_SHARED);
    if (access(library, R_OK) != 0)
        return ms_cli_fail("the runtime %s cannot be read: %s", library, strerror(errno));
    if (strpbrk(library, ": \t") != NULL)
        return ms_cli_fail("the runtime cannot be preloaded from %s: blanks and colons part the "
                           "words of LD_PRELOAD; move memscope elsewhere",
                           library);
    bool both = own != NULL && own[0] != '\0' && request->options[0] != '\0';
    char *options =
        ms_cli_format("%s%s%s", own != NULL ? own : "", both ? ":" : "", request->options);
    char *preload = ms_cli_format("%s%s%s", library, others != NULL && others[0] ? ":" : "",
                                  others != NULL ? others : "");
    ms_options_init(effective);
    ms_options_parse(effective, options, s_ignore, NULL);
    if (setenv("MEMSCOPE_OPTIONS", options, 1) != 0 || setenv("LD_PRELOAD", preload, 1) != 0 ||
        !s_allow_before_sanitizer())
        return ms_cli_fail("out of memory");
    free(preload);
    free(options);
    free(library);
    return MS_CLI_DONE;
}

/* The pattern of the journal's absolute path, NULL when there is no directory for it. */
static char *s_journal_pattern(const struct ms_options *options) {
    char directory[2048], *escaped, *out;
    if (options->out[0] != '\0')
        return s_absolute(options->out);
    if (!ms_journal_dir_path(directory, sizeof(directory), getuid()))
        return NULL;
    escaped = out = ms_cli_alloc(sizeof(directory) * 2);
    for (const char *p = directory; *p != '\0'; p++) {
        if (*p == '%')
            *out++ = '%';
        *out++ = *p;
    }
    char *name = ms_cli_format("%s/%s", escaped, MS_JOURNAL_DIR_PATTERN);
    char *pattern = name[0] == '/' ? ms_cli_copy(name) : NULL;
    if (pattern == NULL) {
        char *here = getcwd(NULL, 0);
        pattern = ms_cli_format("%s/%s", here != NULL ? here : ".", name);
        free(here);
    }
    free(name);
    free(escaped);
    return pattern;
}

static void s_say_no_journal(const char *program) {
    char *path = ms_process_find(program);
    const char *obstacle = path != NULL ? ms_process_obstacle(path) : NULL;
    ms_cli_note("no journal of '%s' has been written%s%s", program, obstacle != NULL ? ": " : "",
                obstacle != NULL ? obstacle : "");
    free(path);
}

static void s_prune(void) {
    struct ms_journals journals;
    if (ms_journals_read(&journals)) {
        ms_journals_prune(&journals);
        ms_journals_fini(&journals);
    }
}

static int s_run_program(char *const *arguments, const struct s_request *request,
                         const struct ms_options *options) {
    struct ms_process_end end;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t started = (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
    if (options->monitor && options->preset != MS_PRESET_OFF)
        ms_gpu_feed_start();
    int error = ms_process_run(arguments, &end);
    if (error != 0) {
        ms_cli_fail("cannot run '%s': %s", arguments[0], strerror(error));
        return error == ENOENT ? S_NOT_FOUND : S_NOT_EXECUTABLE;
    }
    char *pattern = s_journal_pattern(options);
    char *journal = pattern != NULL ? ms_journal_end_write(pattern, &end, started) : NULL;
    if (journal != NULL && !request->quiet)
        ms_cli_note("journal %s", journal);
    else if (journal == NULL && options->preset != MS_PRESET_OFF)
        s_say_no_journal(arguments[0]);
    if (journal != NULL && options->out[0] == '\0')
        s_prune();
    free(journal);
    free(pattern);
    return end.signalled ? 128 + end.code : end.code;
}

static int s_run(int argc, char **argv) {
    struct s_request request = {.options = ms_cli_copy("")};
    struct ms_options options;
    int status = s_read_flags(argc, argv, &request);
    if (status == MS_CLI_DONE)
        status = s_set_environment(&request, &options);
    if (status == MS_CLI_DONE)
        status = s_run_program(argv + optind, &request, &options);
    free(request.options);
    return status;
}

const struct ms_command ms_command_run = {
    .name = "run",
    .arguments = "[OPTIONS] -- PROGRAM ARGUMENTS...",
    .summary = "run a program and measure it",
    .help =
        "Runs PROGRAM with the runtime loaded into it, whether or not it was built with memscope,\n"
        "and says on standard error where its journal is. The exit status is PROGRAM's: 128 and\n"
        "the signal's number when a signal ended it, 127 when there is no such program, 126 when\n"
        "it cannot be executed.\n\n"
        "  --preset NAME       full, demo, high_performance or off\n"
        "  --sample-rate R     share of the blocks that are recorded, 0 to 1; the totals are of "
        "all\n"
        "  --sample-bytes N    mean bytes from one recorded block to the next; K, M, G are units\n"
        "  --stack-depth N     frames kept of a call stack; 0: no stacks\n"
        "  -o, --output FILE   the journal; %e in it is the program, %p the pid, %h the host, %%\n"
        "                      a percent sign\n"
        "  --start=0           record nothing before `memscope resume` or memscope_resume()\n"
        "  --leaks             look at the end which blocks the program can still reach, for\n"
        "                      `memscope leaks`\n"
        "  -q, --quiet         do not say where the journal is\n\n"
        "The flags win over the same options in $MEMSCOPE_OPTIONS; see `memscope help options`.\n",
    .options = s_options,
    .run = s_run,
};
