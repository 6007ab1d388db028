/* SPDX-License-Identifier: MIT */
/* The formats: what is in them, that they agree, and what happens when they cannot be written. */
#include <CUnit/Basic.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "compare/merge.h"
#include "export/export.h"
#include "export/report_shape.h"
#include "export/report_redact.h"
#include "export_memory.h"
#include "sample_report.h"
#include "tree_compare.h"

#define ROWS   20u
#define POINTS 30u

static yajl_val parse(const char *json) {
    char error[256];
    yajl_val tree = yajl_tree_parse(json, error, sizeof(error));
    if (tree == NULL) {
        fprintf(stderr, "%s\n", error);
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(tree);
    return tree;
}

static yajl_val export_to_tree(const struct memscope_report *report) {
    struct memory json = export_to_memory("json", report);
    yajl_val tree = parse(json.bytes);
    free(json.bytes);
    return tree;
}

/* The keys as docs and scripts know them, written down a second time on purpose. */
static void test_keys(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    yajl_val tree = export_to_tree(report);
    CU_ASSERT(tree_has_keys(
        tree, "schema version process sampling summary hotspots system_snapshots sites types "
              "layouts variables threads live leaks growing problems findings lifetimes sizes "
              "marks phases "
              "timeline stacks "
              "modules events processes notes"));
    static const char *const objects[][2] = {
        {"process", "pid ppid executable command host start_time duration_ns exit exit_code"},
        {"sampling", "preset sample_rate sample_bytes rate_changes seed exact heap_bytes"},
        {"summary",
         "total_allocations total_deallocations active_allocations peak_memory_bytes "
         "peak_known_bytes peak_known_ns "
         "current_memory_bytes allocation_rate_per_sec deallocation_rate_per_sec "
         "total_bytes typed_bytes_percent dropped_events torn_blocks padding_waste_bytes "
         "stack_peak_bytes static_bytes pooled_allocations pooled_bytes "
         "pooled_outside_bytes missing_events "
         "temporary_allocations moved_bytes freed_elsewhere slack_bytes"},
        {"timeline", "interval_ns timestamps heap_live_bytes allocations frees by_type by_site"},
    };
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        CU_ASSERT(tree_has_keys(tree_member(tree, objects[i][0]), objects[i][1]));
    }
    static const char *const arrays[][2] = {
        {"hotspots", "var_name type_name total_size allocation_count location function live_size "
                     "live_count stack_id temporary_count moved_bytes"},
        {"system_snapshots",
         "timestamp cpu_usage_percent memory_usage_bytes memory_usage_percent thread_count "
         "disk_read_bps disk_write_bps network_rx_bps network_tx_bps gpu_usage_percent "
         "gpu_memory_used gpu_memory_total process_cpu_percent process_rss_bytes heap_live_bytes "
         "process_minor_faults process_major_faults process_read_bytes process_write_bytes "
         "process_fds process_pss_bytes process_gpu_bytes gpus"},
        {"sites", "id kind evidence var_name type_name label file line column function "
                  "total_allocations total_bytes live_allocations live_bytes peak_bytes "
                  "bytes_at_peak "
                  "temporary_allocations moved_bytes slack_bytes left_by_jump "
                  "element_name total_elements live_elements pooled error_percent"},
        {"types",
         "type_name size alignment live_count live_bytes pooled_bytes total_count total_bytes "
         "peak_bytes bytes_at_peak padding_bytes padding_waste_bytes members error_percent "
         "live_objects total_objects peak_objects struct_name declared "
         "average_bytes average_lifetime_ns temporary_count moved_bytes slack_bytes"},
        {"layouts", "type_name names declared size alignment live_objects peak_objects "
                    "padding_bytes tail_padding_bytes wasted_bytes wasted_at_peak_bytes "
                    "cache_lines crossing_members members best_size saved_bytes "
                    "saved_at_peak_bytes saved_malloc_bytes best_order moves not_reordered"},
        {"variables", "kind var_name type_name location live_bytes peak_bytes total_bytes "
                      "total_allocations history error_percent live_count average_bytes "
                      "average_lifetime_ns"},
        {"threads", "tid name total_allocations total_bytes live_bytes peak_bytes freed_elsewhere "
                    "stack_peak_bytes error_percent"},
        {"live", "site_id var_name type_name stack_id tid count bytes error_percent"},
        {"leaks", "var_name type_name location function count bytes first_seen_ns stack_id "
                  "last_seen reachability error_percent"},
        {"growing", "site_id var_name type_name location function by start_ns end_ns start_bytes "
                    "end_bytes"},
        {"problems", "kind count var_name type_name made_location made_function deallocator "
                     "freed_location freed_function freed_by first_seen_ns stack_id"},
        {"findings", "name severity text location"},
        {"lifetimes", "from to count"},
        {"sizes", "from to count"},
        {"marks", "timestamp name"},
        {"events", "timestamp kind address size site_id thread_id stack_id former_address"},
        {"phases", "name tid depth start_ns end_ns total_allocations total_bytes "
                   "heap_live_bytes_at_start heap_live_bytes_at_end"},
        {"stacks",
         "id frames live_count live_bytes error_percent site_id total_allocations total_bytes "
         "temporary_allocations bytes_at_peak total_error_percent"},
        {"modules", "path build_id base"},
        {"processes",
         "pid ppid executable host start_time duration_ns exit exit_code peak_memory_bytes "
         "current_memory_bytes total_bytes total_allocations"},
    };
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        CU_ASSERT(tree_has_keys(tree_element(tree_member(tree, arrays[i][0]), 0), arrays[i][1]));
    }
    yajl_val type = tree_element(tree_member(tree, "types"), 0);
    CU_ASSERT(tree_has_keys(tree_element(tree_member(type, "members"), 0),
                            "name type_name offset size hole_after kind alignment bit_offset "
                            "bit_size crosses_line"));
    yajl_val layout = tree_element(tree_member(tree, "layouts"), 0);
    CU_ASSERT(tree_has_keys(tree_element(tree_member(layout, "moves"), 0), "member behind"));
    yajl_val stack = tree_element(tree_member(tree, "stacks"), 0);
    CU_ASSERT(tree_has_keys(tree_element(tree_member(stack, "frames"), 0),
                            "function file line column inlined module address"));
    yajl_val variable = tree_element(tree_member(tree, "variables"), 0);
    CU_ASSERT(
        tree_has_keys(tree_element(tree_member(variable, "history"), 0), "timestamp live_bytes"));
    yajl_val series = tree_member(tree_member(tree, "timeline"), "by_type");
    CU_ASSERT(tree_has_keys(tree_element(series, 0), "type_name live_bytes"));
    CU_ASSERT_EQUAL(tree_member(tree_element(series, 0), "live_bytes")->u.array.len, POINTS);
    yajl_tree_free(tree);
    sample_report_destroy(report);
}

