/* SPDX-License-Identifier: MIT */
#include "manual/man_page.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "manual/help_text.h"

/* TEXT as it is; what is between two ` is bold. */
static void s_text(FILE *file, const char *text) {
    bool bold = false;
    if (*text == '.' || *text == '\'')
        fputs("\\&", file);
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '`':
            bold = !bold;
            fputs(bold ? "\\fB" : "\\fR", file);
            break;
        case '\\':
            fputs("\\e", file);
            break;
        case '-':
            fputs("\\-", file);
            break;
        case '\'':
            fputs("\\(aq", file);
            break;
        case '"':
            fputs("\\(dq", file);
            break;
        case '^':
            fputs("\\(ha", file);
            break;
        case '~':
            fputs("\\(ti", file);
            break;
        default:
            fputc(*text, file);
        }
    }
    if (bold)
        fputs("\\fR", file);
}

static void s_line(FILE *file, const char *text) {
    if (*text == '\0')
        return;
    s_text(file, text);
    fputc('\n', file);
}

/* A usage or a term: words in capitals stand for something and are set in italics, others bold. */
static void s_term(FILE *file, const char *text) {
    while (*text != '\0') {
        size_t length = strcspn(text, " =:|[]()");
        bool stands_for = false, literal = false;
        for (size_t i = 0; i < length; i++) {
            stands_for |= isupper((unsigned char)text[i]) != 0;
            literal |= islower((unsigned char)text[i]) != 0 || text[i] == '\'';
        }
        char word[128];
        snprintf(word, sizeof(word), "%.*s", (int)length, text);
        if (length != 0) {
            fputs(stands_for && !literal ? "\\fI" : "\\fB", file);
            s_text(file, word);
            fputs("\\fR", file);
        }
        text += length;
        if (*text != '\0')
            fputc(*text++, file);
    }
    fputc('\n', file);
}

static void s_head(FILE *file, const char *date, const char *title, int section, const char *name,
                   const char *summary) {
    fputs(".\\\" Made of the program's own tables by memscope_manual.\n.TH ", file);
    for (; *title != '\0'; title++)
        *title == '-' ? fputs("\\-", file) : fputc(toupper((unsigned char)*title), file);
    fprintf(file, " %d \"%s\" \"memscope " MS_CLI_VERSION "\" \"memscope\"\n.SH NAME\n", section,
            date);
    s_text(file, name);
    fputs(" \\- ", file);
    s_line(file, summary);
}

/* The help of a command. Its options are a section of their own, and so is what comes behind. */
static void s_help(FILE *file, const char *help) {
    size_t count;
    struct ms_help_line *lines = ms_help_lines(help, &count);
    enum ms_help_kind before = MS_HELP_BLANK;
    enum { AHEAD, OPTIONS, BEHIND } part = AHEAD;
    fputs(".SH DESCRIPTION\n", file);
    bool at_head = true; /* of a section: no paragraph begins */
    for (size_t i = 0; i < count; i++) {
        const struct ms_help_line *line = &lines[i];
        bool is_option = line->kind == MS_HELP_ITEM && line->term[0] == '-';
        if (is_option && part != OPTIONS) {
            fputs(".SH OPTIONS\n", file);
            part = OPTIONS;
        } else if (part == OPTIONS && !is_option && line->kind != MS_HELP_MORE &&
                   line->kind != MS_HELP_BLANK) {
            fputs(".SH NOTES\n", file);
            part = BEHIND;
            at_head = true;
        }
        if (before == MS_HELP_EXAMPLE && line->kind != MS_HELP_EXAMPLE)
            fputs(".EE\n.RE\n", file);
        switch (line->kind) {
        case MS_HELP_BLANK:
            break;
        case MS_HELP_ITEM:
            fputs(".TP\n", file);
            s_term(file, line->term);
            s_line(file, line->text);
            break;
        case MS_HELP_EXAMPLE:
            if (before != MS_HELP_EXAMPLE)
                fputs(".PP\n.RS 4\n.EX\n", file);
            s_line(file, line->text);
            break;
        case MS_HELP_PROSE:
            if (before != MS_HELP_PROSE && !at_head)
                fputs(".PP\n", file);
            s_line(file, line->text);
            break;
        case MS_HELP_MORE:
            s_line(file, line->text);
            break;
        }
        if (line->kind != MS_HELP_BLANK)
            at_head = false;
        before = line->kind;
    }
    if (before == MS_HELP_EXAMPLE)
        fputs(".EE\n.RE\n", file);
    ms_help_lines_free(lines, count);
}

