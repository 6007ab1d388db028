/* SPDX-License-Identifier: MIT */
/* SARIF 2.1.0, as GitHub's code scanning and editors read it. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check_output.h"
#include "cli/check_text.h"
#include "cli/cli.h"

#define S_SCHEMA                                                                                   \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

static void s_text(struct ms_writer *writer, const char *key, const char *text) {
    writer->ops->string(writer, key);
    writer->ops->string(writer, text);
}

static void s_message(struct ms_writer *writer, const char *key, const char *text) {
    writer->ops->string(writer, key);
    writer->ops->begin_object(writer, 1);
    s_text(writer, "text", text);
    writer->ops->end_object(writer);
}

static void s_begin(struct ms_writer *writer, const char *key, size_t members) {
    writer->ops->string(writer, key);
    writer->ops->begin_object(writer, members);
}

static void s_begin_list(struct ms_writer *writer, const char *key, size_t elements) {
    writer->ops->string(writer, key);
    writer->ops->begin_array(writer, elements);
}

/* A path as a URI reference: what is not allowed there is written as %XX, and a first part with a
 * colon is kept from being taken for a scheme. Source: RFC 3986, section 2.3 and 4.2. */
static char *s_uri(const char *path) {
    static const char s_plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    char *uri = ms_cli_alloc(3 * strlen(path) + sizeof("file://")), *out = uri;
    if (path[0] == '/')
        out = stpcpy(out, "file://");
    for (; *path != '\0'; path++) {
        if (strchr(s_plain, *path) != NULL)
            *out++ = *path;
        else
            out += sprintf(out, "%%%02X", (unsigned char)*path);
    }
    *out = '\0';
    return uri;
}

static void s_write_rules(struct ms_writer *writer) {
    s_begin_list(writer, "rules", MS_CHECK_RULE_COUNT);
    for (int rule = 0; rule < MS_CHECK_RULE_COUNT; rule++) {
        const struct ms_check_rule_info *info = ms_check_rule_info(rule);
        char *full = ms_cli_format("%s. This limits %s, by `memscope check --%s`.", info->purpose,
                                   info->what, info->id);
        writer->ops->begin_object(writer, 4);
        s_text(writer, "id", info->id);
        s_message(writer, "shortDescription", info->purpose);
        s_message(writer, "fullDescription", full);
        s_begin(writer, "defaultConfiguration", 1);
        s_text(writer, "level", "error");
        writer->ops->end_object(writer);
        writer->ops->end_object(writer);
        free(full);
    }
    writer->ops->end_array(writer);
}

static void s_write_region(struct ms_writer *writer, const struct ms_check_place *place) {
    bool has_column = place->column != MEMSCOPE_UNKNOWN && place->column != 0;
    if (place->line == MEMSCOPE_UNKNOWN || place->line == 0)
        return;
    s_begin(writer, "region", 1u + has_column);
    writer->ops->string(writer, "startLine");
    writer->ops->unsigned_integer(writer, place->line);
    if (has_column) {
        writer->ops->string(writer, "startColumn");
        writer->ops->unsigned_integer(writer, place->column);
    }
    writer->ops->end_object(writer);
}

/* Without a file there is no location: what is not known is left out. */
static void s_write_location(struct ms_writer *writer, const struct ms_check_result *result,
                             const char *file) {
    const struct ms_check_place *place = &result->place;
    bool has_line = place->line != MEMSCOPE_UNKNOWN && place->line != 0;
    s_begin_list(writer, "locations", file != NULL);
    if (file != NULL) {
        char *uri = s_uri(file);
        writer->ops->begin_object(writer, 1u + (place->function != NULL));
        s_begin(writer, "physicalLocation", 1u + has_line);
        s_begin(writer, "artifactLocation", 1u + (file[0] != '/'));
        s_text(writer, "uri", uri);
        if (file[0] != '/')
            s_text(writer, "uriBaseId", "%SRCROOT%");
        writer->ops->end_object(writer);
        s_write_region(writer, place);
        writer->ops->end_object(writer);
        if (place->function != NULL) {
            s_begin_list(writer, "logicalLocations", 1);
            writer->ops->begin_object(writer, 2);
            s_text(writer, "name", place->function);
            s_text(writer, "kind", "function");
            writer->ops->end_object(writer);
            writer->ops->end_array(writer);
        }
        writer->ops->end_object(writer);
        free(uri);
    }
    writer->ops->end_array(writer);
}

