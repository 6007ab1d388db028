/* SPDX-License-Identifier: MIT */
/* What analyzers of the user's own find in a report. */
#include <stdint.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/extension.h"
#include "cli/view.h"
#include "memscope/extension.h"
#include "model/arena.h"
#include "model/utf8.h"

#define S_LIMIT      1000u
#define S_TEXT_BYTES 1023u

static const char *const s_severities[] = {
#define X(name, spelling) spelling,
    MEMSCOPE_SEVERITIES(X)
#undef X
};
#define S_SEVERITY_COUNT (sizeof(s_severities) / sizeof(s_severities[0]))

struct s_findings {
    struct memscope_findings base;
    const char *analyzer;
    size_t count, left_out;
};

/* They live as long as the program: a report is made once. */
static struct memscope_finding s_list[S_LIMIT], s_sorted[S_LIMIT];
static struct ms_arena s_texts;

/* The text of a report: valid UTF-8. */
static const char *s_keep(const char *text) {
    if (text == NULL)
        return NULL;
    size_t length = strnlen(text, S_TEXT_BYTES + 1);
    if (length > S_TEXT_BYTES) {
        length = S_TEXT_BYTES;
        while (length > S_TEXT_BYTES - 3 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--; /* not in the middle of a character */
    }
    const char *copy = ms_arena_copy_text(&s_texts, text, length);
    const char *clean = ms_utf8_clean(&s_texts, copy);
    return clean != NULL ? clean : "(out of memory)";
}

static void s_add(struct memscope_findings *base, enum memscope_severity severity, const char *text,
                  const char *location) {
    struct s_findings *findings = (struct s_findings *)base;
    if (findings->count == S_LIMIT) {
        findings->left_out++;
        return;
    }
    size_t number = (size_t)severity < S_SEVERITY_COUNT ? severity : MEMSCOPE_SEVERITY_NOTE;
    s_list[findings->count++] =
        (struct memscope_finding){findings->analyzer, s_severities[number],
                                  s_keep(text != NULL ? text : "(no text)"), s_keep(location)};
}

static size_t s_sort(size_t count) {
    size_t sorted = 0;
    for (size_t severity = 0; severity < S_SEVERITY_COUNT; severity++) {
        for (size_t i = 0; i < count; i++) {
            if (s_list[i].severity == s_severities[severity])
                s_sorted[sorted++] = s_list[i];
        }
    }
    return sorted;
}

/* Those that a report was exported with. */
static void s_add_earlier(struct s_findings *findings, const struct memscope_report *report) {
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct memscope_finding *earlier = &report->findings[i];
        size_t severity = 0;
        while (severity < MEMSCOPE_SEVERITY_NOTE && earlier->severity != NULL &&
               strcmp(earlier->severity, s_severities[severity]) != 0)
            severity++;
        findings->analyzer = earlier->name;
        s_add(&findings->base, (enum memscope_severity)severity, earlier->text, earlier->location);
    }
}

bool ms_findings_add(struct memscope_report *report) {
    struct s_findings findings = {.base = {s_add}};
    size_t count;
    const struct memscope_analyzer *analyzers = ms_extension_analyzers(&count);
    if (count == 0)
        return true;
    s_add_earlier(&findings, report);
    for (size_t i = 0; i < count; i++) {
        findings.analyzer = analyzers[i].name;
        int result = analyzers[i].run(report, &findings.base, analyzers[i].context);
        if (result != 0) {
            ms_cli_fail("the analyzer '%s' has failed (%d)", analyzers[i].name, result);
            return false;
        }
    }
    if (findings.left_out != 0)
        ms_cli_note("%zu findings are left out: %u are kept", findings.left_out, S_LIMIT);
    report->findings = s_sorted;
    report->finding_count = s_sort(findings.count);
    return true;
}

static const struct ms_view_column s_columns[] = {
    {"severity", "SEVERITY", MS_VIEW_NAME, 0},
    {"text", "FINDING", MS_VIEW_NAME, 0},
    {"location", "PLACE", MS_VIEW_PLACE, 2},
    {"name", "ANALYZER", MS_VIEW_NAME, 3},
};

const struct ms_view ms_view_findings = {
    .section = "findings",
    .sort = NULL,
    .columns = s_columns,
    .column_count = sizeof(s_columns) / sizeof(s_columns[0]),
    .empty = "no findings",
    .can_fail = false,
};
