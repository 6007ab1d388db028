/* SPDX-License-Identifier: MIT */
/*
 * Trackers: what is on their lists, and what tracking does to the records of blocks. This program's
 * own malloc is the one under test.
 */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hot/record.h"
#include "hot/thread.h"
#include "memscope.h"
#include "memscope/abi.h"
#include "store/blocks.h"
#include "store/live.h"
#include "store/sites.h"
#include "store/store.h"
#include "store/threads.h"
#include "tracker/tracker.h"

/* The compiler must not see that a block is not used. */
static void *volatile s_hide;
static void *s_new(size_t size) {
    s_hide = malloc(size);
    return s_hide;
}

static const struct ms_site *s_site(uint32_t id) {
    return ms_store_at(MS_TABLE_SITES, (uint64_t)id * sizeof(struct ms_site));
}

static const char *s_text(uint32_t offset) {
    return ms_store_at(MS_TABLE_STRINGS, offset);
}

/* What all shards have counted at a site. */
static struct ms_counter s_sum(uint32_t site) {
    struct ms_counter sum = {0};
    for (uint64_t chunk = 0; chunk < ms_store.header->used[MS_TABLE_COUNTERS]; chunk++) {
        const struct ms_counter_tag *tag =
            ms_store_at(MS_TABLE_COUNTER_TAGS, chunk * sizeof(struct ms_counter_tag));
        if (site - tag->first >= MS_COUNTERS_PER_CHUNK)
            continue;
        const struct ms_counter *c =
            ms_store_at(MS_TABLE_COUNTERS, (chunk * MS_COUNTERS_PER_CHUNK + site - tag->first) *
                                               sizeof(struct ms_counter));
        sum.allocations += c->allocations;
        sum.alloc_bytes += c->alloc_bytes;
        sum.frees += c->frees;
        sum.free_bytes += c->free_bytes;
    }
    return sum;
}

static void s_check_counts(uint32_t site, uint64_t made, uint64_t bytes, uint64_t freed) {
    struct ms_counter sum = s_sum(site);
    CU_ASSERT_EQUAL(sum.allocations, made);
    CU_ASSERT_EQUAL(sum.alloc_bytes, bytes);
    CU_ASSERT_EQUAL(sum.frees, freed);
}

static uint32_t s_newest_site(const memscope_tracker *t) {
    CU_ASSERT_NOT_EQUAL_FATAL(t->entry_count, 0);
    return t->entries[t->entry_count - 1].site;
}

static uint64_t s_holder(const void *block) {
    uint32_t id = ms_live_find((uintptr_t)block);
    CU_ASSERT_NOT_EQUAL_FATAL(id, 0);
    return ms_block_at(id)->holder;
}

static void test_pointers_are_told(void) {
    int n = 3, number = 0, array[8], vla[n], *pointer = &number, *const fixed = pointer;
    char eight[8];
    struct {
        char *name;
    } record = {NULL};
    void (*function)(void) = test_pointers_are_told;
    int(*to_array)[8] = &array, (*to_vla)[n] = &vla;
    CU_ASSERT_FALSE(MEMSCOPE_DETAIL_IS_POINTER(number));
    CU_ASSERT_FALSE(MEMSCOPE_DETAIL_IS_POINTER(array));
    CU_ASSERT_FALSE(MEMSCOPE_DETAIL_IS_POINTER(eight));
    CU_ASSERT_FALSE(MEMSCOPE_DETAIL_IS_POINTER(vla));
    CU_ASSERT_FALSE(MEMSCOPE_DETAIL_IS_POINTER(record));
    CU_ASSERT_TRUE(MEMSCOPE_DETAIL_IS_POINTER(record.name));
    CU_ASSERT_TRUE(MEMSCOPE_DETAIL_IS_POINTER(pointer));
    CU_ASSERT_TRUE(MEMSCOPE_DETAIL_IS_POINTER(fixed));
    CU_ASSERT_TRUE(MEMSCOPE_DETAIL_IS_POINTER(function));
    CU_ASSERT_TRUE(MEMSCOPE_DETAIL_IS_POINTER(to_array));
    CU_ASSERT_TRUE(MEMSCOPE_DETAIL_IS_POINTER(to_vla));
}

