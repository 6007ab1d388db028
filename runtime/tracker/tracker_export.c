/* SPDX-License-Identifier: MIT */
/*
 * The report of the running process into a file, by `memscope export` on its journal: the libraries
 * that write reports and read DWARF are in that program and not in this process.
 *
 * The program must not notice the child: no SIGCHLD, and nothing for its own wait() to find. So
 * there are two: one that the kernel tells nobody of (its exit signal is 0), in our memory while
 * the caller waits as in vfork, and the tool as its child.
 */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomics.h"
#include "hot/lifecycle.h"
#include "platform/os.h"
#include "store/store.h"
#include "tracker/tracker.h"

#define EXPORT      __attribute__((visibility("default")))
#define STACK_BYTES ((size_t)65536)
#define PATH_SIZE   4096u
#define ENVIRONMENT 4096u /* variables that the tool gets at most */

extern char **environ;

struct s_job {
    const char *tool; /* a path; "": it is looked for in $PATH */
    char *const *arguments;
    char **environment;
    int error;              /* of starting it, 0: it ran */
    int status;             /* as wait has it */
    char path[PATH_SIZE];   /* of the tool */
    char output[PATH_SIZE]; /* argument */
    char *variables[ENVIRONMENT + 1];
};

/* PREFIX/lib/libmemscope.so: PREFIX/bin/memscope. Where we are part of a static program: "". */
static void s_find_tool(char *path) {
    Dl_info info;
    path[0] = 0;
    if (dladdr((void *)(uintptr_t)&memscope_export, &info) == 0 || info.dli_fname == NULL)
        return;
    const char *slash = strrchr(info.dli_fname, '/');
    size_t length = slash != NULL ? (size_t)(slash - info.dli_fname) : 0;
    static const char s_rest[] = "/../bin/memscope";
    if (length == 0 || length + sizeof(s_rest) > PATH_SIZE)
        return;
    memcpy(path, info.dli_fname, length);
    memcpy(path + length, s_rest, sizeof(s_rest));
    if (access(path, X_OK) != 0)
        path[0] = 0;
}

/* The tool is not measured, and is no program that memscope was preloaded into. */
static void s_fill_environment(char **variables) {
    static char s_off[] = "MEMSCOPE_OPTIONS=preset=off";
    size_t count = 0;
    variables[count++] = s_off;
    for (char **at = environ; at != NULL && *at != NULL && count < ENVIRONMENT; at++)
        if (strncmp(*at, "MEMSCOPE_OPTIONS=", 17) != 0 && strncmp(*at, "LD_PRELOAD=", 11) != 0)
            variables[count++] = *at;
    variables[count] = NULL;
}

/* In a process of its own that has our memory. Its signal actions are its own. */
static int s_run(void *data) {
    struct s_job *job = data;
    posix_spawnattr_t attributes;
    sigset_t set;
    pid_t pid;
    signal(SIGCHLD, SIG_DFL); /* ignored, its child would be gone before it is waited for */
    posix_spawnattr_init(&attributes);
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    sigfillset(&set);
    posix_spawnattr_setsigdefault(&attributes, &set);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    job->error =
        *job->tool != 0
            ? posix_spawn(&pid, job->tool, NULL, &attributes, job->arguments, job->environment)
            : posix_spawnp(&pid, "memscope", NULL, &attributes, job->arguments, job->environment);
    if (job->error == 0)
        while (waitpid(pid, &job->status, 0) < 0)
            if (errno != EINTR) {
                job->error = errno;
                break;
            }
    posix_spawnattr_destroy(&attributes);
    return 0;
}

static int s_start(struct s_job *job) {
    uint64_t signals;
    char *stack = ms_os_map_pages(STACK_BYTES);
    if (stack == NULL)
        return ENOMEM;
    ms_os_block_signals(&signals);
    int pid = clone(s_run, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK, job);
    int error = pid < 0 ? errno : job->error;
    while (pid > 0 && waitpid(pid, NULL, __WCLONE) < 0 && errno == EINTR)
        ;
    ms_os_restore_signals(&signals);
    ms_os_unmap(stack, STACK_BYTES);
    if (error == 0 && (!WIFEXITED(job->status) || WEXITSTATUS(job->status) != 0))
        error = EIO;
    return error;
}

/* A path that no option and no "-" is mistaken for. */
static bool s_set_output(char *output, const char *path) {
    size_t length = strlen(path);
    if (length == 0 || length + 3 > PATH_SIZE)
        return false;
    strcpy(output, *path == '-' ? "./" : "");
    strcat(output, path);
    return true;
}

static int s_export(const char *format, const char *path) {
    struct s_job *job = ms_os_map_pages(sizeof(*job));
    if (job == NULL)
        return ENOMEM;
    char *arguments[9];
    size_t count = 0;
    int error = EINVAL;
    arguments[count++] = (char *)"memscope";
    arguments[count++] = (char *)"export";
    if (format != NULL) {
        arguments[count++] = (char *)"--format";
        arguments[count++] = (char *)(uintptr_t)format;
    }
    arguments[count++] = (char *)"-o";
    arguments[count++] = job->output;
    arguments[count++] = (char *)"--";
    arguments[count++] = ms_store.path;
    arguments[count] = NULL;
    s_find_tool(job->path);
    s_fill_environment(job->variables);
    job->tool = job->path;
    job->arguments = arguments;
    job->environment = job->variables;
    if (s_set_output(job->output, path))
        error = s_start(job);
    ms_os_unmap(job, sizeof(*job));
    return error;
}

EXPORT int memscope_export(memscope_tracker *t, const char *format, const char *path) {
    if (path == NULL)
        return EINVAL;
    if (t == NULL || !ms_lifecycle_ready())
        return ENODATA;
    int saved = errno;
    int error = s_export(format, path);
    errno = saved;
    return error;
}

void ms_tracker_auto_export(memscope_tracker *t) {
    if (t->exporter_pid == 0 || t->exporter_pid != ms_os_pid())
        return;
    t->exporter_pid = 0;
    int error = memscope_export(t, NULL, t->export_path);
    if (error == 0 || error == ENODATA)
        return; /* nothing is recorded: somebody wants that, or has been told */
    const char *reason = error == ENOENT
                             ? "there is no memscope program beside libmemscope or in $PATH"
                         : error == EIO ? "memscope export has failed"
                                        : strerrordesc_np(error);
    char line[480] = "the tracker's report ";
    strncat(line, t->export_path, 300);
    strcat(line, " is not written: ");
    strncat(line, reason != NULL ? reason : "unknown error", 100);
    ms_os_say(line);
}