static void s_write_properties(struct ms_writer *writer, const struct ms_check_result *result) {
    const struct ms_writer_ops *ops = writer->ops;
    s_begin(writer, "properties", 6);
    ops->string(writer, "value");
    ops->unsigned_integer(writer, result->value);
    ops->string(writer, "allowed");
    ops->unsigned_integer(writer, result->allowed);
    ops->string(writer, "baseline");
    ops->unsigned_integer(writer, result->old_value);
    ops->string(writer, "error_percent");
    ops->real(writer, result->is_estimated ? result->error_percent : 0);
    s_text(writer, "type_name", result->place.type_name);
    s_text(writer, "var_name", result->place.var_name);
    ops->end_object(writer);
}

static void s_write_result(struct ms_writer *writer, const struct ms_check_findings *findings,
                           const struct ms_check_result *result) {
    char *text = ms_check_text(result), *file = ms_check_file(result, findings->root);
    char *fingerprint = ms_cli_format("%016" PRIx64, result->fingerprint);
    writer->ops->begin_object(writer, 7);
    s_text(writer, "ruleId", ms_check_rule_info(result->limit->rule)->id);
    writer->ops->string(writer, "ruleIndex");
    writer->ops->unsigned_integer(writer, result->limit->rule);
    s_text(writer, "level", ms_check_fails(result, findings->is_strict) ? "error" : "warning");
    s_message(writer, "message", text);
    s_write_location(writer, result, file);
    s_begin(writer, "partialFingerprints", 1);
    s_text(writer, "memscopeLimit/v1", fingerprint);
    writer->ops->end_object(writer);
    s_write_properties(writer, result);
    writer->ops->end_object(writer);
    free(fingerprint);
    free(file);
    free(text);
}

/* What is missing or doubtful in the report, for who reads the results. */
static void s_write_invocation(struct ms_writer *writer, const struct memscope_report *report) {
    s_begin_list(writer, "invocations", 1);
    writer->ops->begin_object(writer, 2);
    writer->ops->string(writer, "executionSuccessful");
    writer->ops->boolean(writer, true);
    s_begin_list(writer, "toolExecutionNotifications", report->note_count);
    for (size_t i = 0; i < report->note_count; i++) {
        writer->ops->begin_object(writer, 2);
        s_text(writer, "level", "note");
        s_message(writer, "message", report->notes[i]);
        writer->ops->end_object(writer);
    }
    writer->ops->end_array(writer);
    writer->ops->end_object(writer);
    writer->ops->end_array(writer);
}

void ms_check_write_sarif(struct ms_writer *writer, const struct ms_check_findings *findings) {
    writer->ops->begin_object(writer, 3);
    s_text(writer, "$schema", S_SCHEMA);
    s_text(writer, "version", "2.1.0");
    s_begin_list(writer, "runs", 1);
    writer->ops->begin_object(writer, 3);
    s_begin(writer, "tool", 1);
    s_begin(writer, "driver", 3);
    s_text(writer, "name", "memscope");
    s_text(writer, "version", MS_CLI_VERSION);
    s_write_rules(writer);
    writer->ops->end_object(writer);
    writer->ops->end_object(writer);
    s_write_invocation(writer, findings->report);
    s_begin_list(writer, "results", findings->count);
    for (size_t i = 0; i < findings->count; i++)
        s_write_result(writer, findings, findings->results[i]);
    writer->ops->end_array(writer);
    writer->ops->end_object(writer);
    writer->ops->end_array(writer);
    writer->ops->end_object(writer);
}