static void check_number(yajl_val object, const char *name, const char *digits) {
    yajl_val number = tree_member(object, name);
    CU_ASSERT_FATAL(YAJL_IS_NUMBER(number));
    CU_ASSERT_STRING_EQUAL(number->u.number.r, digits);
}

/* What is not known is null; whole numbers keep every digit; reals stay reals. */
static void test_values(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    yajl_val tree = export_to_tree(report);
    yajl_val summary = tree_member(tree, "summary");
    check_number(tree, "version", "1");
    CU_ASSERT_STRING_EQUAL(YAJL_GET_STRING(tree_member(tree, "schema")), "memscope-report");
    check_number(summary, "total_allocations", "9007199254740993");
    check_number(summary, "deallocation_rate_per_sec", "0.3333333333333333");
    check_number(summary, "allocation_rate_per_sec", "55512.1");
    check_number(tree_member(tree, "sampling"), "seed", "18446744073709551614");
    check_number(tree_member(tree, "sampling"), "sample_rate", "1.0");
    CU_ASSERT(YAJL_IS_FALSE(tree_member(tree_member(tree, "sampling"), "exact")));
    CU_ASSERT(YAJL_IS_NULL(tree_member(summary, "stack_peak_bytes")));
    CU_ASSERT_STRING_EQUAL(YAJL_GET_STRING(tree_member(tree_member(tree, "process"), "exit")),
                           "exited");
    yajl_val hotspots = tree_member(tree, "hotspots");
    CU_ASSERT_EQUAL(hotspots->u.array.len, ROWS);
    CU_ASSERT(YAJL_IS_NULL(tree_member(tree_element(hotspots, 4), "stack_id")));
    check_number(tree_element(hotspots, 5), "stack_id", "81");
    CU_ASSERT(YAJL_IS_NULL(tree_member(tree_element(hotspots, 16), "location")));
    yajl_val snapshot = tree_element(tree_member(tree, "system_snapshots"), 0);
    CU_ASSERT(YAJL_IS_NULL(tree_member(snapshot, "cpu_usage_percent"))); /* NaN */
    CU_ASSERT(YAJL_IS_NULL(tree_member(snapshot, "gpu_memory_used")));
    yajl_tree_free(tree);
    sample_report_destroy(report);
}

