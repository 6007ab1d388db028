/* SPDX-License-Identifier: MIT */
#include "cli/view.h"

#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/journals.h"
#include "cli/source.h"
#include "cli/grid.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "cli/view_field.h"
#include "export/report_writer.h"
#include "export/writer.h"
#include "store/layout.h"

#define S_DEFAULT_TOP 20
#define S_BAR_WIDTH   10

struct s_request {
    struct ms_view_pick pick;
    bool top_given;
    bool json;
    bool fail;
};

/* ---- the table ---- */

static double s_sum(const struct ms_field *section, const struct memscope_report *report,
                    const struct ms_field *field) {
    const char *row = *(const char *const *)(const void *)((const char *)report + section->offset);
    size_t count = *(const size_t *)(const void *)((const char *)report + section->count);
    double sum = 0, number;
    for (size_t i = 0; i < count; i++, row += section->shape->size) {
        if (ms_view_number(field, row, &number))
            sum += number;
    }
    return sum;
}

static char *s_last_seen(const struct memscope_last_seen *seen) {
    if (seen == NULL)
        return ms_cli_copy("");
    char *text = ms_cli_format("%s at %s", seen->var_name != NULL ? seen->var_name : "?",
                               seen->location != NULL ? seen->location : "?");
    char *clean = ms_text_clean(text);
    free(text);
    return clean;
}

static char *s_cell(const struct ms_view_column *column, const struct ms_field *field,
                    const char *row, double sum) {
    double number = 0;
    const char *text = ms_view_string(field, row);
    bool known = ms_view_number(field, row, &number);
    uint64_t integer = MEMSCOPE_UNKNOWN;
    if (known && field->kind == MS_FIELD_UINT)
        integer = *(const uint64_t *)(const void *)(row + field->offset);
    else if (known)
        integer = (uint64_t)number;
    switch (column->format) {
    case MS_VIEW_TYPE:
        return ms_text_clean(text != NULL ? text : "(not known)");
    case MS_VIEW_NAME:
    case MS_VIEW_KNOWN:
    case MS_VIEW_PLACE:
        return ms_text_clean(text);
    case MS_VIEW_BYTES:
        return ms_text_bytes(integer);
    case MS_VIEW_COUNT:
        return ms_text_count(integer);
    case MS_VIEW_PLAIN:
        return ms_text_plain(integer);
    case MS_VIEW_TIME:
        return ms_text_duration(integer);
    case MS_VIEW_SHARE:
        return ms_text_percent(known && sum > 0 ? 100 * number / sum : 0);
    case MS_VIEW_ERROR:
        return known ? ms_text_percent(number) : ms_cli_copy("-");
    case MS_VIEW_SEEN:
        return s_last_seen(ms_view_optional(field, row));
    case MS_VIEW_BAR:
        break;
    }
    return ms_text_bar(known && sum > 0 ? number / sum : 0, S_BAR_WIDTH, ms_terminal_get()->utf8);
}

static struct ms_grid_column s_grid_column(const struct ms_view_column *column) {
    bool text = column->format == MS_VIEW_NAME || column->format == MS_VIEW_KNOWN ||
                column->format == MS_VIEW_TYPE || column->format == MS_VIEW_PLACE ||
                column->format == MS_VIEW_SEEN;
    return (struct ms_grid_column){
        .title = column->title,
        .right = !text && column->format != MS_VIEW_BAR,
        .elastic = text,
        .cut_start = column->format == MS_VIEW_PLACE || column->format == MS_VIEW_SEEN,
        .bar = column->format == MS_VIEW_BAR,
        .weight = column->weight,
    };
}

static bool s_is_shown(const struct ms_view_column *column, const struct ms_field *field,
                       const struct ms_view_rows *rows, size_t row_size) {
    if (column->format != MS_VIEW_SEEN && column->format != MS_VIEW_KNOWN &&
        column->format != MS_VIEW_ERROR)
        return true;
    for (size_t r = 0; r < rows->count; r++) {
        const char *row = rows->bytes + r * row_size;
        double error;
        if (column->format == MS_VIEW_ERROR && ms_view_number(field, row, &error) && error > 0)
            return true;
        if (ms_view_optional(field, row) != NULL || ms_view_string(field, row) != NULL)
            return true;
    }
    return false;
}

