/* SPDX-License-Identifier: MIT */
/* The profile for pprof, decoded by protobuf-c: every number in it leads somewhere, the sums are
 * those of the report, and names are as they were. */
#include <CUnit/Basic.h>
#include <profile.pb-c.h>
#include <stdlib.h>
#include <string.h>

#include "export_memory.h"
#include "sample_report.h"

#define ROWS   40u
#define POINTS 3u

static Pprof__Profile *decode(const struct memscope_report *report) {
    struct memory packed = export_to_memory("pprof", report);
    struct memory bytes = unpack_gzip(&packed);
    Pprof__Profile *profile =
        pprof__profile__unpack(NULL, bytes.size, (const uint8_t *)bytes.bytes);
    CU_ASSERT_PTR_NOT_NULL_FATAL(profile);
    free(bytes.bytes);
    free(packed.bytes);
    return profile;
}

static const char *text(const Pprof__Profile *profile, int64_t string) {
    CU_ASSERT_FATAL(string >= 0 && (size_t)string < profile->n_string_table);
    return profile->string_table[string];
}

static bool has_string(const Pprof__Profile *profile, const char *wanted) {
    for (size_t i = 0; i < profile->n_string_table; i++) {
        if (strcmp(profile->string_table[i], wanted) == 0) {
            return true;
        }
    }
    return false;
}

static const Pprof__Location *find_location(const Pprof__Profile *profile, uint64_t id) {
    for (size_t i = 0; i < profile->n_location; i++) {
        if (profile->location[i]->id == id) {
            return profile->location[i];
        }
    }
    return NULL;
}

static bool has_function(const Pprof__Profile *profile, uint64_t id) {
    size_t found = 0;
    for (size_t i = 0; i < profile->n_function; i++) {
        found += profile->function[i]->id == id;
    }
    return found == 1;
}

static void test_ids(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    Pprof__Profile *profile = decode(report);
    CU_ASSERT_STRING_EQUAL(text(profile, 0), "");
    for (size_t i = 0; i < profile->n_location; i++) {
        const Pprof__Location *location = profile->location[i];
        CU_ASSERT_PTR_EQUAL(find_location(profile, location->id), location); /* its own id */
        CU_ASSERT(location->id != 0 && location->mapping_id <= profile->n_mapping);
        for (size_t line = 0; line < location->n_line; line++) {
            CU_ASSERT(has_function(profile, location->line[line]->function_id));
        }
    }
    for (size_t i = 0; i < profile->n_function; i++) {
        CU_ASSERT(*text(profile, profile->function[i]->name) != '\0');
        text(profile, profile->function[i]->filename);
    }
    for (size_t i = 0; i < profile->n_sample; i++) {
        const Pprof__Sample *sample = profile->sample[i];
        CU_ASSERT_EQUAL(sample->n_value, 4);
        CU_ASSERT(sample->n_location_id != 0);
        for (size_t at = 0; at < sample->n_location_id; at++) {
            CU_ASSERT_PTR_NOT_NULL(find_location(profile, sample->location_id[at]));
        }
        for (size_t at = 0; at < sample->n_label; at++) {
            CU_ASSERT(*text(profile, sample->label[at]->key) != '\0');
            CU_ASSERT(*text(profile, sample->label[at]->str) != '\0');
        }
    }
    pprof__profile__free_unpacked(profile, NULL);
    sample_report_destroy(report);
}