/* Once while it is the thread's pending block, once when it is counted elsewhere already. */
static void test_block_is_counted_at_its_variable(void) {
    memscope_tracker *t = memscope_tracker_new();
    CU_ASSERT_PTR_NOT_NULL_FATAL(t);
    char *row = s_new(100);
    MEMSCOPE_TRACK(t, row);
    const uint32_t row_line = __LINE__ - 1;
    uint32_t site = s_newest_site(t);
    CU_ASSERT_STRING_EQUAL(s_text(s_site(site)->var_name), "row");
    CU_ASSERT_STRING_EQUAL(s_text(s_site(site)->file), __FILE__);
    CU_ASSERT_EQUAL(s_site(site)->line, row_line);
    CU_ASSERT_EQUAL(s_site(site)->kind, MEMSCOPE_SITE_TRACKED);
    CU_ASSERT_EQUAL(MS_HOLDER_OWNER(s_holder(row)), site);

    char *column = s_new(30);
    s_check_counts(site, 1, 100, 0);
    void *between = s_new(1);
    uint32_t maker = ms_block_at(ms_live_find((uintptr_t)column))->site;
    struct ms_counter before = s_sum(maker);
    MEMSCOPE_TRACK(t, column);
    struct ms_counter after = s_sum(maker);
    uint32_t column_site = s_newest_site(t);
    s_check_counts(column_site, 1, 30, 0);
    CU_ASSERT_EQUAL(before.allocations - after.allocations, 1);
    CU_ASSERT_EQUAL(before.alloc_bytes - after.alloc_bytes, 30);
    MEMSCOPE_TRACK(t, column); /* elsewhere: it stays counted where it was first tracked */
    CU_ASSERT_EQUAL(MS_HOLDER_OWNER(s_holder(column)), s_newest_site(t));
    s_check_counts(column_site, 1, 30, 0);
    s_check_counts(s_newest_site(t), 0, 0, 0);

    free(row);
    free(column);
    free(between);
    s_check_counts(site, 1, 100, 1);
    s_check_counts(column_site, 1, 30, 1);
    memscope_tracker_release(t);
}

static void test_realloc_stays_tracked(void) {
    memscope_tracker *t = memscope_tracker_new();
    char *row = s_new(10);
    MEMSCOPE_TRACK(t, row);
    uint32_t site = s_newest_site(t);
    s_hide = row;
    row = realloc(s_hide, 5000);
    CU_ASSERT_EQUAL(MS_HOLDER_OWNER(s_holder(row)), site);
    s_hide = row;
    free(s_hide);
    s_check_counts(site, 2, 5010, 2);
    memscope_tracker_release(t);
}

static void *s_make_two(void *unused) {
    (void)unused;
    char *block = s_new(200);
    free(s_new(8)); /* the first is counted, at its caller */
    return block;
}

static void test_block_of_another_thread(void) {
    memscope_tracker *t = memscope_tracker_new();
    pthread_t thread;
    void *made = NULL;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, s_make_two, NULL), 0);
    pthread_join(thread, &made);
    MEMSCOPE_TRACK(t, made);
    uint32_t site = s_newest_site(t);
    s_check_counts(site, 1, 200, 0);
    free(made);
    s_check_counts(site, 1, 200, 1);
    memscope_tracker_release(t);
}

static void *s_track_in_one_place(memscope_tracker *t) {
    char *row = s_new(16);
    MEMSCOPE_TRACK(t, row);
    return row;
}

static void test_places_of_one_name_stay_apart(void) {
    memscope_tracker *t = memscope_tracker_new();
    void *first = s_track_in_one_place(t), *second = s_track_in_one_place(t);
    CU_ASSERT_EQUAL(t->entry_count, 1);
    char *row = s_new(16);
    MEMSCOPE_TRACK(t, row);
    CU_ASSERT_EQUAL_FATAL(t->entry_count, 2);
    CU_ASSERT_NOT_EQUAL(t->entries[0].site, t->entries[1].site);
    s_check_counts(t->entries[0].site, 2, 32, 0);
    char *nothing = NULL;
    MEMSCOPE_TRACK(t, nothing);
    CU_ASSERT_EQUAL(t->entry_count, 3); /* it is listed */
    memscope_tracker_release(t);
    free(row);
    free(first);
    free(second);
}

/* Names need not be literals: another one may lie at the same address later. */
static void test_names_are_looked_at(void) {
    memscope_tracker *t = memscope_tracker_new();
    char name[] = "a", file[] = "x.c", object[4];
    for (int i = 0; i < 2; i++)
        memscope_track_object_as(t, &object[0], 1, name, file, 1);
    CU_ASSERT_EQUAL(t->entry_count, 1);
    name[0] = 'b';
    memscope_track_object_as(t, &object[0], 1, name, file, 1);
    CU_ASSERT_EQUAL(t->entry_count, 2);
    file[0] = 'y';
    memscope_track_object_as(t, &object[0], 1, name, file, 1);
    CU_ASSERT_EQUAL(t->entry_count, 3);
    memscope_track_object_as(t, &object[0], 2, name, file, 1);
    CU_ASSERT_EQUAL(t->entry_count, 4);
    memscope_track_object_as(t, &object[0], 0, name, file, 1);
    CU_ASSERT_EQUAL(t->entry_count, 5);
    const void *pointer = NULL;
    memscope_track_as(t, &pointer, name, file, 1);
    CU_ASSERT_EQUAL(t->entry_count, 6);
    CU_ASSERT_STRING_EQUAL(s_text(s_site(t->entries[0].site)->var_name), "a");
    CU_ASSERT_STRING_EQUAL(s_text(s_site(t->entries[2].site)->file), "y.c");
    memscope_tracker_release(t);
}