void ms_view_print(const struct ms_view *view, const struct memscope_report *report,
                   const struct ms_view_rows *rows, size_t indent) {
    const struct ms_field *section = ms_view_section(view);
    size_t all = view->column_count, count = 0;
    const struct ms_view_column **shown = ms_cli_alloc(all * sizeof(*shown));
    const struct ms_field **fields = ms_cli_alloc(all * sizeof(*fields));
    struct ms_grid_column *columns = ms_cli_alloc(all * sizeof(*columns));
    double *sums = ms_cli_alloc(all * sizeof(*sums));
    char **cells = ms_cli_alloc(all * sizeof(*cells));
    for (size_t c = 0; c < all; c++) {
        shown[count] = &view->columns[c];
        fields[count] = ms_view_find_field(section->shape, view->columns[c].key);
        columns[count] = s_grid_column(&view->columns[c]);
        sums[count] = s_sum(section, report, fields[count]);
        if (s_is_shown(shown[count], fields[count], rows, section->shape->size))
            count++;
    }
    struct ms_grid *grid = ms_grid_new(columns, count);
    for (size_t r = 0; r < rows->count; r++) {
        const char *row = rows->bytes + r * section->shape->size;
        for (size_t c = 0; c < count; c++)
            cells[c] = s_cell(shown[c], fields[c], row, sums[c]);
        ms_grid_add(grid, cells);
    }
    ms_grid_print(grid, indent);
    ms_grid_destroy(grid);
    free(cells);
    free(sums);
    free(columns);
    free(fields);
    free(shown);
}

/* "server (pid 7)" */
static char *s_describe_who(const struct memscope_report *report) {
    const struct memscope_process *process = &report->process;
    if (report->process_count > 1)
        return ms_cli_format("%zu processes", report->process_count);
    const char *slash = process->executable != NULL ? strrchr(process->executable, '/') : NULL;
    char *program = ms_text_clean(slash != NULL ? slash + 1 : process->executable);
    char *pid = ms_text_plain(process->pid);
    char *who = ms_cli_format("%s (pid %s)", program, pid);
    free(pid);
    free(program);
    return who;
}

char *ms_view_describe_process(const struct memscope_report *report) {
    const struct memscope_process *process = &report->process;
    struct ms_journal_entry ending = {
        .state = process->exit == MEMSCOPE_EXIT_EXITED      ? MS_STATE_EXITED
                 : process->exit == MEMSCOPE_EXIT_SIGNALLED ? MS_STATE_SIGNALLED
                                                            : MS_STATE_RUNNING,
        .exit_code = process->exit_code != MEMSCOPE_UNKNOWN ? (int32_t)process->exit_code : 0,
        .alive = process->exit == MEMSCOPE_EXIT_RUNNING,
    };
    char *how = ms_journals_ending(&ending);
    char *duration = ms_text_duration(process->duration_ns);
    char *who = s_describe_who(report);
    char *text = ms_cli_format("%s, %s %s %s", who, how, ending.alive ? "for" : "after", duration);
    free(who);
    free(duration);
    free(how);
    return text;
}

static void s_print_text(const struct ms_view *view, const struct memscope_report *report,
                         const struct ms_view_rows *rows, const struct s_request *request) {
    char *process = ms_view_describe_process(report);
    printf("%s: %s%s%s\n", process, view->section, request->pick.sort != NULL ? " by " : "",
           request->pick.sort != NULL ? request->pick.sort : "");
    free(process);
    if (view->explain != NULL)
        view->explain(report);
    bool runs = report->process.exit == MEMSCOPE_EXIT_RUNNING && view->empty_running != NULL;
    if (rows->all == 0)
        printf("%s\n", runs ? view->empty_running : view->empty);
    else if (rows->matching == 0)
        printf("none of %zu matches '%s'\n", rows->all,
               request->pick.type != NULL ? request->pick.type : request->pick.filter);
    else if (request->pick.type != NULL)
        view->print_whole(rows);
    else
        ms_view_print(view, report, rows, 0);
    if (rows->count < rows->matching)
        printf("%zu of %zu; --top 0 shows all\n", rows->count, rows->matching);
}

