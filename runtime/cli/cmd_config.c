/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/compiler.h"
#include "cli/tree.h"

/* PATH as a shell reads it back; PATH is taken over, the result is for the caller to free. */
static char *s_quote(char *path) {
    static const char s_plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-=:,@%";
    if (path[strspn(path, s_plain)] == '\0')
        return path;
    char *quoted = ms_cli_alloc(strlen(path) * 4 + 3), *out = quoted;
    *out++ = '\'';
    for (const char *p = path; *p != '\0'; p++) {
        if (*p == '\'')
            out = stpcpy(out, "'\\''");
        else
            *out++ = *p;
    }
    *out++ = '\'';
    *out = '\0';
    free(path);
    return quoted;
}

static char *s_plugin(void) {
    struct ms_words command = {NULL, 0};
    ms_compiler_words(&ms_compiler_c, &command);
    char *target = ms_compiler_target(&command);
    char *plugin = ms_compiler_plugin(&ms_compiler_c, &command, target);
    free(target);
    ms_words_fini(&command);
    return plugin;
}

static int s_print_cflags(void) {
    char *plugin = s_plugin();
    if (plugin == NULL)
        return MS_CLI_USAGE;
    char *path = plugin;
    plugin = s_quote(ms_cli_format("-fplugin=%s", path));
    free(path);
    char *include = s_quote(ms_tree_path(MS_TREE_INCLUDE));
    printf("%s -idirafter %s -fno-omit-frame-pointer\n", plugin, include);
    free(include);
    free(plugin);
    return MS_CLI_DONE;
}

static int s_print_libs(void) {
    struct ms_words command = {NULL, 0};
    ms_compiler_words(&ms_compiler_c, &command);
    char *target = ms_compiler_target(&command);
    char *lib = ms_tree_libraries(target);
    free(target);
    ms_words_fini(&command);
    char *path = s_quote(ms_cli_format("-L%s", lib));
    lib = s_quote(lib); /* takes the old one over */
    printf("%s -Wl,--push-state,--no-as-needed -lmemscope -Wl,--pop-state -Xlinker -rpath "
           "-Xlinker %s\n",
           path, lib);
    free(path);
    free(lib);
    return MS_CLI_DONE;
}

static int s_print_plugin(void) {
    char *plugin = s_plugin();
    if (plugin == NULL)
        return MS_CLI_USAGE;
    puts(plugin);
    free(plugin);
    return MS_CLI_DONE;
}

static const struct option s_options[] = {
    {"cflags", no_argument, NULL, 'c'}, {"libs", no_argument, NULL, 'l'},
    {"plugin", no_argument, NULL, 'p'}, {"version", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},   {NULL, 0, NULL, 0},
};

static int s_run(int argc, char **argv) {
    int option, status = MS_CLI_DONE, asked = 0;
    ms_cli_begin_output();
    while ((option = ms_cli_option(&ms_command_config, argc, argv, ":h", s_options)) != -1) {
        asked = 1;
        if (option == 'h')
            return ms_cli_help(&ms_command_config);
        if (option == 'c')
            status = s_print_cflags();
        else if (option == 'l')
            status = s_print_libs();
        else if (option == 'p')
            status = s_print_plugin();
        else if (option == 'v')
            puts(MS_CLI_VERSION);
        else
            status = MS_CLI_USAGE;
        if (status != MS_CLI_DONE)
            return status;
    }
    if (optind < argc)
        return ms_cli_fail("config: takes no argument '%s'", argv[optind]);
    if (!asked)
        return ms_cli_fail("config: say what to print: --cflags, --libs, --plugin or --version");
    return ms_cli_end_output(status);
}

const struct ms_command ms_command_config = {
    .name = "config",
    .arguments = "--cflags | --libs | --plugin | --version",
    .summary = "print what a build system needs",
    .help = "Prints, quoted for a shell:\n\n"
            "  --cflags   what a compiler call needs: plugin, header path, frame pointers\n"
            "  --libs     what a linking call needs\n"
            "  --plugin   the path of the plugin for $MEMSCOPE_CC, else gcc\n"
            "  --version  the version of memscope\n",
    .options = s_options,
    .run = s_run,
};
