/* SPDX-License-Identifier: MIT */
/* The writer's side of the journal: tables, strings, stacks, block records, the live table, the
 * timeline. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/blocks.h"
#include "store/counters.h"
#include "store/live.h"
#include "store/map.h"
#include "store/modules.h"
#include "store/phases.h"
#include "store/sites.h"
#include "store/stacks.h"
#include "store/store.h"
#include "store/strings.h"
#include "store/threads.h"
#include "store/timeline.h"

static char s_directory[] = "/tmp/memscope-test-store.XXXXXX";
static char s_path[64];

static int s_open(void) {
    struct ms_store_identity identity = {
        .executable = "/bin/program",
        .command = "program\0argument",
        .command_size = sizeof("program\0argument"),
        .command_count = 2,
        .host = "host",
        .preset = "full",
    };
    if (mkdtemp(s_directory) == NULL)
        return 1;
    snprintf(s_path, sizeof(s_path), "%s/a.mscope", s_directory);
    if (ms_store_open(s_path, &identity, 0) != 0)
        return 1;
    ms_store.header->tick_interval_ns = 100000000;
    ms_store_start();
    return 0;
}

static int s_close(void) {
    unlink(s_path);
    rmdir(s_directory);
    return 0;
}

static void test_file(void) {
    struct stat found;
    CU_ASSERT_EQUAL(stat(s_path, &found), 0);
    CU_ASSERT_EQUAL(found.st_mode & 0777, 0600);
    CU_ASSERT_EQUAL((uint64_t)found.st_size, ms_store.header->file_bytes);
    CU_ASSERT_EQUAL(memcmp(ms_store.header->magic, MS_JOURNAL_MAGIC, 8), 0);
    CU_ASSERT_EQUAL(ms_store.header->state, MS_STATE_RUNNING);
    CU_ASSERT_EQUAL(ms_store.header->pid, (uint32_t)getpid());
    const char *command = ms_store_at(MS_TABLE_STRINGS, ms_store.header->command);
    CU_ASSERT_STRING_EQUAL(command + sizeof("program"), "argument");
}

static void test_map(void) {
    struct ms_map map = {0};
    CU_ASSERT_EQUAL(ms_map_find(&map, 5), 0);
    for (uint32_t i = 1; i <= 10000; i++)
        CU_ASSERT_FATAL(ms_map_set(&map, (uint64_t)i * 64, i));
    CU_ASSERT_TRUE(ms_map_set(&map, 64, 77));
    CU_ASSERT_EQUAL(map.count, 10000);
    CU_ASSERT_EQUAL(ms_map_find(&map, 64), 77);
    for (uint32_t i = 2; i <= 10000; i++)
        CU_ASSERT_EQUAL_FATAL(ms_map_find(&map, (uint64_t)i * 64), i);
    CU_ASSERT_EQUAL(ms_map_find(&map, 65), 0);
}

static void test_strings(void) {
    char text[32], large[6000];
    uint32_t offsets[5000];
    CU_ASSERT_EQUAL(ms_strings_intern(NULL), 0);
    for (unsigned i = 0; i < 5000; i++) { /* more than one chunk of them */
        snprintf(text, sizeof(text), "struct some_name_%u", i);
        offsets[i] = ms_strings_intern(text);
        CU_ASSERT_NOT_EQUAL_FATAL(offsets[i], 0);
    }
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(text, sizeof(text), "struct some_name_%u", i);
        CU_ASSERT_EQUAL_FATAL(ms_strings_intern(text), offsets[i]);
        CU_ASSERT_STRING_EQUAL_FATAL(ms_store_at(MS_TABLE_STRINGS, offsets[i]), text);
    }
    CU_ASSERT_NOT_EQUAL(ms_strings_intern(""), 0); /* "" is a text, 0 is none */
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = 0;
    const char *cut = ms_store_at(MS_TABLE_STRINGS, ms_strings_intern(large));
    CU_ASSERT_EQUAL(strlen(cut), 4095);
}