/* Names come out of JSON as they went in. */
static void test_hostile_names(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    yajl_val tree = export_to_tree(report);
    yajl_val types = tree_member(tree, "types");
    for (size_t i = 0; i < SAMPLE_HOSTILE_COUNT; i++) {
        yajl_val name = tree_member(tree_element(types, 3 + i), "type_name");
        CU_ASSERT_STRING_EQUAL(YAJL_GET_STRING(name), sample_hostile_name(i));
    }
    yajl_tree_free(tree);
    sample_report_destroy(report);
}

static void check_msgpack_equals_json(const struct memscope_report *report) {
    yajl_val tree = export_to_tree(report);
    struct memory bytes = export_to_memory("msgpack", report);
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t offset = 0;
    CU_ASSERT_EQUAL_FATAL(msgpack_unpack_next(&unpacked, bytes.bytes, bytes.size, &offset),
                          MSGPACK_UNPACK_SUCCESS);
    CU_ASSERT_EQUAL(offset, bytes.size); /* every count was right: nothing is left over */
    char path[512] = "";
    bool equal = tree_equals_msgpack(tree, &unpacked.data, path, sizeof(path));
    if (!equal) {
        fprintf(stderr, "json and msgpack differ at %s\n", path);
    }
    CU_ASSERT(equal);
    msgpack_unpacked_destroy(&unpacked);
    free(bytes.bytes);
    yajl_tree_free(tree);
}

static void test_events(void) {
    static const char *const kinds[] = {"alloc", "realloc", "free"};
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    yajl_val tree = export_to_tree(report);
    yajl_val events = tree_member(tree, "events");
    CU_ASSERT_EQUAL_FATAL(events->u.array.len, 3);
    for (size_t i = 0; i < 3; i++) {
        CU_ASSERT_STRING_EQUAL(YAJL_GET_STRING(tree_member(tree_element(events, i), "kind")),
                               kinds[i]);
    }
    check_number(tree_element(events, 0), "address", "140737347846160");
    CU_ASSERT(YAJL_IS_NULL(tree_member(tree_element(events, 0), "former_address")));
    check_number(tree_element(events, 1), "former_address", "140737347846160");
    CU_ASSERT(YAJL_IS_NULL(tree_member(tree_element(events, 1), "site_id")));
    check_number(tree_element(events, 2), "timestamp", "9007199254740993");
    yajl_tree_free(tree);
    report->events = NULL; /* not asked for: no key */
    tree = export_to_tree(report);
    CU_ASSERT(tree_has_keys(
        tree, "schema version process sampling summary hotspots system_snapshots sites types "
              "layouts variables threads live leaks growing problems findings lifetimes sizes "
              "marks phases "
              "timeline stacks "
              "modules processes notes"));
    yajl_tree_free(tree);
    sample_report_destroy(report);
}

static void test_msgpack_equals_json(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    check_msgpack_equals_json(report);
    report->events = NULL;
    check_msgpack_equals_json(report);
    sample_report_destroy(report);
    report = sample_report_new_empty();
    check_msgpack_equals_json(report);
    sample_report_destroy(report);
}

