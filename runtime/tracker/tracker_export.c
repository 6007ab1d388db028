/* SPDX-License-Identifier: MIT */
/*
 * The report of the running process into a file, by `memscope export` on its journal: the libraries
 * that write reports and read DWARF are in that program and not in this process.
 */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomics.h"
#include "hot/lifecycle.h"
#include "platform/hidden_child.h"
#include "platform/os.h"
#include "store/store.h"
#include "tracker/tracker.h"

#define EXPORT      __attribute__((visibility("default")))
#define PATH_SIZE   4096u
#define ENVIRONMENT 4096u /* variables that the tool gets at most */
#define EXTENSIONS  8u

/* What memscope_register_extension was given, each in pages of its own. Changed under the store
 * lock; a text stays as it is once it is counted. */
static char *s_extensions[EXTENSIONS];
static uint32_t s_extension_count; /* Synchronization: atomic */

/* What the tool is given; in pages of its own, because stacks may be small. */
struct s_job {
    char tool[PATH_SIZE];   /* its path, "": it is looked for in $PATH */
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
    uint64_t size;
    if (ms_os_stat_size(path, &size) != 0)
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

/* A path that no option and no "-" is mistaken for. */
static bool s_set_output(char *output, const char *path) {
    size_t length = strlen(path);
    if (length == 0 || length + 3 > PATH_SIZE)
        return false;
    strcpy(output, *path == '-' ? "./" : "");
    strcat(output, path);
    return true;
}

static int s_run(const struct s_job *job, char *const *arguments) {
    struct ms_hidden_program program = {.path = *job->tool != 0 ? job->tool : NULL,
                                        .name = "memscope",
                                        .arguments = arguments,
                                        .environment = job->variables};
    int status = 0;
    int error = -ms_hidden_child_run(&program, &status);
    return error != 0 ? error : WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EIO;
}

static int s_export(const char *format, const char *path) {
    struct s_job *job = ms_os_map_pages(sizeof(*job));
    if (job == NULL)
        return ENOMEM;
    char *arguments[9 + 2 * EXTENSIONS];
    size_t count = 0;
    int error = EINVAL;
    arguments[count++] = (char *)"memscope";
    arguments[count++] = (char *)"export";
    uint32_t extensions = ms_load_acquire(&s_extension_count);
    for (uint32_t i = 0; i < extensions; i++) {
        arguments[count++] = (char *)"--load";
        arguments[count++] = s_extensions[i];
    }
    if (format != NULL) {
        arguments[count++] = (char *)"--format";
        arguments[count++] = (char *)(uintptr_t)format;
    }
    arguments[count++] = (char *)"-o";
    arguments[count++] = job->output;
    arguments[count++] = (char *)"--";
    arguments[count++] = ms_store.path;
    arguments[count] = NULL;
    s_find_tool(job->tool);
    s_fill_environment(job->variables);
    if (s_set_output(job->output, path))
        error = s_run(job, arguments);
    ms_os_unmap(job, sizeof(*job));
    return error;
}

static int s_register(const char *path, char *copy) {
    uint64_t signals;
    int error = 0;
    uint32_t i = 0;
    ms_store_lock(&signals);
    while (i < s_extension_count && strcmp(s_extensions[i], path) != 0)
        i++;
    bool known = i < s_extension_count;
    if (!known && i == EXTENSIONS) {
        error = ENOSPC;
    } else if (!known) {
        s_extensions[i] = copy;
        ms_store_release(&s_extension_count, i + 1);
    }
    ms_store_unlock(&signals);
    if (known || error != 0)
        ms_os_unmap(copy, PATH_SIZE);
    return error;
}

EXPORT int memscope_register_extension(const char *path) {
    size_t length = path != NULL ? strlen(path) : 0;
    if (length == 0 || length >= PATH_SIZE)
        return length == 0 ? EINVAL : ENAMETOOLONG;
    int saved = errno;
    char *copy = ms_os_map_pages(PATH_SIZE);
    int error = ENOMEM;
    if (copy != NULL) {
        memcpy(copy, path, length + 1);
        error = s_register(path, copy);
    }
    errno = saved;
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

static bool s_is_format(const char *name) {
    static const char *const s_names[] = {
#define X(name, extension, ...) #name, extension,
#include "export/exporters.def"
#undef X
    };
    for (size_t i = 0; i < sizeof(s_names) / sizeof(s_names[0]); i++)
        if (strcmp(name, s_names[i]) == 0)
            return true;
    return false;
}

/* Adds at most MOST bytes of TEXT to LINE, which has room for them. */
static void s_add(char *line, const char *text, size_t most) {
    size_t length = strnlen(text, most);
    line += strlen(line);
    memcpy(line, text, length);
    line[length] = '\0';
}

void ms_tracker_check_format(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *dot = strchr(slash != NULL ? slash : path, '.');
    bool known = ms_load_acquire(&s_extension_count) != 0; /* it may be theirs */
    for (; !known && dot != NULL; dot = strchr(dot + 1, '.'))
        known = s_is_format(dot + 1);
    if (known)
        return;
    char line[480] = "the tracker's report ";
    s_add(line, path, 250);
    strcat(line, " has the extension of no format (");
    static const char s_extensions_known[] =
#define X(name, extension, ...) extension " "
#include "export/exporters.def"
#undef X
        ;
    s_add(line, s_extensions_known, sizeof(s_extensions_known) - 2); /* without the last space */
    strcat(line, "): it can only be written if memscope_register_extension adds one");
    ms_os_say(line);
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
    s_add(line, t->export_path, 300);
    strcat(line, " is not written: ");
    s_add(line, reason != NULL ? reason : "unknown error", 100);
    ms_os_say(line);
}
