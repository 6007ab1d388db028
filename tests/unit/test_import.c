/* SPDX-License-Identifier: MIT */
/* Exports read back: what was written is what is read, and what is wrong is said. */
#include <CUnit/Basic.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/import.h"
#include "export_memory.h"
#include "model/model.h"
#include "sample_report.h"

#define ROWS   20u
#define POINTS 30u

#define HEAD "\"schema\":\"memscope-report\",\"version\":1"

static struct memscope_report *import_bytes(const void *bytes, size_t size) {
    struct memscope_report *report = NULL;
    char why[MS_IMPORT_WHY_BYTES];
    enum ms_status status = ms_import_bytes(bytes, size, &report, why);
    if (status != MS_OK) {
        fprintf(stderr, "%s: %s\n", ms_status_message(status), why);
    }
    CU_ASSERT_EQUAL_FATAL(status, MS_OK);
    return report;
}

/* The same bytes come out when REPORT is written, read and written again, whatever it was in
 * between. */
static void check_round_trip(const struct memscope_report *report) {
    static const char *const formats[] = {"json", "msgpack"};
    struct memory json = export_to_memory("json", report);
    for (size_t i = 0; i < 2; i++) {
        struct memory bytes = export_to_memory(formats[i], report);
        struct memscope_report *read = import_bytes(bytes.bytes, bytes.size);
        struct memory again = export_to_memory("json", read);
        CU_ASSERT_EQUAL(again.size, json.size);
        CU_ASSERT(again.size == json.size && memcmp(again.bytes, json.bytes, json.size) == 0);
        free(again.bytes);
        free(bytes.bytes);
        ms_report_destroy(read);
    }
    free(json.bytes);
}

static void test_round_trip(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    report->process.exit = MEMSCOPE_EXIT_SIGNALLED;
    check_round_trip(report);
    sample_report_destroy(report);
    report = sample_report_new_empty();
    check_round_trip(report);
    sample_report_destroy(report);
}

