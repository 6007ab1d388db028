/* SPDX-License-Identifier: MIT */
#include "cli/compile_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/words.h"

#define S_RESPONSE_DEPTH 10 /* response files may name response files */
#define S_RESPONSE_BYTES 16777216

/* Options whose value may be the next argument. Source: gcc/common.opt, c.opt and gcc.cc of GCC 12,
 * "Separate" and "JoinedOrMissing". */
static const char *const s_with_value[] = {"-o",
                                           "-I",
                                           "-L",
                                           "-l",
                                           "-D",
                                           "-U",
                                           "-A",
                                           "-x",
                                           "-B",
                                           "-T",
                                           "-u",
                                           "-z",
                                           "-e",
                                           "-G",
                                           "-include",
                                           "-imacros",
                                           "-isystem",
                                           "-idirafter",
                                           "-iquote",
                                           "-iprefix",
                                           "-isysroot",
                                           "-imultilib",
                                           "-iwithprefix",
                                           "-MF",
                                           "-MT",
                                           "-MQ",
                                           "-Xlinker",
                                           "-Xassembler",
                                           "-aux-info",
                                           "-Xpreprocessor",
                                           "-dumpbase",
                                           "-dumpdir",
                                           "--param",
                                           "-wrapper",
                                           "-dumpbase-ext",
                                           "--sysroot",
                                           "--entry",
                                           "--output",
                                           "-arch",
                                           "-iwithprefixbefore",
                                           "--include",
                                           "--imacros",
                                           "--define-macro",
                                           "--language",
                                           "--include-directory",
                                           "-specs",
                                           "--specs",
                                           "--library-directory"};

/* Options that end the work before a linker would run. */
static const char *const s_no_link[] = {
    "-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "--compile", "--assemble", "--preprocess"};

static const char *const s_no_libc[] = {"-nostdlib", "-nodefaultlibs", "-nolibc", "-r"};
static const char *const s_foreign[] = {"-ffreestanding", "-m32", "-m16", "-mx32"};

/* What a file that is not compiled into an object is called; GCC gives any other unknown name to
 * the linker. */
static const char *const s_sources[] = {"c",   "i",   "cc",  "cp",  "cxx", "cpp", "CPP", "c++",
                                        "C",   "ii",  "m",   "mi",  "mm",  "M",   "mii", "f",
                                        "for", "ftn", "f90", "f95", "f03", "f08", "F",   "FOR",
                                        "F90", "F95", "F03", "F08", "d",   "go",  "adb", "ads"};
static const char *const s_headers[] = {"h", "hh", "H", "hp", "hxx", "hpp", "HPP", "h++", "tcc"};

struct s_reading {
    struct ms_compile_args *args;
    char language[32]; /* of -x, "": by the name */
    bool has_input;
    bool stops;
    bool take_language; /* the next argument is the value of -x */
    bool skip;          /* the next argument is a value */
    size_t library;     /* number, from 1, of the first shared library behind archives; 0: none */
    bool mixed;         /* -Bstatic */
};

#define S_IN(word, list) s_in(word, list, sizeof(list) / sizeof((list)[0]))

static bool s_in(const char *word, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, list[i]) == 0)
            return true;
    }
    return false;
}

static void s_set_language(struct s_reading *reading, const char *language) {
    bool none = strcmp(language, "none") == 0;
    snprintf(reading->language, sizeof(reading->language), "%s", none ? "" : language);
}

static void s_read_input(struct s_reading *reading, const char *name) {
    reading->has_input = true;
    if (reading->language[0] != '\0') {
        const char *dash = strrchr(reading->language, '-');
        if (dash != NULL && strcmp(dash, "-header") == 0)
            reading->stops = true;
        if (strncmp(reading->language, "assembler", 9) != 0)
            reading->args->compiles = true;
        return;
    }
    const char *slash = strrchr(name, '/');
    const char *dot = strrchr(slash != NULL ? slash : name, '.');
    if (dot == NULL)
        return;
    if (S_IN(dot + 1, s_headers)) {
        reading->stops = true; /* a precompiled header */
        reading->args->compiles = true;
    } else if (S_IN(dot + 1, s_sources)) {
        reading->args->compiles = true;
    }
}