static void test_head(void) {
    static const char *const types[][2] = {{"alloc_objects", "count"},
                                           {"alloc_space", "bytes"},
                                           {"inuse_objects", "count"},
                                           {"inuse_space", "bytes"}};
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    Pprof__Profile *profile = decode(report);
    CU_ASSERT_EQUAL_FATAL(profile->n_sample_type, 4);
    for (size_t i = 0; i < 4; i++) {
        CU_ASSERT_STRING_EQUAL(text(profile, profile->sample_type[i]->type), types[i][0]);
        CU_ASSERT_STRING_EQUAL(text(profile, profile->sample_type[i]->unit), types[i][1]);
    }
    CU_ASSERT_STRING_EQUAL(text(profile, profile->default_sample_type), "inuse_space");
    CU_ASSERT_STRING_EQUAL(text(profile, profile->period_type->type), "space");
    CU_ASSERT_EQUAL(profile->time_nanos, (int64_t)report->process.start_time);
    CU_ASSERT_EQUAL(profile->duration_nanos, (int64_t)report->process.duration_ns);
    CU_ASSERT_EQUAL(profile->period, 1); /* each block */
    CU_ASSERT_EQUAL_FATAL(profile->n_comment, report->note_count);
    CU_ASSERT_STRING_EQUAL(text(profile, profile->comment[1]), report->notes[1]);
    CU_ASSERT_EQUAL_FATAL(profile->n_mapping, report->module_count);
    CU_ASSERT_STRING_EQUAL(text(profile, profile->mapping[0]->filename), report->modules[0].path);
    CU_ASSERT_STRING_EQUAL(text(profile, profile->mapping[0]->build_id),
                           report->modules[0].build_id);
    CU_ASSERT_EQUAL(profile->mapping[0]->memory_start, report->modules[0].base);
    CU_ASSERT(profile->mapping[0]->memory_limit > profile->mapping[0]->memory_start);
    CU_ASSERT(profile->mapping[0]->has_functions && profile->mapping[0]->has_inline_frames);
    CU_ASSERT_FALSE(profile->mapping[1]->has_functions); /* its frames have no names */
    pprof__profile__free_unpacked(profile, NULL);

    report->sampling.sample_bytes = 524288;
    profile = decode(report);
    CU_ASSERT_EQUAL(profile->period, 524288);
    pprof__profile__free_unpacked(profile, NULL);
    sample_report_destroy(report);
}

static void test_sums(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    uint64_t wanted[4] = {0}, sums[4] = {0};
    for (size_t i = 0; i < report->site_count; i++) {
        const struct memscope_site_report *site = &report->sites[i];
        bool heap = strcmp(site->kind, "object") != 0 && strcmp(site->kind, "static") != 0;
        wanted[0] += heap ? site->total_allocations : 0;
        wanted[1] += heap ? site->total_bytes : 0;
    }
    for (size_t i = 0; i < report->live_count; i++) {
        wanted[2] += report->live[i].count;
        wanted[3] += report->live[i].bytes;
    }
    Pprof__Profile *profile = decode(report);
    for (size_t i = 0; i < profile->n_sample; i++) {
        for (size_t v = 0; v < 4; v++) {
            sums[v] += (uint64_t)profile->sample[i]->value[v];
        }
    }
    for (size_t v = 0; v < 4; v++) {
        CU_ASSERT_EQUAL(sums[v], wanted[v]);
        CU_ASSERT(sums[v] != 0);
    }
    pprof__profile__free_unpacked(profile, NULL);
    sample_report_destroy(report);
}

/* The sample of live[AT], by its value; those of the sample report differ. */
static const Pprof__Sample *find_live(const Pprof__Profile *profile,
                                      const struct memscope_report *report, size_t at) {
    for (size_t i = 0; i < profile->n_sample; i++) {
        if ((uint64_t)profile->sample[i]->value[3] == report->live[at].bytes) {
            return profile->sample[i];
        }
    }
    CU_FAIL_FATAL("no such sample");
    return NULL;
}

/* Whether SAMPLE has the label KEY, which is TEXT. */
static bool has_label(const Pprof__Profile *profile, const Pprof__Sample *sample, const char *key,
                      const char *text) {
    for (size_t i = 0; i < sample->n_label; i++) {
        if (strcmp(profile->string_table[sample->label[i]->key], key) == 0) {
            return strcmp(profile->string_table[sample->label[i]->str], text) == 0;
        }
    }
    return false;
}

static void test_threads(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    Pprof__Profile *profile = decode(report);
    for (size_t at = 0; at < report->live_count; at++) {
        char tid[24];
        snprintf(tid, sizeof(tid), "%llu", (unsigned long long)report->live[at].tid);
        CU_ASSERT_EQUAL(has_label(profile, find_live(profile, report, at), "thread", tid),
                        report->live[at].tid != MEMSCOPE_UNKNOWN);
    }
    pprof__profile__free_unpacked(profile, NULL);
    sample_report_destroy(report);
}