/* The type that the plugin knows is that of the variable's site. */
static void test_type_of_the_block(void) {
    static struct memscope_site site = {.type_name = "struct node",
                                        .type_size = 24,
                                        .kind = MEMSCOPE_SITE_CALL,
                                        .abi_version = MEMSCOPE_ABI_VERSION};
    __memscope_register_sites(&site, &site + 1);
    memscope_tracker *t = memscope_tracker_new();
    void *head = s_new(24);
    __memscope_claim_block(&site, head);
    MEMSCOPE_TRACK(t, head);
    CU_ASSERT_STRING_EQUAL(s_text(s_site(s_newest_site(t))->type_name), "struct node");
    CU_ASSERT_EQUAL(s_site(s_newest_site(t))->type_size, 24);
    free(s_new(8)); /* the first is counted */
    s_check_counts(site.id, 0, 0, 0);
    s_check_counts(s_newest_site(t), 1, 24, 0);
    free(head);
    memscope_tracker_release(t);
}

static void test_objects(void) {
    memscope_tracker *t = memscope_tracker_new();
    char line[80] = "";
    int number;
    for (number = 0; number < 3; number++)
        MEMSCOPE_TRACK(t, number);
    uint32_t numbers = s_newest_site(t);
    CU_ASSERT_EQUAL(s_site(numbers)->kind, MEMSCOPE_SITE_OBJECT);
    s_check_counts(numbers, 3, 3 * sizeof(int), 2); /* at one address there is one object */
    MEMSCOPE_TRACK(t, line);
    uint32_t lines = s_newest_site(t);
    s_check_counts(lines, 1, 80, 0);
    memscope_untrack(t, line);
    memscope_untrack(t, line);
    memscope_untrack(t, &t);
    s_check_counts(lines, 1, 80, 1);
    char many[2000];
    for (size_t i = 0; i < sizeof(many); i++)
        MEMSCOPE_TRACK(t, many[i]);
    s_check_counts(s_newest_site(t), 2000, 2000, 0);
    uint32_t each = s_newest_site(t);
    memscope_tracker_release(t);
    s_check_counts(numbers, 3, 3 * sizeof(int), 3);
    s_check_counts(each, 2000, 2000, 2000);
}

static void test_a_clone_that_goes_changes_nothing(void) {
    memscope_tracker *t = memscope_tracker_new();
    char line[20] = "", *row = s_new(50);
    MEMSCOPE_TRACK(t, line);
    uint32_t lines = s_newest_site(t);
    MEMSCOPE_TRACK(t, row);
    uint32_t rows = s_newest_site(t);
    memscope_tracker *clone = memscope_tracker_clone(t);
    CU_ASSERT_PTR_EQUAL(clone, t);
    memscope_tracker_release(clone);
    CU_ASSERT_EQUAL(t->entry_count, 2);
    CU_ASSERT_EQUAL(MS_HOLDER_OWNER(s_holder(row)), rows);
    s_check_counts(lines, 1, 20, 0);
    memscope_tracker_release(t);
    CU_ASSERT_EQUAL(MS_HOLDER_OWNER(s_holder(row)), rows); /* the block is there */
    s_check_counts(lines, 1, 20, 1);
    free(row);
    t = memscope_tracker_global();
    memscope_tracker_release(t);
    memscope_tracker_release(t);
    MEMSCOPE_TRACK(t, line);
    CU_ASSERT_EQUAL(t->entry_count, 1);
    memscope_untrack(t, line);
}

