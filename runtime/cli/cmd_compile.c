/* SPDX-License-Identifier: MIT */
/*
 * `memscope cc` and `memscope c++`: gcc and g++ with the plugin, the header and the runtime.
 *
 * Our compile options stand before the user's, so that theirs win; our library stands behind the
 * user's objects and in front of the shared libraries: one of those may bring an allocator, and is
 * then the one behind ours. -idirafter keeps a memscope.h of the user's in front. -Xlinker and not
 * -Wl: a path may have a comma.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/compile_args.h"
#include "cli/compiler.h"
#include "cli/tree.h"

/* What the runtime hooks (hot/real.h, hot/malloc.c). Nothing is interposed in a static program: the
 * linker sends its calls, libc's own among them, to __wrap_NAME and ours to __real_NAME. One that
 * is left out here is an undefined symbol there. */
static const char *const s_hooked[] = {
    "malloc",         "calloc",        "free",    "realloc",  "reallocarray",      "valloc",
    "posix_memalign", "aligned_alloc", "pvalloc", "memalign", "malloc_usable_size"};

static const char *s_track(void) {
    const char *track = getenv("MEMSCOPE_CC_TRACK");
    return track != NULL && strcmp(track, "annotated") == 0 ? "annotated" : "all";
}

static void s_add_owned(struct ms_words *words, char *word) {
    ms_words_add(words, word);
    free(word);
}

static int s_add_plugin(struct ms_words *command, const struct ms_compiler *compiler,
                        const char *target, const struct ms_compile_args *args) {
    char *plugin = ms_compiler_plugin(compiler, command, target);
    if (plugin == NULL)
        return MS_CLI_USAGE;
    s_add_owned(command, ms_cli_format("-fplugin=%s", plugin));
    free(plugin);
    if (!args->has_track)
        s_add_owned(command, ms_cli_format("-fplugin-arg-memscope-track=%s", s_track()));
    ms_words_add(command, "-fno-omit-frame-pointer");
    return MS_CLI_DONE;
}

static void s_add_runtime(struct ms_words *command, const char *target,
                          const struct ms_compile_args *args) {
    char *lib = ms_tree_libraries(target);
    if (args->is_static) {
        ms_words_add(command, "-Wl,--push-state,--whole-archive");
        s_add_owned(command, ms_cli_format("%s/libmemscope.a", lib));
        free(lib);
        ms_words_add(command, "-Wl,--pop-state");
        for (size_t i = 0; i < sizeof(s_hooked) / sizeof(s_hooked[0]); i++)
            s_add_owned(command, ms_cli_format("-Wl,--wrap=%s", s_hooked[i]));
        return;
    }
    s_add_owned(command, ms_cli_format("-L%s", lib));
    ms_words_add(command, "-Wl,--push-state,--no-as-needed");
    ms_words_add(command, "-lmemscope");
    ms_words_add(command, "-Wl,--pop-state");
    ms_words_add(command, "-Xlinker");
    ms_words_add(command, "-rpath");
    ms_words_add(command, "-Xlinker");
    ms_words_add(command, lib);
    free(lib);
}

static int s_compile(const struct ms_compiler *compiler, int argc, char **argv) {
    size_t count = (size_t)argc - 1;
    struct ms_words command = {NULL, 0};
    struct ms_compile_args args = ms_compile_args_read(argv + 1, count);
    ms_compiler_words(compiler, &command);

    bool runtime = args.links && !args.foreign && !args.without_libc;
    /* A program that is made in one go without libc has no place for the runtime either. */
    bool plugin = args.compiles && !args.foreign && (runtime || !args.links || args.shared);
    char *target = plugin || runtime ? ms_compiler_target(&command) : NULL;
    int status = plugin ? s_add_plugin(&command, compiler, target, &args) : MS_CLI_DONE;
    if (status != MS_CLI_DONE) {
        free(target);
        ms_words_fini(&command);
        return status;
    }
    if (args.compiles) {
        ms_words_add(&command, "-idirafter");
        s_add_owned(&command, ms_tree_path(MS_TREE_INCLUDE));
    }
    size_t before = args.is_static ? count : args.libraries;
    ms_words_add_all(&command, argv + 1, before);
    if (runtime)
        s_add_runtime(&command, target, &args);
    free(target);
    ms_words_add_all(&command, argv + 1 + before, count - before);

    execvp(command.list[0], command.list);
    ms_cli_fail("cannot run the compiler '%s': %s; $%s names another one", command.list[0],
                strerror(errno), compiler->variable);
    ms_words_fini(&command);
    return MS_CLI_USAGE;
}

static int s_run_cc(int argc, char **argv) {
    return s_compile(&ms_compiler_c, argc, argv);
}

static int s_run_cxx(int argc, char **argv) {
    return s_compile(&ms_compiler_cxx, argc, argv);
}

#define S_HELP(compiler, variable)                                                                 \
    "Runs " compiler " with the plugin, the header path of <memscope.h> and, when it links, the\n" \
    "runtime. All arguments are " compiler "'s and go through untouched:\n\n"                      \
    "    make CC=\"memscope cc\" CXX=\"memscope c++\"\n"                                           \
    "    ./configure CC=\"memscope cc\" CXX=\"memscope c++\"\n\n"                                  \
    "$" variable " names another compiler; it may have words, as \"ccache gcc-12\".\n"             \
    "$MEMSCOPE_CC_TRACK=annotated tracks only what is annotated; left out, all blocks are.\n"      \
    "With -ffreestanding, -m32, -m16 or -mx32 the header path alone is added; with -nostdlib,\n"   \
    "-nodefaultlibs, -nolibc or -r no runtime is linked.\n"

const struct ms_command ms_command_cc = {
    .name = "cc",
    .arguments = "ARGUMENTS OF GCC...",
    .summary = "compile C: gcc with the plugin and the runtime",
    .help = S_HELP("gcc", "MEMSCOPE_CC"),
    .run = s_run_cc,
};

const struct ms_command ms_command_cxx = {
    .name = "c++",
    .arguments = "ARGUMENTS OF G++...",
    .summary = "compile C++: g++ with the plugin and the runtime",
    .help = S_HELP("g++", "MEMSCOPE_CXX"),
    .run = s_run_cxx,
};
