/* SPDX-License-Identifier: MIT */
#include "manual/help_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/view.h"

/* ---- lines ---- */

static char *s_copy(const char *text, size_t length) {
    char *copy = ms_cli_alloc(length + 1);
    memcpy(copy, text, length);
    return copy;
}

static const char *s_find(const char *text, size_t length, const char *what) {
    const char *found = strstr(text, what);
    return found != NULL && (size_t)(found - text) < length ? found : NULL;
}

/* TEXT without the blanks in front of it. */
static void s_split_item(struct ms_help_line *line, const char *text, size_t length) {
    const char *colon = text[0] != '-' ? s_find(text, length, ": ") : NULL;
    const char *gap = s_find(text, length, "  ");
    size_t term = length;
    if (gap != NULL)
        term = (size_t)(gap - text);
    else if (colon != NULL)
        term = (size_t)(colon - text);
    line->term = s_copy(text, term);
    if (gap == NULL && colon != NULL)
        term++; /* the colon */
    while (term < length && text[term] == ' ')
        term++;
    line->text = s_copy(text + term, length - term);
}

static struct ms_help_line s_line(const char *text, size_t length) {
    struct ms_help_line line = {MS_HELP_PROSE, NULL, NULL};
    size_t indent = 0;
    while (indent < length && text[indent] == ' ')
        indent++;
    const char *rest = text + indent;
    length -= indent;
    if (length == 0)
        line.kind = MS_HELP_BLANK;
    else if (indent == 2 || (indent == 6 && strncmp(rest, "--", 2) == 0))
        line.kind = MS_HELP_ITEM;
    else if (indent == 4)
        line.kind = MS_HELP_EXAMPLE;
    else if (indent != 0)
        line.kind = MS_HELP_MORE;
    if (line.kind == MS_HELP_ITEM)
        s_split_item(&line, rest, length);
    else
        line.text = s_copy(rest, length);
    return line;
}

struct ms_help_line *ms_help_lines(const char *text, size_t *count) {
    struct ms_help_line *lines = NULL;
    *count = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        lines = ms_cli_resize(lines, (*count + 1) * sizeof(*lines));
        lines[(*count)++] = s_line(text, length);
        text += length + (text[length] == '\n');
    }
    return lines;
}

void ms_help_lines_free(struct ms_help_line *lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(lines[i].term);
        free(lines[i].text);
    }
    free(lines);
}

/* ---- options ---- */

static struct ms_help_option *s_find_option(struct ms_help_options *options, const char *name,
                                            size_t length) {
    for (size_t i = 0; i < options->count; i++) {
        struct ms_help_option *option = &options->all[i];
        if (strlen(option->name) == length && memcmp(option->name, name, length) == 0)
            return option;
    }
    return NULL;
}

static void s_add_text(struct ms_help_option *option, const char *text) {
    char *longer =
        option->text[0] == '\0' ? ms_cli_copy(text) : ms_cli_format("%s %s", option->text, text);
    free(option->text);
    option->text = longer;
}

/* Takes the options of TERM, as "-o, --output FILE" or "--baseline OLD --max-growth SIZE". *LAST is
 * the last one, which more text belongs to. */
static bool s_take_term(struct ms_help_options *options, const struct ms_command *command,
                        const char *term, struct ms_help_option **last) {
    char letter = term[0] == '-' && isalpha((unsigned char)term[1]) ? term[1] : '\0';
    for (const char *at = strstr(term, "--"); at != NULL;) {
        const char *name = at + 2;
        size_t length = strcspn(name, " =");
        const char *next = strstr(name, " --");
        *last = s_find_option(options, name, length);
        if (*last == NULL) {
            ms_cli_note("%s: its help has an option '--%.*s' that it does not take", command->name,
                        (int)length, name);
            return false;
        }
        const char *value = name + length + (name[length] != '\0');
        if ((*last)->argument != NULL) {
            free((*last)->argument);
            (*last)->argument =
                s_copy(value, next != NULL ? (size_t)(next - value) : strlen(value));
        }
        (*last)->letter = letter;
        (*last)->text = (*last)->text != NULL ? (*last)->text : ms_cli_copy("");
        at = next != NULL ? next + 1 : NULL;
    }
    return true;
}

static void s_take_table(struct ms_help_options *options, const struct ms_command *command) {
    const struct option *table = command->options;
    if (command->view != NULL)
        table = options->owned = ms_view_options(command->view);
    while (table != NULL && table[options->count].name != NULL)
        options->count++;
    options->all = ms_cli_alloc(options->count * sizeof(*options->all));
    for (size_t i = 0; i < options->count; i++) {
        options->all[i].name = table[i].name;
        if (table[i].has_arg != no_argument)
            options->all[i].argument = ms_cli_copy("");
        if (strcmp(table[i].name, "help") == 0) { /* which every command has, and no help says */
            options->all[i].letter = 'h';
            options->all[i].text = ms_cli_copy("say how the command is used");
        }
    }
}

/* A value has a name of one word: more is a text that only one blank keeps from its option. */
static bool s_names_value(const struct ms_help_option *option) {
    const char *argument = option->argument;
    return argument == NULL || (argument[0] != '\0' && strchr(argument, ' ') == NULL);
}

bool ms_help_options_read(struct ms_help_options *options, const struct ms_command *command) {
    bool good = true;
    size_t count;
    struct ms_help_line *lines = ms_help_lines(command->help, &count);
    struct ms_help_option *last = NULL;
    memset(options, 0, sizeof(*options));
    s_take_table(options, command);
    for (size_t i = 0; i < count; i++) {
        if (lines[i].kind == MS_HELP_ITEM && lines[i].term[0] == '-')
            good &= s_take_term(options, command, lines[i].term, &last);
        else if (lines[i].kind != MS_HELP_MORE)
            last = NULL;
        if (last != NULL)
            s_add_text(last, lines[i].text);
    }
    ms_help_lines_free(lines, count);
    for (size_t i = 0; i < options->count; i++) {
        const struct ms_help_option *option = &options->all[i];
        if (option->text == NULL || !s_names_value(option)) {
            ms_cli_note("%s: its help does not tell of the option '--%s'%s", command->name,
                        option->name, option->text != NULL ? " which value it takes" : "");
            good = false;
        }
    }
    return good;
}

void ms_help_options_free(struct ms_help_options *options) {
    for (size_t i = 0; i < options->count; i++) {
        free(options->all[i].argument);
        free(options->all[i].text);
    }
    free(options->all);
    free(options->owned);
}