/* Values as they are in memory, not only as they are written again. */
static void test_values(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    struct memory json = export_to_memory("json", report);
    struct memscope_report *read = import_bytes(json.bytes, json.size);
    CU_ASSERT_EQUAL(read->summary.total_allocations, UINT64_C(9007199254740993));
    CU_ASSERT_EQUAL(read->summary.stack_peak_bytes, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(read->sampling.seed, UINT64_MAX - 1);
    CU_ASSERT_EQUAL(read->summary.deallocation_rate_per_sec, 1.0 / 3.0);
    CU_ASSERT(read->system_snapshots[0].cpu_usage_percent !=
              read->system_snapshots[0].cpu_usage_percent); /* NaN */
    CU_ASSERT_EQUAL(read->hotspots[4].stack_id, MEMSCOPE_NO_ID);
    CU_ASSERT_EQUAL_FATAL(read->timeline.count, POINTS);
    CU_ASSERT_EQUAL(read->timeline.by_type[0].live_bytes[POINTS - 1],
                    report->timeline.by_type[0].live_bytes[POINTS - 1]);
    CU_ASSERT_PTR_NULL(read->timeline.by_type[5].type_name);
    CU_ASSERT_PTR_NOT_NULL(read->leaks[0].last_seen);
    CU_ASSERT_PTR_NULL(read->leaks[3].last_seen);
    CU_ASSERT_EQUAL(read->stacks[3].frame_count, report->stacks[3].frame_count);
    CU_ASSERT_STRING_EQUAL(read->types[10].type_name, sample_hostile_name(7));
    CU_ASSERT_PTR_EQUAL(read->types[3].type_name, read->live[3].type_name); /* one string */
    ms_report_destroy(read);
    free(json.bytes);
    sample_report_destroy(report);
}

static struct memscope_report *import_text(const char *json) {
    return import_bytes(json, strlen(json));
}

/* Whatever another program has done to a report: keys in another order, of its own, or left out;
 * numbers as doubles; blanks. */
static void test_changed_by_others(void) {
    struct memscope_report *report = import_text(
        "\xef\xbb\xbf\n {\"timeline\": {\"by_type\": [{\"live_bytes\": [1, null]}], \"frees\": [3, "
        "4],"
        "\"allocations\": [5, 6], \"heap_live_bytes\": [7, 8], \"timestamps\": [9, 10]},"
        "\"mine\": {\"a\": [[{}, 1.5e3, \"x\", null, true]], \"version\": 9}, \"version\": 1,"
        "\"summary\": {\"total_bytes\": 1.8446744073709552e+19, \"peak_memory_bytes\": 42.0,"
        "\"mine\": [], \"typed_bytes_percent\": 100}, \"schema\": \"memscope-report\" }\n");
    CU_ASSERT_EQUAL(report->timeline.count, 2);
    CU_ASSERT_EQUAL(report->timeline.by_type_count, 1);
    CU_ASSERT_EQUAL(report->timeline.by_type[0].live_bytes[1], MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(report->timeline.timestamps[1], 10);
    CU_ASSERT_EQUAL(report->summary.total_bytes, UINT64_MAX - 1);
    CU_ASSERT_EQUAL(report->summary.peak_memory_bytes, 42);
    CU_ASSERT_EQUAL(report->summary.typed_bytes_percent, 100);
    CU_ASSERT_EQUAL(report->summary.total_allocations, MEMSCOPE_UNKNOWN);
    CU_ASSERT_EQUAL(report->process.exit, MEMSCOPE_EXIT_KILLED);
    CU_ASSERT_EQUAL(report->site_count, 0);
    ms_report_destroy(report);

    /* Twice the same key: the later one. */
    report = import_text("{" HEAD ",\"notes\":[\"a\"],\"notes\":[\"b\",\"c\"]}");
    CU_ASSERT_EQUAL_FATAL(report->note_count, 2);
    CU_ASSERT_STRING_EQUAL(report->notes[1], "c");
    ms_report_destroy(report);
}

static void check_refused(const void *bytes, size_t size, enum ms_status wanted,
                          const char *words) {
    struct memscope_report *report = NULL;
    char why[MS_IMPORT_WHY_BYTES] = "x";
    enum ms_status status = ms_import_bytes(bytes, size, &report, why);
    if (status != wanted || strstr(why, words) == NULL) {
        fprintf(stderr, "%.*s: %s: %s\n", (int)size, (const char *)bytes, ms_status_message(status),
                why);
    }
    CU_ASSERT_EQUAL(status, wanted);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, words));
    if (status == MS_OK) {
        ms_report_destroy(report);
    }
}