static void test_modules(void) {
    uint64_t own = ms_modules_frame((uintptr_t)test_modules + 1);
    uint64_t libc = ms_modules_frame((uintptr_t)strlen + 1);
    uint64_t none = ms_modules_frame(0x10);
    CU_ASSERT_NOT_EQUAL(own >> MS_FRAME_MODULE_SHIFT, 0);
    CU_ASSERT_NOT_EQUAL(libc >> MS_FRAME_MODULE_SHIFT, own >> MS_FRAME_MODULE_SHIFT);
    CU_ASSERT_EQUAL(none, 0x10);
    const struct ms_module *module =
        ms_store_at(MS_TABLE_MODULES, (own >> MS_FRAME_MODULE_SHIFT) * sizeof(*module));
    CU_ASSERT_EQUAL(module->base + (own & MS_FRAME_OFFSET_MASK), (uintptr_t)test_modules + 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(ms_store_at(MS_TABLE_STRINGS, module->path), "test_store"));
    CU_ASSERT_EQUAL(module->build_id_size, 20); /* Debian's linker makes SHA-1 ids */
}

static const uint64_t *s_words(uint32_t stack) {
    const struct ms_stack *record =
        ms_store_at(MS_TABLE_STACKS, (uint64_t)stack * sizeof(struct ms_stack));
    return ms_store_at(MS_TABLE_STACK_WORDS, (uint64_t)record->words * 8);
}

static void test_stacks(void) {
    uintptr_t base = (uintptr_t)test_stacks;
    uintptr_t frames[3] = {base + 1, base + 2, base + 3};
    uintptr_t broken[3] = {base + 1, base + 2, 0x10}; /* the last lies in no module */
    uint32_t id = ms_stacks_intern(111, frames, 3);
    CU_ASSERT_NOT_EQUAL_FATAL(id, 0);
    CU_ASSERT_EQUAL(ms_stacks_intern(111, frames, 3), id);
    const uint64_t *words = s_words(id);
    CU_ASSERT_EQUAL(words[0], 3);
    CU_ASSERT_EQUAL(words[2], ms_modules_frame(base + 2));
    uint32_t cut = ms_stacks_intern(222, broken, 3);
    CU_ASSERT_EQUAL(s_words(cut)[0], 2);
    broken[2] = 0x18; /* another wrong address: the same stack once it is cut */
    CU_ASSERT_EQUAL(ms_stacks_intern(333, broken, 3), cut);
    CU_ASSERT_EQUAL(ms_stacks_intern(444, frames, 0), 0);
}

/* The first site of some frames has their stack, each other one a stack of its own with them. */
static void test_stacks_of_sites(void) {
    uintptr_t base = (uintptr_t)test_stacks_of_sites;
    uintptr_t frames[2] = {base + 1, base + 2};
    uint32_t id = ms_stacks_intern(555, frames, 2);
    CU_ASSERT_EQUAL(ms_stacks_of_site(id, 7), id);
    uint32_t other = ms_stacks_of_site(id, 8);
    CU_ASSERT_NOT_EQUAL(other, id);
    CU_ASSERT_EQUAL(s_words(other), s_words(id));
    CU_ASSERT_EQUAL(ms_stacks_of_site(id, 8), other);
    CU_ASSERT_EQUAL(ms_stacks_of_site(other, 8), other);
    CU_ASSERT_EQUAL(ms_stacks_of_site(other, 7), id);
    CU_ASSERT_EQUAL(ms_stacks_intern(555, frames, 2), id);
}

static void test_sites(void) {
    static struct memscope_site s_sites[3] = {
        {.var_name = "a",
         .type_name = "struct x",
         .type_size = 24,
         .line = 7,
         .kind = 2,
         .abi_version = MEMSCOPE_ABI_VERSION},
        {.var_name = "b", .type_name = "struct x", .abi_version = MEMSCOPE_ABI_VERSION},
        {.abi_version = MEMSCOPE_ABI_VERSION},
    };
    CU_ASSERT_EQUAL(ms_sites_find(&s_sites[1]), 0);
    ms_sites_register(s_sites, s_sites + 3);
    uint64_t count = ms_store.header->used[MS_TABLE_SITES];
    ms_sites_register(s_sites, s_sites + 3);
    CU_ASSERT_EQUAL(ms_store.header->used[MS_TABLE_SITES], count);
    uint32_t id = ms_sites_find(&s_sites[0]);
    CU_ASSERT_NOT_EQUAL_FATAL(id, 0);
    CU_ASSERT_EQUAL(ms_sites_find(&s_sites[2]), id + 2);
    CU_ASSERT_EQUAL(s_sites[2].id, id + 2);
    CU_ASSERT_EQUAL(ms_sites_id(&s_sites[2]), id + 2);
    CU_ASSERT_EQUAL(ms_sites_find(&s_sites[3]), 0);
    const struct ms_site *site = ms_store_at(MS_TABLE_SITES, id * sizeof(*site));
    CU_ASSERT_STRING_EQUAL(ms_store_at(MS_TABLE_STRINGS, site->type_name), "struct x");
    CU_ASSERT_EQUAL(site[0].type_name, site[1].type_name);
    CU_ASSERT_EQUAL(site->line, 7);
    CU_ASSERT_EQUAL(site->type_size, 24);
    CU_ASSERT_EQUAL(site[2].type_name, 0);
    ms_sites_unregister(s_sites, s_sites + 3);
    CU_ASSERT_EQUAL(ms_sites_find(&s_sites[0]), 0);
    uint32_t caller = ms_sites_caller((uintptr_t)test_sites + 4);
    CU_ASSERT_EQUAL(ms_sites_caller((uintptr_t)test_sites + 4), caller);
    CU_ASSERT_NOT_EQUAL(ms_sites_caller((uintptr_t)test_sites + 5), caller);
}