static void s_print_behind(const struct ms_view *view, const struct memscope_report *report,
                           const struct s_request *request) {
    struct ms_view_pick pick = {
        .sort = view->sort, .filter = request->pick.filter, .top = request->pick.top};
    struct ms_view_rows rows = ms_view_select(view, report, &pick);
    if (rows.count != 0) {
        printf("\n%s\n", view->title);
        ms_view_print(view, report, &rows, 0);
    }
    ms_view_rows_fini(&rows);
}

/* ---- JSON ---- */

static bool s_sink(void *file, const void *bytes, size_t size) {
    return fwrite(bytes, 1, size, file) == size;
}

static struct ms_writer *s_writer(void) {
    struct ms_writer *writer = ms_json_writer_new(s_sink, stdout, MS_JSON_PRETTY);
    if (writer == NULL) {
        ms_cli_fail("out of memory");
        exit(MS_CLI_USAGE);
    }
    return writer;
}

static int s_finish(struct ms_writer *writer) {
    errno = 0;
    enum ms_status status = writer->ops->finish(writer);
    if (status == MS_IO && errno == EPIPE)
        return MS_CLI_USAGE;
    if (status == MS_IO)
        return ms_cli_fail("cannot write to standard output: %s", strerror(errno ? errno : EIO));
    if (status != MS_OK)
        return ms_cli_fail("cannot write JSON: %s", ms_status_message(status));
    return MS_CLI_DONE;
}

int ms_view_print_sections(const struct memscope_report *report, const char *const *keys,
                           size_t count) {
    struct ms_writer *writer = s_writer();
    ms_report_write_sections(writer, report, keys, count);
    return s_finish(writer);
}

int ms_view_print_section(const struct memscope_report *report, const char *key) {
    struct ms_writer *writer = s_writer();
    ms_report_write_value(writer, report, key);
    return s_finish(writer);
}

static int s_print_json(const struct ms_view *view, const struct memscope_report *report,
                        const struct ms_view_rows *rows) {
    const struct ms_field *section = ms_view_section(view);
    struct memscope_report shown = *report;
    *(char **)(void *)((char *)&shown + section->offset) = rows->bytes;
    *(size_t *)(void *)((char *)&shown + section->count) = rows->count;
    return ms_view_print_section(&shown, view->section);
}

/* ---- the command ---- */

static int s_check_sort(const struct ms_command *command, const struct ms_view *view,
                        const char *key) {
    const struct ms_shape *shape = ms_view_section(view)->shape;
    const struct ms_field *field = ms_view_find_field(shape, key);
    if (field != NULL && ms_view_is_sortable(field))
        return MS_CLI_DONE;
    char *keys = ms_cli_copy("");
    for (size_t i = 0; i < shape->field_count; i++) {
        if (!ms_view_is_sortable(&shape->fields[i]))
            continue;
        char *longer =
            ms_cli_format("%s%s%s", keys, keys[0] != '\0' ? ", " : "", shape->fields[i].key);
        free(keys);
        keys = longer;
    }
    ms_cli_fail("%s: cannot sort by '%s'; the keys are %s", command->name, key, keys);
    free(keys);
    return MS_CLI_USAGE;
}

bool ms_view_read_top(const char *text, size_t *top) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value > SIZE_MAX)
        return false;
    *top = (size_t)value;
    return true;
}

/* A type with its tag; no journal is called so. */
static bool s_is_type(const char *argument) {
    return strncmp(argument, "struct ", 7) == 0 || strncmp(argument, "union ", 6) == 0 ||
           strncmp(argument, "class ", 6) == 0;
}

static const struct option s_options[] = {
    {"top", required_argument, NULL, 't'},    {"sort", required_argument, NULL, 's'},
    {"filter", required_argument, NULL, 'f'}, {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},         {"fail", no_argument, NULL, 'F'},
    {"type", required_argument, NULL, 'T'},   MS_SOURCE_OPTIONS,
};
#define S_OPTION_COUNT (sizeof(s_options) / sizeof(s_options[0]))