static void test_refused_json(void) {
    static const struct {
        const char *text;
        enum ms_status status;
        const char *words;
    } cases[] = {
        {"", MS_EMPTY, ""},
        {"[]", MS_NOT_A_REPORT, ""},
        {"{}", MS_NOT_A_REPORT, ""},
        {"{\"schema\":\"memscope-report\"}", MS_NOT_A_REPORT, ""},
        {"{\"version\":1}", MS_NOT_A_REPORT, ""},
        {"{\"schema\":\"other\",\"version\":1}", MS_NOT_A_REPORT, ""},
        {"{\"schema\":1,\"version\":1}", MS_NOT_A_REPORT, ""},
        {"{\"schema\":{},\"version\":1}", MS_NOT_A_REPORT, ""},
        {"{\"schema\":\"memscope-report\",\"version\":2}", MS_UNSUPPORTED, "version 2"},
        {"{" HEAD, MS_CORRUPT, "line 1: parse error"},
        {"{" HEAD ",\n\"notes\":[\n\"a\" 1]}", MS_CORRUPT, "line 3"},
        {"{" HEAD "} {}", MS_CORRUPT, "line 1"},
        {"{" HEAD ",\"notes\":[\"\xff\"]}", MS_CORRUPT, "line 1"},
        {"{" HEAD ",\"notes\":[\"a\\u0000b\"]}", MS_CORRUPT, "NUL"},
        {"{" HEAD ",\"notes\":[1]}", MS_CORRUPT, "element of notes"},
        {"{" HEAD ",\"notes\":[null]}", MS_CORRUPT, "element of notes"},
        {"{" HEAD ",\"notes\":[[\"a\"]]}", MS_CORRUPT, "element of notes"},
        {"{" HEAD ",\"notes\":{}}", MS_CORRUPT, "notes is not a list"},
        {"{" HEAD ",\"sites\":[7]}", MS_CORRUPT, "element of sites"},
        {"{" HEAD ",\"sites\":[null]}", MS_CORRUPT, "element of sites"},
        {"{" HEAD ",\"sites\":[{\"line\":\"7\"}]}", MS_CORRUPT, "line is not a whole number"},
        {"{" HEAD ",\"sites\":[{\"line\":-7}]}", MS_CORRUPT, "line is not a whole number"},
        {"{" HEAD ",\"sites\":[{\"line\":7.5}]}", MS_CORRUPT, "line is not a whole number"},
        {"{" HEAD ",\"sites\":[{\"line\":true}]}", MS_CORRUPT, "line is not a whole number"},
        {"{" HEAD ",\"sites\":[{\"line\":1e30}]}", MS_CORRUPT, "line is not a whole number"},
        {"{" HEAD ",\"sites\":[{\"id\":4294967295}]}", MS_CORRUPT, "id is not an id"},
        {"{" HEAD ",\"sites\":[{\"pooled\":1}]}", MS_CORRUPT, "pooled is not true or false"},
        {"{" HEAD ",\"sites\":[{\"kind\":1}]}", MS_CORRUPT, "kind is not a string"},
        {"{" HEAD ",\"process\":[]}", MS_CORRUPT, "process is not an object"},
        {"{" HEAD ",\"process\":{\"exit\":\"away\"}}", MS_CORRUPT, "exit is not a way to end"},
        {"{" HEAD ",\"leaks\":[{\"last_seen\":[]}]}", MS_CORRUPT, "last_seen is not an object"},
        {"{" HEAD ",\"timeline\":{\"timestamps\":[1,2],\"frees\":[1]}}", MS_CORRUPT, "as long"},
        {"{" HEAD ",\"timeline\":{\"timestamps\":[1],\"heap_live_bytes\":[1],\"allocations\":[1],"
         "\"frees\":[1],\"by_type\":[{\"live_bytes\":[]}]}}",
         MS_CORRUPT, "by_type is not as long"},
        {"{" HEAD ",\"timeline\":{\"timestamps\":[\"1\"]}}", MS_CORRUPT, "element of timestamps"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check_refused(cases[i].text, strlen(cases[i].text), cases[i].status, cases[i].words);
    }
}

static void test_deep_json(void) {
    char text[4096];
    size_t size = (size_t)snprintf(text, sizeof(text), "{" HEAD ",\"mine\":");
    memset(text + size, '[', 2000);
    check_refused(text, size + 2000, MS_CORRUPT, "nested");
}

#define MSGPACK_HEAD "\x83\xa6schema\xafmemscope-report\xa7version\x01"

static void test_refused_msgpack(void) {
    static const struct {
        const char *bytes;
        size_t size;
        enum ms_status status;
        const char *words;
    } cases[] = {
#define CASE(bytes, status, words) {bytes, sizeof(bytes) - 1, status, words}
        CASE("\x80", MS_NOT_A_REPORT, ""),
        CASE("\x81\x01\x01", MS_CORRUPT, "key"),
        CASE("\x81\x90\x01", MS_CORRUPT, "key"),
        CASE("\xdf\xff\xff\xff\xff", MS_TRUNCATED, ""),
        CASE("\xde\x00", MS_TRUNCATED, ""),
        CASE(MSGPACK_HEAD, MS_TRUNCATED, ""),
        CASE(MSGPACK_HEAD "\xa5notes\xdd\xff\xff\xff\xff", MS_TRUNCATED, ""),
        CASE(MSGPACK_HEAD "\xa5notes\xdb\xff\xff\xff\xff", MS_TRUNCATED, ""),
        CASE(MSGPACK_HEAD "\xa5notes\xc6\xff\xff\xff\xff", MS_TRUNCATED, ""),
        CASE(MSGPACK_HEAD "\xa5notes\xc1", MS_CORRUPT, "not msgpack"),
        CASE(MSGPACK_HEAD "\xa5notes\x91\xc4\x01x", MS_CORRUPT, "element of notes"),
        CASE(MSGPACK_HEAD "\xa5notes\x91\xff", MS_CORRUPT, "element of notes"),
        CASE(MSGPACK_HEAD "\xa5notes\x90\x90", MS_CORRUPT, "behind its end"),
        CASE(MSGPACK_HEAD "\xa8timeline", MS_TRUNCATED, ""),
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        check_refused(cases[i].bytes, cases[i].size, cases[i].status, cases[i].words);
    }
    char deep[1000];
    memcpy(deep, MSGPACK_HEAD "\xa4mine", sizeof(MSGPACK_HEAD) + 4);
    memset(deep + sizeof(MSGPACK_HEAD) + 4, '\x91', sizeof(deep) - sizeof(MSGPACK_HEAD) - 4);
    check_refused(deep, sizeof(deep), MS_CORRUPT, "nested");
}

/* Every form of every kind of value, where it is skipped and where it is read. */
static void test_msgpack_values(void) {
    static const char bytes[] =
        "\x84\xa6schema\xd9\x0fmemscope-report\xda\x00\x07version\xcc\x01"
        "\xdb\x00\x00\x00\x04mine\xdc\x00\x14\xc0\xc2\xc3\xc4\x01x\xc5\x00\x01x\xc6\x00\x00\x00\x01"
        "x"
        "\xc7\x01\x05x\xc8\x00\x01\x05x\xc9\x00\x00\x00\x01\x05x\xca\x3f\x80\x00\x00"
        "\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00\xd0\xff\xd1\xff\xff\xd2\xff\xff\xff\xff"
        "\xd3\xff\xff\xff\xff\xff\xff\xff\xff\xd4\x05x\xd5\x05xx\xd6\x05xxxx\xd7\x05xxxxxxxx"
        "\xd8\x05xxxxxxxxxxxxxxxx"
        "\xa7summary\xde\x00\x08\xabtotal_bytes\xcf\x00\x00\x00\x01\x00\x00\x00\x02"
        "\xb1total_allocations\xce\x80\x00\x00\x00\xb3total_deallocations\xcd\xff\xff"
        "\xb0peak_known_bytes\xd3\x00\x00\x00\x00\x00\x00\x00\x07\xadpeak_known_ns\xd0\x08"
        "\xb7"
        "allocation_rate_per_sec\xca\x3f\xc0\x00\x00"
        "\xb9"
        "deallocation_rate_per_sec\xcb\x40\x04\x00\x00\x00\x00\x00\x00"
        "\xb4padding_waste_bytes!\xff";
    /* The last key is not one of ours: 20 letters and not 19. */
    struct memscope_report *report = import_bytes(bytes, sizeof(bytes) - 1);
    CU_ASSERT_EQUAL(report->summary.total_bytes, (UINT64_C(1) << 32) + 2);
    CU_ASSERT_EQUAL(report->summary.total_allocations, UINT64_C(1) << 31);
    CU_ASSERT_EQUAL(report->summary.total_deallocations, 65535);
    CU_ASSERT_EQUAL(report->summary.peak_known_bytes, 7);
    CU_ASSERT_EQUAL(report->summary.peak_known_ns, 8);
    CU_ASSERT_EQUAL(report->summary.allocation_rate_per_sec, 1.5);
    CU_ASSERT_EQUAL(report->summary.deallocation_rate_per_sec, 2.5);
    CU_ASSERT_EQUAL(report->summary.padding_waste_bytes, MEMSCOPE_UNKNOWN);
    ms_report_destroy(report);
}

/* Strings of msgpack may be any bytes; those of a report are UTF-8. */
static void test_msgpack_strings(void) {
    static const char bytes[] = MSGPACK_HEAD "\xa5notes\x92\xa3"
                                             "a\xff"
                                             "b\xa0";
    struct memscope_report *report = import_bytes(bytes, sizeof(bytes) - 1);
    CU_ASSERT_EQUAL_FATAL(report->note_count, 2);
    CU_ASSERT_STRING_EQUAL(report->notes[0], "a\ufffd"
                                             "b");
    CU_ASSERT_STRING_EQUAL(report->notes[1], "");
    ms_report_destroy(report);
}

/* A document that ends anywhere is never taken for a whole one. */
static void test_cut_off(void) {
    struct memscope_report *report = sample_report_new(8, 3);
    static const char *const formats[] = {"json", "msgpack"};
    for (size_t i = 0; i < 2; i++) {
        struct memory bytes = export_to_memory(formats[i], report);
        for (size_t size = 0; size + 2 < bytes.size; size += 1 + size / 50) {
            struct memscope_report *read = NULL;
            char why[MS_IMPORT_WHY_BYTES];
            CU_ASSERT_NOT_EQUAL(
                ms_import_bytes((const unsigned char *)bytes.bytes, size, &read, why), MS_OK);
        }
        free(bytes.bytes);
    }
    sample_report_destroy(report);
}

static const char s_path[] = "test_import.json";

static void write_file(const char *text) {
    FILE *file = fopen(s_path, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

static void test_files(void) {
    struct memscope_report *report = NULL;
    char why[MS_IMPORT_WHY_BYTES];
    write_file("  {" HEAD "}\n");
    CU_ASSERT(ms_import_is_export(s_path));
    CU_ASSERT_EQUAL_FATAL(ms_import_file(s_path, &report, why), MS_OK);
    ms_report_destroy(report);
    write_file("{random}");
    CU_ASSERT_FALSE(ms_import_is_export(s_path));
    write_file("\x8frandom"); /* a map, as msgpack has it */
    CU_ASSERT_FALSE(ms_import_is_export(s_path));
    write_file("\x8f\xa6schema");
    CU_ASSERT(ms_import_is_export(s_path));
    write_file("MEMSCOPE");
    CU_ASSERT_FALSE(ms_import_is_export(s_path));
    CU_ASSERT_EQUAL(ms_import_file(s_path, &report, why), MS_NOT_A_REPORT);
    unlink(s_path);
    CU_ASSERT_FALSE(ms_import_is_export(s_path));
    CU_ASSERT_EQUAL(ms_import_file(s_path, &report, why), MS_NOT_FOUND);
    CU_ASSERT_FALSE(ms_import_is_export("/"));
    CU_ASSERT_EQUAL(ms_import_file("/", &report, why), MS_IO);
    CU_ASSERT_EQUAL(mkfifo(s_path, 0600), 0);
    CU_ASSERT_FALSE(ms_import_is_export(s_path)); /* without waiting for a writer */
    CU_ASSERT_EQUAL(ms_import_file(s_path, &report, why), MS_IO);
    unlink(s_path);
}

int main(void) {
    static CU_TestInfo tests[] = {
        {"what was written is read", test_round_trip},
        {"values are the same", test_values},
        {"what others have changed", test_changed_by_others},
        {"JSON that is refused", test_refused_json},
        {"JSON that is nested deeply", test_deep_json},
        {"msgpack that is refused", test_refused_msgpack},
        {"every form of msgpack", test_msgpack_values},
        {"strings of msgpack", test_msgpack_strings},
        {"a document that is cut off", test_cut_off},
        {"files", test_files},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{"import", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) {
        return 2;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures == 0 ? 0 : 1;
}