/* 16 bytes apart, closer than glibc's: not all have room by position. */
static uint64_t s_address(unsigned i) {
    return 0x7f00000ff000 + (uint64_t)i * 16;
}

/* Random insertions and removals, against an array that knows what is in. */
static void test_live(void) {
    enum { COUNT = 60000 };
    static uint32_t s_ids[COUNT];
    struct ms_block_list list = {0};
    uint64_t random = 42;
    for (unsigned step = 0; step < 4 * COUNT; step++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        unsigned i = (unsigned)((random >> 33) % COUNT);
        uint64_t address = s_address(i);
        if (s_ids[i] == 0) {
            s_ids[i] = ms_blocks_take(&list);
            CU_ASSERT_NOT_EQUAL_FATAL(s_ids[i], 0);
            ms_block_at(s_ids[i])->address_thread = address << 16;
            CU_ASSERT_TRUE_FATAL(ms_live_insert(address, i % 3 * 200, s_ids[i]));
        } else if (random >> 63) {
            CU_ASSERT_EQUAL_FATAL(ms_live_remove(address), s_ids[i]);
            ms_blocks_give(&list, s_ids[i]);
            s_ids[i] = 0;
        }
    }
    for (unsigned i = 0; i < COUNT; i++)
        CU_ASSERT_EQUAL_FATAL(ms_live_find(s_address(i)), s_ids[i]);
    CU_ASSERT_EQUAL(ms_live_find(0x1234560), 0);
    /* Records of one thread that only frees come back to one that only allocates. */
    uint64_t before = ms_store.header->used[MS_TABLE_BLOCKS];
    struct ms_block_list other = {0};
    for (unsigned i = 0; i < COUNT; i++) {
        if (s_ids[i] != 0)
            ms_blocks_give(&list, ms_live_remove(s_address(i)));
    }
    for (unsigned i = 0; i < COUNT / 2; i++)
        CU_ASSERT_NOT_EQUAL_FATAL(ms_blocks_take(&other), 0);
    CU_ASSERT_EQUAL(ms_store.header->used[MS_TABLE_BLOCKS], before);
    ms_address_map_reset();
    ms_address_hash_reset();
}

static void test_timeline(void) {
    struct ms_tick tick = {0};
    for (unsigned i = 0; i < 3 * MS_TICK_LIMIT; i++) {
        tick.time_ns = i * UINT64_C(100000000);
        ms_timeline_append(&tick);
    }
    uint64_t count = ms_store.header->used[MS_TABLE_TICKS];
    CU_ASSERT_TRUE(count > MS_TICK_LIMIT / 2 && count <= MS_TICK_LIMIT);
    CU_ASSERT_EQUAL(ms_store.header->tick_interval_ns, 400000000);
    CU_ASSERT_EQUAL(ms_store.header->timeline_sequence % 2, 0);
    uint64_t previous = 0;
    for (uint64_t i = 1; i < count; i++) {
        const struct ms_tick *at = ms_store_at(MS_TABLE_TICKS, i * sizeof(*at));
        CU_ASSERT_TRUE_FATAL(at->time_ns > previous);
        previous = at->time_ns;
    }
    CU_ASSERT_TRUE(previous >= (3 * MS_TICK_LIMIT - 5) * UINT64_C(100000000));
}

