/* SPDX-License-Identifier: MIT */
#include "cli/compiler.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/tree.h"

const struct ms_compiler ms_compiler_c = {"MEMSCOPE_CC", "gcc"};
const struct ms_compiler ms_compiler_cxx = {"MEMSCOPE_CXX", "g++"};

void ms_compiler_words(const struct ms_compiler *compiler, struct ms_words *words) {
    const char *value = getenv(compiler->variable);
    size_t before = words->count;
    if (value != NULL)
        ms_words_split(words, value);
    if (words->count == before)
        ms_words_add(words, compiler->standard);
}

/* What PROGRAM prints when it is run with ARGUMENTS, into TEXT; 0 or an error number, -1 when it
 * ended badly. */
static int s_read_output(char *const *arguments, char *text, size_t size) {
    int ends[2];
    if (pipe(ends) != 0)
        return errno;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    if (ends[1] != STDOUT_FILENO)
        posix_spawn_file_actions_addclose(&actions, ends[1]);
    pid_t pid;
    int error = posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error == 0) {
        size_t length = 0;
        for (;;) {
            ssize_t got = read(ends[0], text + length, size - 1 - length);
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                break;
            length += (size_t)got;
        }
        text[length] = '\0';
        int status;
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
        error = WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
    }
    close(ends[0]);
    return error;
}

/* What COMMAND prints for OPTION, as s_read_output has it. */
static int s_ask(const struct ms_words *command, const char *option, char *text, size_t size) {
    struct ms_words question = {NULL, 0};
    ms_words_add_all(&question, command->list, command->count);
    ms_words_add(&question, option);
    int error = s_read_output(question.list, text, size);
    ms_words_fini(&question);
    text[strcspn(text, "\n")] = '\0';
    return error;
}

/* NAME-gcc or NAME-g++, whatever comes behind. */
static bool s_has_prefix(const char *word) {
    const char *slash = strrchr(word, '/');
    const char *name = slash != NULL ? slash + 1 : word;
    return strstr(name, "-gcc") != NULL || strstr(name, "-g++") != NULL;
}

char *ms_compiler_target(const struct ms_words *command) {
    char machine[128] = "";
    bool has_prefix = false;
    for (size_t i = 0; i < command->count; i++)
        has_prefix = has_prefix || s_has_prefix(command->list[i]);
    if (!has_prefix || s_ask(command, "-dumpmachine", machine, sizeof(machine)) != 0 ||
        machine[0] == '\0' || strchr(machine, '/') != NULL || strcmp(machine, MS_CLI_MACHINE) == 0)
        return NULL;
    return ms_cli_copy(machine);
}

char *ms_compiler_plugin(const struct ms_compiler *compiler, const struct ms_words *command,
                         const char *target) {
    char version[64] = "", *end, *have;
    int error = s_ask(command, "-dumpversion", version, sizeof(version));
    if (error > 0) {
        ms_cli_fail("cannot run the compiler '%s': %s; $%s names another one", command->list[0],
                    strerror(error), compiler->variable);
        return NULL;
    }
    unsigned long major = strtoul(version, &end, 10);
    if (error != 0 || end == version || major == 0 || major > 999) {
        ms_cli_fail("'%s -dumpversion' does not tell a version; set $%s to a GCC", command->list[0],
                    compiler->variable);
        return NULL;
    }
    char *plugin = ms_tree_plugin(target, (unsigned)major, &have);
    if (plugin != NULL)
        return plugin;
    if (have[0] == '\0' && target != NULL)
        ms_cli_fail(
            "'%s' compiles for %s, which this tree of memscope was not built for: configure "
            "it with -DMEMSCOPE_TARGETS=%s",
            command->list[command->count - 1], target, target);
    else if (have[0] == '\0')
        ms_cli_fail("no compiler plugin in this tree of memscope; build it with the headers of "
                    "gcc-%lu-plugin-dev installed",
                    major);
    else
        ms_cli_fail("no compiler plugin for version %lu of '%s', but for %s; set $%s to such a "
                    "compiler",
                    major, command->list[0], have, compiler->variable);
    free(have);
    return NULL;
}