/* A location for each address; its lines are the frames there, the innermost first. */
static void test_frames(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    Pprof__Profile *profile = decode(report);
    for (size_t at = 0; at < report->live_count; at++) {
        if (report->live[at].stack_id == MEMSCOPE_NO_ID) {
            continue;
        }
        const struct memscope_stack *stack = &report->stacks[at]; /* the sample has it so */
        const Pprof__Sample *sample = find_live(profile, report, at);
        size_t frame = 0;
        for (size_t i = 0; i < sample->n_location_id; i++) {
            const Pprof__Location *location = find_location(profile, sample->location_id[i]);
            size_t line = 0;
            bool inlined;
            do {
                CU_ASSERT_FATAL(frame < stack->frame_count);
                const struct memscope_frame *from = &stack->frames[frame++];
                inlined = from->inlined && frame < stack->frame_count;
                if (from->function != NULL) {
                    CU_ASSERT_FATAL(line < location->n_line);
                    CU_ASSERT_EQUAL(location->line[line]->line, (int64_t)from->line);
                    line++;
                }
            } while (inlined);
            CU_ASSERT_EQUAL(line, location->n_line);
        }
        CU_ASSERT_EQUAL(frame, stack->frame_count);
    }
    pprof__profile__free_unpacked(profile, NULL);
    sample_report_destroy(report);
}

static void test_hostile_names(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    Pprof__Profile *profile = decode(report);
    for (size_t i = 0; i < SAMPLE_HOSTILE_COUNT; i++) {
        CU_ASSERT(has_string(profile, sample_hostile_name(i)));
    }
    pprof__profile__free_unpacked(profile, NULL);
    sample_report_destroy(report);
}

/* What cannot be: ids that lead nowhere, sums over INT64_MAX, a stack that ends inlined. */
static void test_strange_reports(void) {
    struct memscope_report *report = sample_report_new(ROWS, POINTS);
    struct memscope_live_blocks live = {
        .site_id = 4711, .stack_id = 4712, .count = 1, .bytes = UINT64_MAX - 1};
    struct memscope_frame *frames = (struct memscope_frame *)(uintptr_t)report->stacks[0].frames;
    report->live = &live;
    report->live_count = 1;
    report->site_count = 0;
    Pprof__Profile *profile = decode(report);
    CU_ASSERT_EQUAL_FATAL(profile->n_sample, 1);
    CU_ASSERT_EQUAL(profile->sample[0]->value[3], INT64_MAX);
    CU_ASSERT_EQUAL_FATAL(profile->sample[0]->n_location_id, 1);
    CU_ASSERT(has_string(profile, "[unknown]"));
    pprof__profile__free_unpacked(profile, NULL);

    live.stack_id = report->stacks[0].id;
    for (size_t i = 0; i < report->stacks[0].frame_count; i++) {
        frames[i].inlined = true;
    }
    profile = decode(report);
    CU_ASSERT_EQUAL_FATAL(profile->sample[0]->n_location_id, 1);
    pprof__profile__free_unpacked(profile, NULL);
    sample_report_destroy(report);

    report = sample_report_new_empty();
    profile = decode(report);
    CU_ASSERT_EQUAL(profile->n_sample, 0);
    pprof__profile__free_unpacked(profile, NULL);
    sample_report_destroy(report);
}

int main(void) {
    static CU_TestInfo tests[] = {
        {"every id leads somewhere", test_ids},
        {"the head says what it is", test_head},
        {"sums are those of the report", test_sums},
        {"frames are those of the stack", test_frames},
        {"live blocks tell their thread", test_threads},
        {"threads", test_threads},
        {"hostile names survive", test_hostile_names},
        {"strange reports", test_strange_reports},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{"export_pprof", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS) {
        return 2;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures == 0 ? 0 : 1;
}
