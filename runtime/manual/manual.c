/* SPDX-License-Identifier: MIT */
/* memscope_manual SHARE COMPILING DATE: writes manual pages and completions of shells below SHARE,
 * where an installed tree has them; the file COMPILING is part of memscope.7, DATE is on the pages.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "manual/completions.h"
#include "manual/man_page.h"

static const char *s_share;

/* s_share/PATH, with its folders; ends the program when it cannot be made. */
static FILE *s_open(const char *path) {
    char *full = ms_cli_format("%s/%s", s_share, path);
    for (char *slash = strchr(full + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0777); /* fopen() tells when it is missing */
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    if (file == NULL)
        exit(ms_cli_fail("manual: cannot write '%s': %s", full, strerror(errno)));
    free(full);
    return file;
}

static void s_close(FILE *file, bool good) {
    good &= ferror(file) == 0;
    if (fclose(file) != 0 || !good)
        exit(ms_cli_fail("manual: pages or completions could not be written"));
}

static char *s_read(const char *path) {
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (file == NULL || getdelim(&text, &size, '\0', file) < 0)
        exit(ms_cli_fail("manual: cannot read '%s': %s", path, strerror(errno)));
    fclose(file);
    return text;
}

static void s_write_pages(const char *compiling_path, const char *date) {
    FILE *file = s_open("man/man1/memscope.1");
    ms_man_program(file, date);
    s_close(file, true);

    char *compiling = s_read(compiling_path);
    file = s_open("man/man7/memscope.7");
    ms_man_options(file, date, compiling);
    s_close(file, true);
    free(compiling);

    size_t count;
    const struct ms_command *const *commands = ms_cli_commands(&count);
    for (size_t i = 0; i < count; i++) {
        char *path = ms_cli_format("man/man1/memscope-%s.1", commands[i]->name);
        file = s_open(path);
        ms_man_command(file, date, commands[i]);
        s_close(file, true);
        free(path);
    }
}

int main(int argc, char **argv) {
    if (argc != 4)
        return ms_cli_fail("usage: memscope_manual SHARE COMPILING DATE");
    s_share = argv[1];
    s_write_pages(argv[2], argv[3]);

    FILE *file = s_open("bash-completion/completions/memscope");
    s_close(file, ms_completions_bash(file));
    file = s_open("zsh/site-functions/_memscope");
    s_close(file, ms_completions_zsh(file));
    file = s_open("fish/vendor_completions.d/memscope.fish");
    s_close(file, ms_completions_fish(file));
    return 0;
}