static void test_own_memory_is_not_counted(void) {
    free(s_new(1)); /* the thread is known */
    const struct ms_thread_record *record = ms_thread_self->record;
    uint64_t before = record->allocations;
    errno = 77;
    memscope_tracker *t = memscope_tracker_with_system_monitoring(memscope_tracker_new());
    memscope_tracker_with_auto_export(t, "/nowhere/file.json");
    memscope_tracker_with_auto_export(t, NULL);
    static char s_objects[5000];
    for (size_t i = 0; i < sizeof(s_objects); i++)
        MEMSCOPE_TRACK(t, s_objects[i]);
    memscope_tracker_release(memscope_tracker_clone(t));
    memscope_tracker_release(t);
    MEMSCOPE_TRACK(NULL, before);
    CU_ASSERT_PTR_NULL(memscope_tracker_clone(NULL));
    CU_ASSERT_PTR_NULL(memscope_tracker_with_auto_export(NULL, "x"));
    memscope_tracker_release(NULL);
    CU_ASSERT_EQUAL(memscope_export(NULL, NULL, "x.json"), ENODATA);
    CU_ASSERT_EQUAL(errno, 77);
    CU_ASSERT_EQUAL(record->allocations, before);
}

static void test_sampling(void) {
    memscope_sampling_config demo = memscope_sampling_demo();
    memscope_sampling_config full = memscope_sampling_full();
    memscope_sampling_config fast = memscope_sampling_high_performance();
    CU_ASSERT(demo.sample_rate == 0.1 && !demo.capture_call_stack && demo.max_stack_depth == 5);
    CU_ASSERT(full.sample_rate == 1.0 && full.capture_call_stack && full.max_stack_depth == 20);
    CU_ASSERT(fast.sample_rate == 0.01 && !fast.capture_call_stack && fast.max_stack_depth == 0);
}

static void test_sampling_rate(void) {
    memscope_sampling_config half = {0.5, true, 5}, bad = {NAN, true, 5};
    memscope_tracker *t = memscope_tracker_new();
    uint32_t kept = 0;
    bool totals = ms_recording.totals;
    ms_recording.totals = false; /* where stacks are counted, they are kept as they are */
    for (int i = -100; i < 2000; i++) {
        char *row = s_new(16);
        uint32_t id = ms_live_find((uintptr_t)row);
        ms_block_at(id)->stack = 0; /* as where none are captured */
        if (i == 0) {
            CU_ASSERT_EQUAL(kept, 100); /* all is what is left out */
            memscope_tracker_with_sampling(t, half);
            kept = 0;
        }
        if (i == 1000) { /* 500 and more than 4 standard deviations either way */
            CU_ASSERT(kept > 430 && kept < 570);
            memscope_tracker_with_sampling(t, bad);
            kept = 0;
        }
        MEMSCOPE_TRACK(t, row);
        kept += ms_block_at(id)->stack != 0;
        free(row);
    }
    CU_ASSERT_EQUAL(kept, 0);
    s_check_counts(s_newest_site(t), 2100, 33600, 2100); /* exact at every rate */
    ms_recording.totals = totals;
    memscope_tracker_release(t);
}

#define THREADS 4
static void *s_track_much(void *data) {
    memscope_tracker *t = memscope_tracker_clone(data);
    for (int i = 0; i < 5000; i++) {
        char *mine = malloc(24);
        int object = i;
        MEMSCOPE_TRACK(t, mine);
        MEMSCOPE_TRACK(t, object);
        free(mine);
    }
    memscope_tracker_release(t);
    return NULL;
}

static void test_threads(void) {
    memscope_tracker *t = memscope_tracker_new();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, s_track_much, t), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL_FATAL(t->entry_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const struct ms_site *site = s_site(t->entries[i].site);
        struct ms_counter sum = s_sum(t->entries[i].site);
        CU_ASSERT_EQUAL(sum.allocations, THREADS * 5000);
        if (site->kind == MEMSCOPE_SITE_TRACKED)
            CU_ASSERT_EQUAL(sum.frees, THREADS * 5000);
    }
    memscope_tracker_release(t);
}

int main(void) {
    static const CU_TestInfo tests[] = {
        {"pointers are told", test_pointers_are_told},
        {"a block is counted at its variable", test_block_is_counted_at_its_variable},
        {"realloc stays tracked", test_realloc_stays_tracked},
        {"block of another thread", test_block_of_another_thread},
        {"places of one name stay apart", test_places_of_one_name_stay_apart},
        {"names are looked at", test_names_are_looked_at},
        {"type of the block", test_type_of_the_block},
        {"objects", test_objects},
        {"a clone that goes changes nothing", test_a_clone_that_goes_changes_nothing},
        {"own memory is not counted", test_own_memory_is_not_counted},
        {"sampling", test_sampling},
        {"sampling rate", test_sampling_rate},
        {"threads", test_threads},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        {"tracker", NULL, NULL, NULL, NULL, (CU_TestInfo *)(uintptr_t)tests},
        CU_SUITE_INFO_NULL,
    };
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites) != CUE_SUCCESS)
        return 1;
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