static void test_sums(void) {
    static struct memscope_site s_sites[2] = {
        {.type_name = "struct small", .abi_version = MEMSCOPE_ABI_VERSION},
        {.type_name = "struct large", .abi_version = MEMSCOPE_ABI_VERSION},
    };
    ms_sites_register(s_sites, s_sites + 2);
    uint32_t id = ms_sites_find(s_sites);
    uint32_t first = id / MS_COUNTERS_PER_CHUNK * MS_COUNTERS_PER_CHUNK;
    struct ms_counter *shards[2] = {ms_counters_new_chunk(0, first),
                                    ms_counters_new_chunk(1, first)};
    uint32_t large = ms_sites_find(&s_sites[1]);
    CU_ASSERT_FATAL(large / MS_COUNTERS_PER_CHUNK == id / MS_COUNTERS_PER_CHUNK);
    shards[0][id - first] = (struct ms_counter){.allocations = 3, .alloc_bytes = 30};
    /* Made by one shard, freed by another: the difference of one alone is negative. */
    shards[0][large - first] = (struct ms_counter){.allocations = 2, .alloc_bytes = 1000};
    shards[1][large - first] = (struct ms_counter){.frees = 1, .free_bytes = 400};
    /* The thread has one block more, which is pending. */
    struct ms_block_list list = {0};
    uint32_t index, shard, block = ms_blocks_take(&list);
    struct ms_thread_record *thread = ms_threads_register(&index, &shard);
    CU_ASSERT_FATAL(block != 0 && thread != NULL);
    thread->allocations = 6;
    thread->alloc_bytes = 1035;
    thread->frees = 1;
    thread->free_bytes = 400;
    thread->pending =
        (struct ms_pending){.frame_address = 1, .size = 5, .block = block, .site = id};
    struct ms_tick tick = {0};
    ms_timeline_fill(&tick);
    thread->pending.frame_address = 0;
    ms_blocks_give(&list, block);
    CU_ASSERT_EQUAL(tick.allocations, 6);
    CU_ASSERT_EQUAL(tick.alloc_bytes, 1035);
    CU_ASSERT_EQUAL(tick.frees, 1);
    CU_ASSERT_EQUAL(tick.heap_live_bytes, 635);
    CU_ASSERT_STRING_EQUAL(ms_store_at(MS_TABLE_STRINGS, tick.shares[0].id), "struct large");
    CU_ASSERT_EQUAL(tick.shares[0].kind, 1);
    CU_ASSERT_EQUAL(tick.shares[0].live_bytes, 600);
    CU_ASSERT_EQUAL(tick.shares[1].live_bytes, 35);
    CU_ASSERT_EQUAL(tick.shares[2].kind, 0);
    CU_ASSERT_EQUAL(tick.shares[MS_SHARES_OF_TYPES].kind, 2);
    CU_ASSERT_EQUAL(tick.shares[MS_SHARES_OF_TYPES].id, large);
}

static const struct ms_phase *s_phase(uint32_t number) {
    return ms_store_at(MS_TABLE_PHASES, (number - 1) * sizeof(struct ms_phase));
}

static void test_phases(void) {
    const uint64_t *used = &ms_store.header->used[MS_TABLE_PHASES];
    struct ms_thread_record record = {.allocations = 5, .alloc_bytes = 50};
    struct ms_phases phases = {0}, none = {0};
    ms_phases_end(&phases, &record);
    CU_ASSERT_EQUAL(memcmp(&phases, &none, sizeof(none)), 0);
    ms_phases_begin(&phases, "load", 3, &record);
    CU_ASSERT_EQUAL(*used, 1);
    record.allocations = 7;
    record.alloc_bytes = 90;
    ms_phases_begin(&phases, NULL, 3, &record);
    const struct ms_phase *outer = s_phase(1), *inner = s_phase(2);
    CU_ASSERT_EQUAL(*used, 2);
    CU_ASSERT_STRING_EQUAL(ms_store_at(MS_TABLE_STRINGS, outer->name), "load");
    CU_ASSERT_EQUAL(outer->thread, 3);
    CU_ASSERT_EQUAL(outer->start.alloc_bytes, 50);
    CU_ASSERT_EQUAL(inner->name, 0);
    CU_ASSERT_EQUAL(inner->outer, 1);
    CU_ASSERT_EQUAL(inner->depth, 1);
    CU_ASSERT_EQUAL(inner->start.allocations, 7);
    CU_ASSERT_TRUE(inner->start_ns >= outer->start_ns);
    record.allocations = 8;
    ms_phases_end(&phases, &record);
    CU_ASSERT_EQUAL(inner->end.allocations, 8);
    CU_ASSERT_TRUE(inner->end_ns >= inner->start_ns);
    CU_ASSERT_EQUAL(outer->end_ns, 0);
    ms_phases_end(&phases, &record);
    CU_ASSERT_NOT_EQUAL(outer->end_ns, 0);
    CU_ASSERT_EQUAL(outer->end.alloc_bytes, 90);
    CU_ASSERT_EQUAL(memcmp(&phases, &none, sizeof(none)), 0);
}

