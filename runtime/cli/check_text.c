/* SPDX-License-Identifier: MIT */
#include "cli/check_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/text.h"

static bool s_is_bytes(const struct ms_check_result *result) {
    return ms_check_rule_info(result->limit->rule)->is_bytes;
}

static char *s_amount(const struct ms_check_result *result, uint64_t amount, bool exactly) {
    if (!s_is_bytes(result))
        return ms_text_count(amount);
    if (!exactly || amount < 1024)
        return ms_text_bytes(amount);
    char *count = ms_text_count(amount);
    char *text = ms_cli_format("%s B", count);
    free(count);
    return text;
}

/* Numbers that differ by less than people's units show are told to the byte. */
static bool s_needs_bytes(const struct ms_check_result *result) {
    char *value = s_amount(result, result->value, false);
    char *allowed = s_amount(result, result->allowed, false);
    bool same = result->value != result->allowed && strcmp(value, allowed) == 0;
    free(allowed);
    free(value);
    return same;
}

static char *s_what(const struct ms_check_result *result) {
    if (result->name == NULL)
        return ms_cli_copy(result->what);
    char *clean = ms_text_clean(result->name);
    char *what = ms_cli_format("%s %s",
                               result->limit->rule == MS_CHECK_MAX_TYPE ? "the peak of type"
                                                                        : "the peak of variable",
                               clean);
    free(clean);
    return what;
}

static char *s_value(const struct ms_check_result *result, bool exactly) {
    char *value = s_amount(result, result->value, exactly), *text;
    if (!result->is_estimated)
        return value;
    if (isfinite(result->error_percent))
        text = ms_cli_format("about %s (± %.3g %%)", value, result->error_percent);
    else
        text = ms_cli_format("about %s (estimated from samples, ± not known)", value);
    free(value);
    return text;
}

static char *s_limit(const struct ms_check_result *result, bool exactly) {
    char *allowed = s_amount(result, result->allowed, exactly);
    char *text;
    if (result->old_value == MEMSCOPE_UNKNOWN) {
        text = ms_cli_format("the limit of %s", allowed);
    } else {
        char *old = s_amount(result, result->old_value, exactly);
        if (isnan(result->limit->percent))
            text = ms_cli_format("the %s allowed by the baseline's %s", allowed, old);
        else
            text = ms_cli_format("the %s allowed by the baseline's %s and %.4g %%", allowed, old,
                                 result->limit->percent);
        free(old);
    }
    free(allowed);
    return text;
}

/* "; most of it: struct session (cache) in session_new, 40.2 MiB" */
static char *s_most(const struct ms_check_result *result) {
    const struct ms_check_place *place = &result->place;
    if (place->file == NULL && place->type_name == NULL && place->function == NULL)
        return ms_cli_copy("");
    char *type =
        ms_text_clean(place->type_name != NULL ? place->type_name : "blocks of no known type");
    char *variable = place->var_name != NULL ? ms_text_clean(place->var_name) : NULL;
    char *function = place->function != NULL ? ms_text_clean(place->function) : NULL;
    char *part = place->bytes == 0 ? ms_cli_copy("")
                 : s_is_bytes(result) || result->limit->rule == MS_CHECK_MAX_LEAKS
                     ? ms_text_bytes(place->bytes)
                     : ms_text_count(place->bytes);
    char *text = ms_cli_format("; %s: %s%s%s%s%s%s%s%s",
                               result->old_value != MEMSCOPE_UNKNOWN ? "grown most" : "most", type,
                               variable != NULL ? " (" : "", variable != NULL ? variable : "",
                               variable != NULL ? ")" : "", function != NULL ? " in " : "",
                               function != NULL ? function : "", *part != '\0' ? ", " : "", part);
    free(part);
    free(function);
    free(variable);
    free(type);
    return text;
}

char *ms_check_text(const struct ms_check_result *result) {
    bool exactly = s_needs_bytes(result);
    char *what = s_what(result), *value = s_value(result, exactly),
         *limit = s_limit(result, exactly), *most = s_most(result), *text = NULL;
    switch (result->outcome) {
    case MS_CHECK_WITHIN:
        text = ms_cli_format("%s is %s, within %s", what, value, limit);
        break;
    case MS_CHECK_OVER: {
        char *over = s_amount(result, result->value - result->allowed, exactly);
        text = result->value > result->allowed
                   ? ms_cli_format("%s is %s, %s over %s%s", what, value, over, limit, most)
                   : ms_cli_format("%s is %s, over %s%s", what, value, limit, most);
        free(over);
        break;
    }
    case MS_CHECK_DOUBTFUL:
        text = ms_cli_format("%s is %s: %s is within the error%s", what, value, limit, most);
        break;
    case MS_CHECK_NOT_KNOWN:
        text =
            ms_cli_format("%s is not known: %s", what,
                          result->reason != NULL ? result->reason : "the report does not have it");
        break;
    case MS_CHECK_NO_SUCH:
        text = ms_cli_format("the report has no %s '%s'",
                             result->limit->rule == MS_CHECK_MAX_TYPE ? "type" : "variable",
                             result->name);
        break;
    }
    free(most);
    free(limit);
    free(value);
    free(what);
    return text;
}

char *ms_check_file(const struct ms_check_result *result, const char *root) {
    const char *file = result->place.file;
    size_t length = strlen(root);
    if (file == NULL)
        return NULL;
    while (length > 0 && root[length - 1] == '/')
        length--;
    if (strncmp(file, root, length) == 0 && file[length] == '/')
        file += length + 1;
    while (strncmp(file, "./", 2) == 0)
        file += 2;
    return ms_cli_copy(file);
}