struct option *ms_view_options(const struct ms_view *view) {
    size_t own = 0, count = 0;
    while (view->options != NULL && view->options[own].name != NULL)
        own++;
    struct option *all = ms_cli_alloc((S_OPTION_COUNT + own + 1) * sizeof(*all));
    for (size_t i = 0; i < S_OPTION_COUNT; i++) {
        if ((s_options[i].val == 'F' && !view->can_fail) ||
            (s_options[i].val == 'T' && view->has_name == NULL))
            continue;
        all[count++] = s_options[i];
    }
    for (size_t i = 0; i < own; i++)
        all[count++] = view->options[i];
    all[count] = (struct option){NULL, 0, NULL, 0};
    return all;
}

static int s_read_options(const struct ms_command *command, const struct ms_view *view,
                          const struct option *options, int argc, char **argv,
                          struct s_request *request) {
    int option, status;
    while ((option = ms_cli_option(command, argc, argv, ":h", options)) != -1) {
        switch (option) {
        case 't':
            if (!ms_view_read_top(optarg, &request->pick.top))
                return ms_cli_fail("%s: --top takes a number, not '%s'", command->name, optarg);
            request->top_given = true;
            break;
        case 's':
            request->pick.sort = optarg;
            break;
        case 'f':
            request->pick.filter = optarg;
            break;
        case 'j':
            request->json = true;
            break;
        case 'F':
            request->fail = true;
            break;
        case 'T':
            request->pick.type = optarg;
            break;
        case 'h':
            exit(ms_cli_help(command));
        default:
            if (ms_source_take_option(option, optarg))
                break;
            status = option >= MS_VIEW_OWN_OPTION && view->take != NULL ? view->take(option, optarg)
                                                                        : MS_CLI_USAGE;
            if (status != MS_CLI_DONE)
                return status;
        }
    }
    if (view->has_name != NULL && optind < argc && s_is_type(argv[optind]))
        request->pick.type = argv[optind++];
    return request->pick.sort != NULL ? s_check_sort(command, view, request->pick.sort)
                                      : MS_CLI_DONE;
}

static int s_read_request(const struct ms_command *command, const struct ms_view *view, int argc,
                          char **argv, struct s_request *request) {
    struct option *options = ms_view_options(view);
    int status = s_read_options(command, view, options, argc, argv, request);
    free(options);
    return status;
}

int ms_view_run(const struct ms_command *command, const struct ms_view *view, int argc,
                char **argv) {
    struct s_request request = {.pick = {.sort = view->sort, .top = S_DEFAULT_TOP}};
    struct ms_source source;
    const char *file;
    int status = s_read_request(command, view, argc, argv, &request);
    if (status != MS_CLI_DONE)
        return status;
    if (!ms_source_argument(command->name, argc, argv, &file))
        return MS_CLI_USAGE;
    if (view->before != NULL && (status = view->before(file)) != MS_CLI_DONE)
        return status;
    if (!ms_source_open(&source, file, 0))
        return MS_CLI_USAGE;
    if (request.json && !request.top_given)
        request.pick.top = 0;
    struct memscope_report report = *source.report;
    status = view->prepare != NULL ? view->prepare(&report) : MS_CLI_DONE;
    if (status != MS_CLI_DONE) {
        ms_source_close(&source);
        return status;
    }
    struct ms_view_rows rows = ms_view_select(view, &report, &request.pick);
    ms_cli_begin_output();
    if (request.json)
        status = s_print_json(view, &report, &rows);
    else
        s_print_text(view, &report, &rows, &request);
    if (!request.json && view->behind != NULL)
        s_print_behind(view->behind, &report, &request);
    if (status == MS_CLI_DONE && request.fail && rows.matching != 0)
        status = MS_CLI_FINDINGS;
    ms_view_rows_fini(&rows);
    ms_source_close(&source);
    return ms_cli_end_output(status);
}