/* Those without a record end in their turn, and the ones around them are not touched. */
static void test_phases_limit(void) {
    uint64_t dropped = ms_store.header->dropped[MS_DROP_LIMIT];
    const uint64_t *used = &ms_store.header->used[MS_TABLE_PHASES];
    struct ms_thread_record record = {0};
    struct ms_phases phases = {0};
    while (*used < MS_PHASE_LIMIT - 1) {
        ms_phases_begin(&phases, "again", 0, &record);
        ms_phases_end(&phases, &record);
    }
    ms_phases_begin(&phases, "last", 0, &record);
    uint32_t last = phases.innermost;
    ms_phases_begin(&phases, "missed", 0, &record);
    ms_phases_begin(&phases, "missed", 0, &record);
    CU_ASSERT_EQUAL(*used, MS_PHASE_LIMIT);
    CU_ASSERT_EQUAL(ms_store.header->dropped[MS_DROP_LIMIT], dropped + 2);
    ms_phases_end(&phases, &record);
    ms_phases_end(&phases, &record);
    CU_ASSERT_EQUAL(s_phase(last)->end_ns, 0);
    ms_phases_end(&phases, &record);
    CU_ASSERT_NOT_EQUAL(s_phase(last)->end_ns, 0);
    ms_phases_forked();
    CU_ASSERT_EQUAL(*used, 0);
    ms_phases_begin(&phases, "child", 0, &record);
    CU_ASSERT_EQUAL(*used, 1);
    CU_ASSERT_EQUAL(s_phase(1)->end_ns, 0);
    ms_phases_end(&phases, &record);
}

static void test_limit(void) {
    uint64_t offset, dropped = ms_store.header->dropped[MS_DROP_SPACE];
    ms_store.max_size = ms_store.header->file_bytes + MS_CHUNK_BYTES;
    unsigned chunks = 0;
    while (chunks < 100 && ms_store_append(MS_TABLE_MARKS, MS_CHUNK_BYTES, &offset) != NULL)
        chunks++;
    CU_ASSERT_EQUAL(chunks, 1);
    CU_ASSERT_EQUAL(ms_store.header->dropped[MS_DROP_SPACE], dropped + 1);
    ms_store.max_size = 0;
    CU_ASSERT_PTR_NOT_NULL(ms_store_append(MS_TABLE_MARKS, MS_CHUNK_BYTES, &offset));
}

/* The program closed our descriptor and has another file under its number. */
static void test_stolen_descriptor(void) {
    uint64_t offset;
    FILE *victim = tmpfile();
    CU_ASSERT_PTR_NOT_NULL_FATAL(victim);
    dup2(fileno(victim), ms_store.fd);
    CU_ASSERT_PTR_NOT_NULL(ms_store_append(MS_TABLE_MARKS, MS_CHUNK_BYTES, &offset));
    struct stat found;
    fstat(fileno(victim), &found);
    CU_ASSERT_EQUAL(found.st_size, 0);
    stat(s_path, &found);
    CU_ASSERT_EQUAL((uint64_t)found.st_size, ms_store.header->file_bytes);
    fclose(victim);
}

int main(void) {
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    CU_pSuite suite = CU_add_suite("store", s_open, s_close);
    CU_ADD_TEST(suite, test_file);
    CU_ADD_TEST(suite, test_map);
    CU_ADD_TEST(suite, test_strings);
    CU_ADD_TEST(suite, test_modules);
    CU_ADD_TEST(suite, test_stacks);
    CU_ADD_TEST(suite, test_stacks_of_sites);
    CU_ADD_TEST(suite, test_sites);
    CU_ADD_TEST(suite, test_live);
    CU_ADD_TEST(suite, test_sums);
    CU_ADD_TEST(suite, test_timeline);
    CU_ADD_TEST(suite, test_phases);
    CU_ADD_TEST(suite, test_phases_limit);
    CU_ADD_TEST(suite, test_limit);
    CU_ADD_TEST(suite, test_stolen_descriptor);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int failures = (int)CU_get_number_of_failures() + (int)CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failures != 0;
}