void ms_man_command(FILE *file, const char *date, const struct ms_command *command) {
    char *name = ms_cli_format("memscope-%s", command->name);
    s_head(file, date, name, 1, name, command->summary);
    free(name);
    fputs(".SH SYNOPSIS\n", file);
    char *usage = ms_cli_format("memscope %s %s", command->name, command->arguments);
    s_term(file, usage);
    free(usage);
    s_help(file, command->help);
    fputs(".SH SEE ALSO\n.BR memscope (1),\n.BR memscope (7)\n", file);
}

/* Prose, with paragraphs between blank lines. */
static void s_prose(FILE *file, const char *text) {
    size_t count;
    struct ms_help_line *lines = ms_help_lines(text, &count);
    for (size_t i = 0; i < count; i++) {
        if (lines[i].kind == MS_HELP_BLANK)
            fputs(".PP\n", file);
        else
            s_line(file, lines[i].text);
    }
    ms_help_lines_free(lines, count);
}

void ms_man_program(FILE *file, const char *date) {
    size_t count;
    const struct ms_command *const *commands = ms_cli_commands(&count);
    s_head(file, date, "memscope", 1, "memscope",
           "name the variable and the C type that hold memory");
    fputs(".SH SYNOPSIS\n", file);
    s_term(file, "memscope COMMAND ...");
    fputs(".SH DESCRIPTION\n", file);
    s_prose(file, ms_cli_introduction);
    fputs(".SH COMMANDS\n", file);
    for (size_t i = 0; i < count; i++) {
        char *page = ms_cli_format("memscope-%s", commands[i]->name);
        fputs(".TP\n.BR ", file);
        s_text(file, page);
        fputs(" (1)\n", file);
        s_line(file, commands[i]->summary);
        free(page);
    }
    fputs(".PP\n", file);
    s_prose(file, ms_cli_conclusion);
    fputs(".SH EXIT STATUS\n.TP\n.B 0\ndone\n.TP\n.B 1\nfindings, of commands that look for them\n"
          ".TP\n.B 2\nwrong usage, input that cannot be read or output that cannot be written; one "
          "line on standard error says what is wrong\n"
          ".SH ENVIRONMENT\n.TP\n.B MEMSCOPE_OPTIONS\nthe options of measured programs, see\n"
          ".BR memscope (7)\n.TP\n.B MEMSCOPE_DIR\nthe directory of journals\n"
          ".SH SEE ALSO\n.BR memscope (7)\n",
          file);
}

void ms_man_options(FILE *file, const char *date, const char *compiling) {
    size_t count;
    const struct ms_option_info *table = ms_options_table(&count);
    s_head(file, date, "memscope", 7, "memscope",
           "annotations of sources and options of measured runs");
    fputs(compiling, file);
    fputs(".SH OPTIONS OF A MEASURED RUN\n"
          ".BI MEMSCOPE_OPTIONS=\\(dq KEY = VALUE : KEY = VALUE \\(dq\n.PP\n",
          file);
    s_line(file,
           "In a value \\: is a colon and \\\\ a backslash. A preset comes first, wherever it "
           "stands. A bad key or value is one line on standard error, and the program runs on "
           "with the default.");
    for (size_t i = 0; i < count; i++) {
        fputs(".TP\n.B ", file);
        s_line(file, table[i].key);
        char *text =
            ms_cli_format("%s; takes %s%s%s", table[i].help, table[i].allowed,
                          table[i].standard[0] != '\0' ? "; default: " : "", table[i].standard);
        s_line(file, text);
        free(text);
    }
    fputs(".SH PRESETS\n", file);
#define X(name, spelling, rate, stack, depth)                                                      \
    fputs(".TP\n.B " spelling "\n", file);                                                         \
    fprintf(file, "sample_rate=%g, stack=%d, max_stack_depth=%d\n", (double)(rate), (int)(stack),  \
            (int)(depth));
    MS_PRESETS(X)
#undef X
    fputs(".SH SEE ALSO\n.BR memscope (1)\n", file);
}