static void s_read_option(struct s_reading *reading, const char *option) {
    struct ms_compile_args *args = reading->args;
    if (strcmp(option, "-x") == 0 || strcmp(option, "--language") == 0)
        reading->take_language = true;
    else if (strncmp(option, "-x", 2) == 0)
        s_set_language(reading, option + 2);
    else if (strncmp(option, "--language=", 11) == 0)
        s_set_language(reading, option + 11);
    else if (S_IN(option, s_with_value))
        reading->skip = true;
    if (strncmp(option, "-l", 2) == 0)
        reading->has_input = true;
    if (S_IN(option, s_no_link))
        reading->stops = true;
    if (S_IN(option, s_no_libc))
        args->without_libc = true;
    if (S_IN(option, s_foreign))
        args->foreign = true;
    if (strcmp(option, "-shared") == 0 || strcmp(option, "--shared") == 0)
        args->shared = true;
    if (strcmp(option, "-static") == 0 || strcmp(option, "-static-pie") == 0 ||
        strcmp(option, "--static") == 0)
        args->is_static = true;
    if (strncmp(option, "-fplugin-arg-memscope-track", 27) == 0)
        args->has_track = true;
}

static void s_read_list(struct s_reading *reading, char *const *list, size_t count, int depth);

/* One that cannot be read is left to the compiler, which takes its name as that of an input. */
static bool s_read_response(struct s_reading *reading, const char *path, int depth) {
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    char *text = ms_cli_alloc(S_RESPONSE_BYTES + 1);
    size_t size = fread(text, 1, S_RESPONSE_BYTES, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (!failed) {
        struct ms_words words = {NULL, 0};
        text[size] = '\0';
        ms_words_split_quoted(&words, text);
        s_read_list(reading, words.list, words.count, depth + 1);
        ms_words_fini(&words);
    }
    free(text);
    return !failed;
}

static bool s_ends_in(const char *word, const char *ending) {
    size_t length = strlen(word), size = strlen(ending);
    return length >= size && strcmp(word + length - size, ending) == 0;
}

/* WORD is argument I, and no value of an option. What the linker finds in a shared library it does
 * not take out of an archive behind it: the user's archives must come before our library. */
static void s_look_for_library(struct s_reading *reading, const char *word, size_t i) {
    const char *slash = strrchr(word, '/');
    bool option = word[0] == '-';
    if (strstr(word, "-Bstatic") != NULL)
        reading->mixed = true; /* -l names archives from here on */
    if (s_ends_in(word, ".a"))
        reading->library = 0;
    else if (reading->library == 0 &&
             (option ? word[1] == 'l' : strstr(slash != NULL ? slash : word, ".so") != NULL))
        reading->library = i + 1;
}

static void s_read_list(struct s_reading *reading, char *const *list, size_t count, int depth) {
    for (size_t i = 0; i < count; i++) {
        const char *word = list[i];
        if (word[0] == '@' && depth < S_RESPONSE_DEPTH && s_read_response(reading, word + 1, depth))
            continue;
        if (reading->take_language) {
            s_set_language(reading, word);
            reading->take_language = false;
        } else if (reading->skip) {
            reading->skip = false;
        } else {
            if (depth == 0)
                s_look_for_library(reading, word, i);
            if (word[0] == '-' && word[1] != '\0')
                s_read_option(reading, word);
            else
                s_read_input(reading, word);
        }
    }
}

struct ms_compile_args ms_compile_args_read(char *const *arguments, size_t count) {
    struct ms_compile_args args = {0};
    struct s_reading reading = {.args = &args};
    s_read_list(&reading, arguments, count, 0);
    args.links = reading.has_input && !reading.stops;
    args.libraries = reading.library != 0 && !reading.mixed ? reading.library - 1 : count;
    return args;
}
