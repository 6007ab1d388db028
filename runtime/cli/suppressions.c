/* SPDX-License-Identifier: MIT */
#include "cli/suppressions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* Whether NAME begins with PATTERN up to its end or to a star; with AT_END, ends there. */
static bool s_matches_here(const char *pattern, const char *name) {
    const char *star = NULL, *retry = NULL;
    for (;;) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (*pattern == 0 || (*pattern == '$' && pattern[1] == 0 && *name == 0)) {
            return true;
        } else if (*name != 0 && *pattern == *name) {
            pattern++;
            name++;
        } else if (star != NULL && *retry != 0) {
            pattern = star;
            name = ++retry;
        } else {
            return false;
        }
    }
}

bool ms_suppressions_matches(const char *pattern, const char *name) {
    if (name == NULL)
        return false;
    if (pattern[0] == '^')
        return s_matches_here(pattern + 1, name);
    for (; *name != 0; name++) {
        if (s_matches_here(pattern, name))
            return true;
    }
    return s_matches_here(pattern, name);
}

/* LINE without blanks and newline around it. */
static char *s_trim(char *line) {
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length != 0 && strchr(" \t\r\n", line[length - 1]) != NULL)
        line[--length] = 0;
    return line;
}

static bool s_add(struct ms_suppressions *suppressions, char *line, const char *path,
                  unsigned number) {
    static const char s_kind[] = "leak:";
    char *text = s_trim(line);
    if (text[0] == 0 || text[0] == '#')
        return true;
    if (strncmp(text, s_kind, sizeof(s_kind) - 1) != 0 || text[sizeof(s_kind) - 1] == 0) {
        ms_cli_fail("leaks: %s:%u: '%s' is no suppression; write leak:PATTERN", path, number, text);
        return false;
    }
    suppressions->all =
        ms_cli_resize(suppressions->all, (suppressions->count + 1) * sizeof(*suppressions->all));
    suppressions->all[suppressions->count++] =
        (struct ms_suppression){.pattern = ms_cli_copy(text + sizeof(s_kind) - 1)};
    return true;
}

bool ms_suppressions_read(struct ms_suppressions *suppressions, const char *path) {
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    bool good = file != NULL;
    if (file == NULL)
        ms_cli_fail("leaks: the suppressions %s cannot be read: %s", path, strerror(errno));
    errno = 0;
    for (unsigned number = 1; good && getline(&line, &size, file) >= 0; number++)
        good = s_add(suppressions, line, path, number);
    if (good && ferror(file)) {
        ms_cli_fail("leaks: the suppressions %s cannot be read: %s", path, strerror(errno));
        good = false;
    }
    free(line);
    if (file != NULL)
        fclose(file);
    return good;
}

void ms_suppressions_fini(struct ms_suppressions *suppressions) {
    for (size_t i = 0; i < suppressions->count; i++)
        free(suppressions->all[i].pattern);
    free(suppressions->all);
    *suppressions = (struct ms_suppressions){NULL, 0};
}

static bool s_matches(const char *pattern, const struct memscope_stack *stack,
                      const struct memscope_leak *leak) {
    if (ms_suppressions_matches(pattern, leak->function) ||
        ms_suppressions_matches(pattern, leak->location))
        return true;
    for (size_t i = 0; stack != NULL && i < stack->frame_count; i++) {
        const struct memscope_frame *frame = &stack->frames[i];
        if (ms_suppressions_matches(pattern, frame->function) ||
            ms_suppressions_matches(pattern, frame->file) ||
            ms_suppressions_matches(pattern, frame->module))
            return true;
    }
    return false;
}

struct ms_suppression *ms_suppressions_match(const struct ms_suppressions *suppressions,
                                             const struct memscope_stack *stack,
                                             const struct memscope_leak *leak) {
    for (size_t i = 0; i < suppressions->count; i++) {
        if (s_matches(suppressions->all[i].pattern, stack, leak))
            return &suppressions->all[i];
    }
    return NULL;
}