static void write_reals(char *text, size_t size) {
    static const double reals[] = {0.1,       100,  -0.0,    5e-324,        1.7976931348623157e308,
                                   1e21,      1e-7, 2.0 / 3, 123456789.125, INFINITY,
                                   -INFINITY, NAN};
    struct memory json = {NULL, 0, SIZE_MAX};
    struct ms_writer *writer = ms_json_writer_new(keep_bytes, &json, MS_JSON_COMPACT);
    writer->ops->begin_array(writer, 12);
    for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++) {
        writer->ops->real(writer, reals[i]);
    }
    writer->ops->end_array(writer);
    CU_ASSERT_EQUAL(writer->ops->finish(writer), MS_OK);
    snprintf(text, size, "%s", json.bytes);
    free(json.bytes);
}

static const char s_reals[] = "[0.1,100.0,-0.0,5e-324,1.7976931348623157e+308,1e+21,1e-07,"
                              "0.6666666666666666,123456789.125,null,null,null]";

static void test_reals(void) {
    char text[512];
    write_reals(text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, s_reals);
}

/* A locale with a decimal comma is made here with libc's own localedef: few machines have one. */
static void test_decimal_comma(void) {
    char directory[] = "test_export_locale.XXXXXX";
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    char command[512];
    snprintf(command, sizeof(command),
             "cd %s && printf 'LC_NUMERIC\\ndecimal_point \",\"\\nthousands_sep \"\"\\n"
             "grouping -1\\nEND LC_NUMERIC\\n' > source && "
             "localedef -c -i source -f ANSI_X3.4-1968 ./comma 2> messages",
             directory);
    (void)!system(command); /* it warns about what the locale does not have, and exits with 1 */
    char *path = realpath(directory, NULL);
    setenv("LOCPATH", path, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(setlocale(LC_NUMERIC, "comma"));
    char text[512];
    snprintf(text, sizeof(text), "%.1f", 0.5);
    CU_ASSERT_STRING_EQUAL(text, "0,5"); /* the locale does what it is here for */
    write_reals(text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, s_reals);
    snprintf(text, sizeof(text), "%.1f", 0.5);
    CU_ASSERT_STRING_EQUAL(text, "0,5"); /* and is still the thread's */
    setlocale(LC_NUMERIC, "C");
    unsetenv("LOCPATH");
    free(path);
    snprintf(command, sizeof(command), "rm -rf %s", directory);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void test_integers(void) {
    struct memory json = {NULL, 0, SIZE_MAX};
    struct ms_writer *writer = ms_json_writer_new(keep_bytes, &json, MS_JSON_COMPACT);
    writer->ops->begin_array(writer, 4);
    writer->ops->integer(writer, INT64_MIN);
    writer->ops->unsigned_integer(writer, UINT64_MAX - 1);
    writer->ops->unsigned_integer(writer, MEMSCOPE_UNKNOWN);
    writer->ops->boolean(writer, true);
    writer->ops->end_array(writer);
    CU_ASSERT_EQUAL(writer->ops->finish(writer), MS_OK);
    CU_ASSERT_STRING_EQUAL(json.bytes, "[-9223372036854775808,18446744073709551614,null,true]");
    free(json.bytes);
}

static void check_string(enum ms_json_style style, const char *text, const char *wanted) {
    struct memory json = {NULL, 0, SIZE_MAX};
    struct ms_writer *writer = ms_json_writer_new(keep_bytes, &json, style);
    writer->ops->string(writer, text);
    CU_ASSERT_EQUAL(writer->ops->finish(writer), MS_OK);
    CU_ASSERT_STRING_EQUAL(json.bytes, wanted);
    free(json.bytes);
}

static void test_strings(void) {
    check_string(MS_JSON_COMPACT, "a\"b\\c\n\x01\x1f", "\"a\\\"b\\\\c\\n\\u0001\\u001F\"");
    check_string(MS_JSON_COMPACT, "</script>&", "\"</script>&\"");
    check_string(MS_JSON_SCRIPT, "</script>&<!--", "\"\\u003c/script\\u003e\\u0026\\u003c!--\"");
    check_string(MS_JSON_COMPACT, "a\u2028b\u2029\u2027", "\"a\\u2028b\\u2029\u2027\"");
    check_string(MS_JSON_SCRIPT, "a\u2028b\u2029\u2027", "\"a\\u2028b\\u2029\u2027\"");
    check_string(MS_JSON_COMPACT, NULL, "null");
}

static void test_broken_utf8(void) {
    struct memory json = {NULL, 0, SIZE_MAX};
    struct ms_writer *writer = ms_json_writer_new(keep_bytes, &json, MS_JSON_COMPACT);
    writer->ops->begin_array(writer, 2);
    writer->ops->string(writer, "\xff\xfe");
    writer->ops->string(writer, "fine");
    writer->ops->end_array(writer);
    CU_ASSERT_EQUAL(writer->ops->finish(writer), MS_INVALID);
    free(json.bytes);
}

/* What a report tells of the machine, in all its strings. */
static void test_redacted(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    char **notes = ms_report_redact(report);
    CU_ASSERT_PTR_NOT_NULL_FATAL(notes);
    CU_ASSERT_STRING_EQUAL(report->notes[0],
                           "libc.so.6 has no debug information: its functions have no lines");
    yajl_val tree = export_to_tree(report);
    yajl_val process = tree_member(tree, "process");
    CU_ASSERT_EQUAL(tree_member(process, "command")->u.array.len, 0);
    CU_ASSERT(YAJL_IS_NULL(tree_member(process, "host")));
    CU_ASSERT_STRING_EQUAL(YAJL_GET_STRING(tree_member(process, "executable")), "server");
    yajl_val modules = tree_member(tree, "modules");
    for (size_t i = 0; i < modules->u.array.len; i++) {
        yajl_val path = tree_member(modules->u.array.values[i], "path");
        CU_ASSERT(!YAJL_IS_STRING(path) || strchr(path->u.string, '/') == NULL);
    }
    yajl_val frame = tree_member(tree_member(tree, "stacks")->u.array.values[0], "frames");
    for (size_t i = 0; i < frame->u.array.len; i++) {
        yajl_val module = tree_member(frame->u.array.values[i], "module");
        CU_ASSERT(!YAJL_IS_STRING(module) || strchr(module->u.string, '/') == NULL);
    }
    yajl_tree_free(tree);
    sample_report_destroy(report);
    ms_report_redact_free(notes);
}

/* The sink fails at some byte: every exporter tells so and keeps errno. */
static void test_failing_sink(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    size_t count;
    const struct ms_exporter *exporters = ms_exporters(&count);
    CU_ASSERT_NOT_EQUAL(count, 0);
    for (size_t i = 0; i < count; i++) {
        struct memory whole = export_to_memory(exporters[i].name, report);
        for (size_t part = 0; part < 10; part++) {
            struct memory memory = {NULL, 0, whole.size / 10 * part};
            errno = 0;
            CU_ASSERT_EQUAL(ms_export_write(&exporters[i], report, NULL, keep_bytes, &memory),
                            MS_IO);
            CU_ASSERT_EQUAL(errno, ENOSPC);
            free(memory.bytes);
        }
        struct memory memory = {NULL, 0, whole.size - 1};
        CU_ASSERT_EQUAL(ms_export_write(&exporters[i], report, NULL, keep_bytes, &memory), MS_IO);
        free(memory.bytes);
        free(whole.bytes);
    }
    sample_report_destroy(report);
}

/* By another way than the code under test: a table of values. */
static unsigned char *decode_base64(const char *text, size_t length, size_t *size) {
    unsigned char *bytes = malloc(length / 4 * 3 + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    *size = 0;
    unsigned bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < length && text[i] != '='; i++) {
        unsigned c = (unsigned char)text[i];
        unsigned value = c >= 'a'   ? c - 'a' + 26
                         : c >= 'A' ? c - 'A'
                         : c >= '0' ? c - '0' + 52
                         : c == '+' ? 62
                                    : 63;
        bits = bits << 6 | value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[(*size)++] = (unsigned char)(bits >> held);
        }
    }
    return bytes;
}

static size_t tree_index(yajl_val array, size_t index) {
    yajl_val number = tree_element(array, index);
    CU_ASSERT_FATAL(YAJL_IS_INTEGER(number));
    return (size_t)YAJL_GET_INTEGER(number);
}

/* Following the tree from its leaves gives the stacks as the JSON export has them. */
static void check_stack_tree(yajl_val tree, yajl_val stacks) {
    CU_ASSERT(tree_has_keys(tree,
                            "frames node_parent node_frame id node site_id live_count live_bytes "
                            "total_allocations total_bytes temporary_allocations bytes_at_peak"));
    yajl_val frames = tree_member(tree, "frames");
    yajl_val parents = tree_member(tree, "node_parent");
    size_t frames_in_stacks = 0;
    char path[512] = "";
    CU_ASSERT_EQUAL(tree_member(tree, "id")->u.array.len, stacks->u.array.len);
    for (size_t i = 0; i < stacks->u.array.len; i++) {
        yajl_val stack = tree_element(stacks, i);
        static const char *const columns[] = {"id", "live_count", "live_bytes"};
        for (size_t c = 0; c < 3; c++) {
            CU_ASSERT(tree_equals(tree_element(tree_member(tree, columns[c]), i),
                                  tree_member(stack, columns[c]), NULL, path, sizeof(path)));
        }
        size_t node = tree_index(tree_member(tree, "node"), i);
        yajl_val wanted = tree_member(stack, "frames");
        frames_in_stacks += wanted->u.array.len;
        for (size_t j = 0; j < wanted->u.array.len; j++) {
            size_t frame = tree_index(tree_member(tree, "node_frame"), node);
            CU_ASSERT(tree_equals(tree_element(frames, frame), tree_element(wanted, j), NULL, path,
                                  sizeof(path)));
            node = tree_index(parents, node);
        }
        CU_ASSERT_EQUAL(node, 0);
    }
    CU_ASSERT(frames->u.array.len < frames_in_stacks / 2); /* that they are shared is the point */
    CU_ASSERT(parents->u.array.len < frames_in_stacks);
}

/* COLUMNS has an array for each key of ROWS. */
static void check_columns(yajl_val columns, yajl_val rows) {
    char path[512] = "";
    CU_ASSERT_FATAL(YAJL_IS_OBJECT(columns) && rows->u.array.len > 0);
    for (size_t i = 0; i < rows->u.array.len; i++) {
        yajl_val row = tree_element(rows, i);
        CU_ASSERT_EQUAL(row->u.object.len, columns->u.object.len);
        for (size_t c = 0; c < row->u.object.len; c++) {
            yajl_val column = tree_member(columns, row->u.object.keys[c]);
            CU_ASSERT_EQUAL(column->u.array.len, rows->u.array.len);
            CU_ASSERT(tree_equals(tree_element(column, i), row->u.object.values[c], NULL, path,
                                  sizeof(path)));
        }
    }
}

/* The page carries the report as JSON that nothing in it can end. */
static void test_html(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    struct memory html = export_to_memory("html", report);
    CU_ASSERT_EQUAL(strncmp(html.bytes, "<!DOCTYPE html>", 15), 0);
    static const char opening[] = "<script type=\"application/json\" id=\"report\">";
    char *data = strstr(html.bytes, opening);
    CU_ASSERT_PTR_NOT_NULL_FATAL(data);
    data += strlen(opening);
    char *end = strchr(data, '<'); /* the first '<' at all */
    CU_ASSERT_PTR_NOT_NULL_FATAL(end);
    CU_ASSERT_EQUAL(strncmp(end, "</script>", 9), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(end, "</html>"));
    *end = '\0';
    yajl_val embedded = parse(data);
    yajl_val plain = export_to_tree(report);
    char path[512] = "";
    bool equal = tree_equals(plain, embedded, "stacks live leaks", path, sizeof(path));
    if (!equal) {
        fprintf(stderr, "the page's data differ at %s\n", path);
    }
    CU_ASSERT(equal);
    check_stack_tree(tree_member(embedded, "stacks"), tree_member(plain, "stacks"));
    check_columns(tree_member(embedded, "live"), tree_member(plain, "live"));
    check_columns(tree_member(embedded, "leaks"), tree_member(plain, "leaks"));
    yajl_tree_free(embedded);
    yajl_tree_free(plain);
    free(html.bytes);
    sample_report_destroy(report);
}

/* A large report is packed: it inflates to JSON with the same numbers. */
static void test_packed_html(void) {
    struct memscope_report *report = sample_report_new(3000, POINTS);
    struct memory html = export_to_memory("html", report);
    static const char opening[] =
        "<script type=\"text/plain\" id=\"report\" data-packed=\"JSON, zlib, base64\">";
    char *text = strstr(html.bytes, opening);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    text += strlen(opening);
    size_t length =
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
    CU_ASSERT_EQUAL(strncmp(text + length, "</script>", 9), 0);
    CU_ASSERT_EQUAL_FATAL(length % 4, 0);

    size_t packed_size;
    unsigned char *packed = decode_base64(text, length, &packed_size);
    uLongf json_size = 64u << 20;
    char *json = malloc(json_size + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(json);
    CU_ASSERT_EQUAL_FATAL(uncompress((Bytef *)json, &json_size, packed, packed_size), Z_OK);
    json[json_size] = '\0';
    CU_ASSERT(html.size < json_size / 4);
    yajl_val embedded = parse(json);
    yajl_val plain = export_to_tree(report);
    char path[512] = "";
    CU_ASSERT(tree_equals(plain, embedded, "stacks live leaks", path, sizeof(path)));
    struct memory cut = {NULL, 0, html.size - html.size / 4};
    errno = 0;
    CU_ASSERT_EQUAL(ms_export_write(ms_exporter_find("html"), report, NULL, keep_bytes, &cut),
                    MS_IO);
    CU_ASSERT_EQUAL(errno, ENOSPC);
    free(cut.bytes);
    yajl_tree_free(embedded);
    yajl_tree_free(plain);
    free(json);
    free(packed);
    free(html.bytes);
    sample_report_destroy(report);
}

static void test_find(void) {
    CU_ASSERT_STRING_EQUAL(ms_exporter_find("json")->extension, "json");
    CU_ASSERT_STRING_EQUAL(ms_exporter_find("msgpack")->name, "msgpack");
    CU_ASSERT_STRING_EQUAL(ms_exporter_find("html")->name, "html");
    CU_ASSERT_PTR_NULL(ms_exporter_find("xml"));
    CU_ASSERT_PTR_NULL(ms_exporter_find(""));
}

/* Whoever adds a field to a section says how it is merged. */
static void test_merge_rules(void) {
    static const char *const others[] = {"process",          "sampling",  "summary",
                                         "system_snapshots", "timeline",  "stacks",
                                         "events",           "processes", "notes"};
    const struct ms_shape *shape = ms_report_shape();
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct ms_field *section = &shape->fields[i];
        bool is_other = false;
        for (size_t o = 0; o < sizeof(others) / sizeof(others[0]); o++) {
            is_other = is_other || strcmp(section->key, others[o]) == 0;
        }
        for (size_t f = 0; !is_other && f < section->shape->field_count; f++) {
            const char *key = section->shape->fields[f].key;
            if (ms_merge_rule_of(section->key, key) == NULL) {
                fprintf(stderr, "%s.%s needs a line in runtime/compare/merge_rules.def\n",
                        section->key, key);
                CU_FAIL("a field without a rule");
            }
        }
    }
}

int main(void) {
    static CU_TestInfo tests[] = {
        {"the keys are the documented ones", test_keys},
        {"values are exact, unknown ones null", test_values},
        {"events are there when asked for", test_events},
        {"hostile names survive", test_hostile_names},
        {"msgpack says the same as json", test_msgpack_equals_json},
        {"reals read back", test_reals},
        {"reals under a decimal comma", test_decimal_comma},
        {"integers keep every digit", test_integers},
        {"strings are escaped", test_strings},
        {"broken UTF-8 is an error", test_broken_utf8},
        {"a redacted report names no directory", test_redacted},
        {"a failing sink is told", test_failing_sink},
        {"the page embeds the report", test_html},
        {"a large report is packed", test_packed_html},
        {"exporters are found by name", test_find},
        {"every field is merged", test_merge_rules},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{"export", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) {
        return 2;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures == 0 ? 0 : 1;
}
