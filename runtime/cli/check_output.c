/* SPDX-License-Identifier: MIT */
#include "cli/check_output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check_text.h"
#include "cli/cli.h"
#include "cli/text.h"

bool ms_check_fails(const struct ms_check_result *result, bool is_strict) {
    return result->outcome == MS_CHECK_OVER || result->outcome == MS_CHECK_NOT_KNOWN ||
           (result->outcome == MS_CHECK_DOUBTFUL && is_strict);
}

static const char *s_level(const struct ms_check_findings *findings,
                           const struct ms_check_result *result) {
    return ms_check_fails(result, findings->is_strict) ? "error" : "warning";
}

static const char *s_rule(const struct ms_check_result *result) {
    return ms_check_rule_info(result->limit->rule)->id;
}

/* Where no place is known, the program is named. */
static char *s_program(const struct memscope_report *report) {
    const char *slash =
        report->process.executable != NULL ? strrchr(report->process.executable, '/') : NULL;
    return ms_text_clean(slash != NULL ? slash + 1 : report->process.executable);
}

void ms_check_print_line(const struct ms_check_findings *findings,
                         const struct ms_check_result *result) {
    char *text = ms_check_text(result), *file = ms_check_file(result, findings->root);
    char *where = file != NULL ? ms_text_clean(file) : s_program(findings->report);
    printf("%s", where);
    if (file != NULL && result->place.line != MEMSCOPE_UNKNOWN)
        printf(":%" PRIu64, result->place.line);
    if (file != NULL && result->place.column != MEMSCOPE_UNKNOWN)
        printf(":%" PRIu64, result->place.column);
    printf(": %s: %s [%s]\n", s_level(findings, result), text, s_rule(result));
    free(where);
    free(file);
    free(text);
}

/* Source: actions/toolkit, command.ts: what would end the value or the line is escaped. */
static void s_print_escaped(const char *text, bool is_property) {
    for (; *text != '\0'; text++) {
        if (*text == '%' || *text == '\r' || *text == '\n' ||
            (is_property && (*text == ':' || *text == ',')))
            printf("%%%02X", (unsigned char)*text);
        else
            putchar(*text);
    }
}

void ms_check_print_github(const struct ms_check_findings *findings,
                           const struct ms_check_result *result) {
    char *text = ms_check_text(result), *file = ms_check_file(result, findings->root);
    printf("::%s ", s_level(findings, result));
    if (file != NULL) {
        printf("file=");
        s_print_escaped(file, true);
        if (result->place.line != MEMSCOPE_UNKNOWN)
            printf(",line=%" PRIu64, result->place.line);
        if (result->place.column != MEMSCOPE_UNKNOWN)
            printf(",col=%" PRIu64, result->place.column);
        putchar(',');
    }
    printf("title=memscope %s::", s_rule(result));
    s_print_escaped(text, false);
    putchar('\n');
    free(file);
    free(text);
}

void ms_check_write_code_quality(struct ms_writer *writer,
                                 const struct ms_check_findings *findings) {
    const struct ms_writer_ops *ops = writer->ops;
    ops->begin_array(writer, findings->count);
    for (size_t i = 0; i < findings->count; i++) {
        const struct ms_check_result *result = findings->results[i];
        char *text = ms_check_text(result), *file = ms_check_file(result, findings->root);
        char *fingerprint = ms_cli_format("%016" PRIx64, result->fingerprint);
        char *where = file != NULL ? ms_cli_copy(file) : s_program(findings->report);
        bool has_line = file != NULL && result->place.line != MEMSCOPE_UNKNOWN;
        ops->begin_object(writer, 5);
        ops->string(writer, "description");
        ops->string(writer, text);
        ops->string(writer, "check_name");
        ops->string(writer, s_rule(result));
        ops->string(writer, "fingerprint");
        ops->string(writer, fingerprint);
        ops->string(writer, "severity");
        ops->string(writer, ms_check_fails(result, findings->is_strict) ? "major" : "minor");
        ops->string(writer, "location");
        ops->begin_object(writer, 2);
        ops->string(writer, "path");
        ops->string(writer, where);
        ops->string(writer, "lines");
        ops->begin_object(writer, 1);
        ops->string(writer, "begin");
        ops->unsigned_integer(writer, has_line ? result->place.line : 1);
        ops->end_object(writer);
        ops->end_object(writer);
        ops->end_object(writer);
        free(where);
        free(fingerprint);
        free(file);
        free(text);
    }
    ops->end_array(writer);
}
