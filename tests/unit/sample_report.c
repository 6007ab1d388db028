/* SPDX-License-Identifier: MIT */
#include "sample_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_THREADS 5u
#define SAMPLE_SERIES  6u
#define SAMPLE_BUCKETS 24u
#define SAMPLE_DEPTH   14u

/* Everything a sample owns hangs on one list and goes with it. */
struct piece {
    struct piece *next;
    _Alignas(16) unsigned char bytes[];
};

struct sample {
    struct memscope_report report; /* first: the report is the handle */
    struct piece *pieces;
    uint64_t random;
};

static void *sample_take(struct sample *sample, size_t count, size_t size) {
    struct piece *piece = calloc(1, sizeof(*piece) + (count + 1) * size);
    if (piece == NULL) {
        abort(); /* a test without memory tells nothing */
    }
    piece->next = sample->pieces;
    sample->pieces = piece;
    return piece->bytes;
}

static const char *sample_text(struct sample *sample, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static const char *sample_text(struct sample *sample, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char text[512];
    int size = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    char *copy = sample_take(sample, (size_t)size, 1);
    memcpy(copy, text, (size_t)size + 1);
    return copy;
}

/* Knuth's MMIX generator: the same numbers on every machine. */
static uint64_t sample_random(struct sample *sample, uint64_t below) {
    sample->random = sample->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (sample->random >> 33) % below;
}

const char *sample_hostile_name(size_t index) {
    static char long_name[SAMPLE_LONG_NAME_SIZE + 1];
    static const char *const names[SAMPLE_HOSTILE_COUNT] = {
        "</script><img src=x onerror=document.body.dataset." SAMPLE_INJECTION_MARK "=1>",
        "\"><svg onload=\"document.body.dataset." SAMPLE_INJECTION_MARK "='1'\">",
        "<!--<script>document.body.dataset." SAMPLE_INJECTION_MARK "=1</script>",
        "quote \" apostrophe ' back\\slash & amp; ${1} %s",
        "\u202etxt.exe\u202c right to left \u05e9\u05dc\u05d5\u05dd",
        "line\u2028separator paragraph\u2029separator \xf0\x9f\x92\xbe",
        "control \x01\x02\x1b[31m\t\n\r\x7f end",
        long_name,
    };
    if (long_name[0] == '\0') {
        for (size_t i = 0; i < SAMPLE_LONG_NAME_SIZE; i++) {
            long_name[i] = (char)('a' + i % 26);
        }
    }
    return names[index % SAMPLE_HOSTILE_COUNT];
}

static const char *const s_types[] = {
    "struct connection", "char",       "struct node", "dict_entry_t",  "struct buffer",
    "uint8_t",           "int[16]",    "robj",        "void (*)(int)", NULL,
    "struct session",    "struct arg", "listNode",    "union value",   "double",
};
static const char *const s_variables[] = {
    "conn",     "line", "head",    "cache->slots", "buf",  "payload", "grid",    "value",
    "on_event", NULL,   "session", "args",         "tail", "result",  "samples",
};
static const char *const s_functions[] = {
    "main",         "event_loop",   "accept_connection", "parse_request",
    "read_line",    "cache_insert", "dict_resize",       "node_new",
    "session_open", "buffer_grow",  "json_parse_value",  "log_message",
    "reply_write",  "worker_main",  "load_config",
};
static const char *const s_files[] = {
    "src/main.c",  "src/event.c", "src/net/connection.c", "src/parse/request.c",
    "src/cache.c", "src/dict.c",  "src/list.c",           "lib/json/value.c",
};
#define PICK(list, index) ((list)[(index) % (sizeof(list) / sizeof((list)[0]))])

/* The names of row I: the hostile ones come third, behind rows that look like real ones. */
static bool is_hostile(size_t i) {
    return i >= 3 && i < 3 + SAMPLE_HOSTILE_COUNT;
}

static const char *type_name(struct sample *sample, size_t i) {
    if (is_hostile(i)) {
        return sample_hostile_name(i - 3);
    }
    const char *name = PICK(s_types, i);
    size_t round = i / (sizeof(s_types) / sizeof(s_types[0]));
    return name == NULL || round == 0 ? name : sample_text(sample, "%s_%zu", name, round);
}

static const char *variable_name(size_t i) {
    return is_hostile(i) ? sample_hostile_name(i - 3) : PICK(s_variables, i);
}

static const char *location(struct sample *sample, size_t i) {
    return sample_text(sample, "%s:%zu", PICK(s_files, i), 10 + i * 7 % 900);
}

static void fill_process(struct sample *sample) {
    struct memscope_report *report = &sample->report;
    const char **command = sample_take(sample, 4, sizeof(*command));
    command[0] = "./server";
    command[1] = "--config";
    command[2] = "etc/server.conf";
    command[3] = sample_hostile_name(0);
    report->process = (struct memscope_process){
        .pid = 48213,
        .ppid = 48001,
        .executable = "/opt/example/bin/server",
        .command = command,
        .command_count = 4,
        .host = "build-7",
        .start_time = UINT64_C(1760000000123456789),
        .duration_ns = UINT64_C(20437000000),
        .exit = MEMSCOPE_EXIT_EXITED,
        .exit_code = 0,
    };
    report->sampling = (struct memscope_sampling){
        .preset = "full", .sample_rate = 1.0, .seed = UINT64_MAX - 1, .exact = false};
}

#define PLAIN(name, type, offset, size, hole, alignment)                                           \
    {                                                                                              \
        name, type, offset, size, hole, "member", alignment, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN,   \
            false, 0                                                                               \
    }

static const struct memscope_member s_members[] = {
    PLAIN("id", "uint32_t", 0, 4, 0, 4),
    {"state", "unsigned int", 4, 1, 3, "bit_field", 4, 32, 5, false, 0},
    PLAIN("name", "char *", 8, 8, 0, 8),
    PLAIN("", "union <anonymous>", 16, 8, 0, 8),
    PLAIN("flags", "uint16_t", 24, 2, 6, 2),
    PLAIN("next", "struct node *", 32, 8, 0, 8),
    PLAIN("weights", "double[2]", 40, 16, 0, 8),
    PLAIN("closed", "_Bool", 56, 1, 7, 1),
};
#define MEMBER_COUNT (sizeof(s_members) / sizeof(s_members[0]))

static void fill_layouts(struct sample *sample) {
    static const char *const names[] = {"struct connection", "connection_t"};
    static const char *const order[] = {
        "id", "state", "flags", "closed", "name", "union <anonymous>", "next", "weights"};
    static const struct memscope_move moves[] = {{"flags", "state"}, {"closed", NULL}};
    struct memscope_layout *layouts = sample_take(sample, 2, sizeof(*layouts));
    layouts[0] = (struct memscope_layout){
        .type_name = names[0],
        .names = names,
        .name_count = 2,
        .declared = "src/net/connection.h:12",
        .size = 64,
        .alignment = 8,
        .live_objects = 100,
        .peak_objects = 1000,
        .padding_bytes = 16,
        .tail_padding_bytes = 7,
        .wasted_bytes = 1600,
        .wasted_at_peak_bytes = 16000,
        .cache_lines = 1,
        .members = s_members,
        .member_count = MEMBER_COUNT,
        .best_size = 56,
        .saved_bytes = 800,
        .saved_at_peak_bytes = 8000,
        .best_order = order,
        .best_order_count = MEMBER_COUNT,
        .moves = moves,
        .move_count = 2,
    };
    layouts[1] = layouts[0];
    layouts[1].type_name = sample_hostile_name(0);
    layouts[1].best_size = layouts[1].saved_bytes = MEMSCOPE_UNKNOWN;
    layouts[1].saved_at_peak_bytes = MEMSCOPE_UNKNOWN;
    layouts[1].best_order_count = layouts[1].move_count = 0;
    layouts[1].not_reordered = "it is a union";
    sample->report.layouts = layouts;
    sample->report.layout_count = 2;
}

static void fill_types(struct sample *sample, size_t rows) {
    struct memscope_type_report *types = sample_take(sample, rows, sizeof(*types));
    for (size_t i = 0; i < rows; i++) {
        uint64_t count = 4 + sample_random(sample, 4000) / (i + 1);
        bool laid_out = i % 3 != 1 && type_name(sample, i) != NULL;
        types[i] = (struct memscope_type_report){
            .type_name = type_name(sample, i),
            .size = type_name(sample, i) == NULL ? MEMSCOPE_UNKNOWN : 64,
            .alignment = type_name(sample, i) == NULL ? MEMSCOPE_UNKNOWN : 8,
            .live_count = count,
            .live_bytes = UINT64_C(9000000) / (i + 1) / 64 * 64,
            .total_count = count * 9,
            .total_bytes = UINT64_C(81000000) / (i + 1),
            .peak_bytes = UINT64_C(12000000) / (i + 1),
            .padding_bytes = laid_out     ? 16
                             : i % 3 == 1 ? 0
                                          : MEMSCOPE_UNKNOWN,
            .padding_waste_bytes = laid_out     ? count * 16
                                   : i % 3 == 1 ? 0
                                                : MEMSCOPE_UNKNOWN,
            .members = laid_out ? s_members : NULL,
            .member_count = laid_out ? MEMBER_COUNT : 0,
            .live_objects = count,
            .total_objects = count * 9,
            .peak_objects = count * 2,
            .struct_name = laid_out ? "struct connection" : NULL,
            .declared = laid_out ? "src/net/connection.h:12" : NULL,
        };
    }
    sample->report.types = types;
    sample->report.type_count = rows;
}

static void fill_sites(struct sample *sample, size_t rows) {
    static const char *const kinds[] = {"call", "variable", "member", "caller"};
    static const char *const evidences[] = {"sizeof", "declared", "lhs", "none"};
    struct memscope_hotspot *hotspots = sample_take(sample, rows, sizeof(*hotspots));
    struct memscope_site_report *sites = sample_take(sample, rows, sizeof(*sites));
    for (size_t i = 0; i < rows; i++) {
        uint64_t total = UINT64_C(60000000) / (i + 1) + 16;
        uint64_t count = 1 + total / (16 + i % 900);
        uint64_t live = i % 4 == 3 ? 0 : total / 9;
        hotspots[i] = (struct memscope_hotspot){
            .var_name = variable_name(i),
            .type_name = type_name(sample, i),
            .total_size = total,
            .allocation_count = count,
            .location = i % 17 == 16 ? NULL : location(sample, i),
            .function = is_hostile(i) ? sample_hostile_name(i - 3) : PICK(s_functions, i),
            .live_size = live,
            .live_count = live == 0 ? 0 : 1 + count / 9,
            .stack_id = i % 5 == 4 ? MEMSCOPE_NO_ID : (uint32_t)(i * 16 + 1),
        };
        sites[i] = (struct memscope_site_report){
            .id = (uint32_t)i + 1,
            .kind = kinds[i % 4],
            .evidence = evidences[i % 4],
            .var_name = variable_name(i),
            .type_name = type_name(sample, i),
            .label = i % 6 == 2 ? "request path" : NULL,
            .file = i % 17 == 16 ? NULL : PICK(s_files, i),
            .line = i % 17 == 16 ? MEMSCOPE_UNKNOWN : 10 + i * 7 % 900,
            .column = i % 17 == 16 ? MEMSCOPE_UNKNOWN : 1 + i % 60,
            .function = hotspots[i].function,
            .total_allocations = count,
            .total_bytes = total,
            .live_allocations = hotspots[i].live_count,
            .live_bytes = live,
            .peak_bytes = total / 5,
            .temporary_allocations = count / 3,
            .left_by_jump = i % 3,
            .element_name = count % 2 == 0 ? "int" : NULL,
            .total_elements = count % 2 == 0 ? count * 3 : MEMSCOPE_UNKNOWN,
            .live_elements = count % 2 == 0 ? count : MEMSCOPE_UNKNOWN,
            .error_percent = i % 2 == 0 ? NAN : 1.5 + (double)(i % 7) / 10,
        };
    }
    sample->report.hotspots = hotspots;
    sample->report.hotspot_count = rows;
    sample->report.sites = sites;
    sample->report.site_count = rows;
}

static void fill_variables(struct sample *sample, size_t rows, size_t points) {
    struct memscope_variable *variables = sample_take(sample, rows, sizeof(*variables));
    for (size_t i = 0; i < rows; i++) {
        size_t history_count = i < 12 ? points : 0;
        struct memscope_point *history = sample_take(sample, history_count, sizeof(*history));
        uint64_t live = UINT64_C(5000000) / (i + 1);
        for (size_t j = 0; j < history_count; j++) {
            history[j].timestamp = j * UINT64_C(100000000);
            history[j].live_bytes =
                live * (j + 1) / history_count + sample_random(sample, live / 9 + 1);
        }
        variables[i] = (struct memscope_variable){
            .kind = i % 5 == 4 ? "object" : "variable",
            .var_name = variable_name(i),
            .type_name = type_name(sample, i),
            .location = location(sample, i),
            .live_bytes = live,
            .peak_bytes = live + live / 3,
            .total_bytes = live * 7,
            .total_allocations = 1 + live / 48,
            .history = history,
            .history_count = history_count,
        };
    }
    sample->report.variables = variables;
    sample->report.variable_count = rows;
}

static void fill_live(struct sample *sample, size_t rows) {
    struct memscope_live_blocks *live = sample_take(sample, rows, sizeof(*live));
    for (size_t i = 0; i < rows; i++) {
        live[i] = (struct memscope_live_blocks){
            .site_id = (uint32_t)i + 1,
            .var_name = variable_name(i),
            .type_name = type_name(sample, i),
            .stack_id = i % 5 == 4 ? MEMSCOPE_NO_ID : (uint32_t)(i * 16 + 1),
            .tid = i % 7 == 6 ? MEMSCOPE_UNKNOWN : 48213 + i % SAMPLE_THREADS,
            .count = 1 + i % 50,
            .bytes = UINT64_C(6000000) / (i + 1) + 64,
        };
    }
    sample->report.live = live;
    sample->report.live_count = rows;
}

static void fill_leaks(struct sample *sample, size_t rows) {
    struct memscope_leak *leaks = sample_take(sample, rows, sizeof(*leaks));
    struct memscope_last_seen *seen = sample_take(sample, rows, sizeof(*seen));
    for (size_t i = 0; i < rows; i++) {
        size_t site = i / 3; /* three stacks a site */
        seen[i] = (struct memscope_last_seen){
            .var_name = variable_name(site),
            .location = location(sample, site + 1),
            .function = PICK(s_functions, site),
        };
        leaks[i] = (struct memscope_leak){
            .var_name = variable_name(site),
            .type_name = type_name(sample, site),
            .location = location(sample, site),
            .function = PICK(s_functions, site),
            .count = 1 + sample_random(sample, 90),
            .bytes = UINT64_C(2000000) / (i + 1) + 8,
            .first_seen_ns = UINT64_C(120000000) * (i % 100),
            .stack_id = (uint32_t)(i * 16 + 1),
            .last_seen = site % 2 == 0 ? &seen[i] : NULL,
            .reachability = site % 3 == 0 ? "unreachable" : NULL,
        };
    }
    sample->report.leaks = leaks;
    sample->report.leak_count = rows;
    struct memscope_growing *growing = sample_take(sample, 1, sizeof(*growing));
    growing[0] = (struct memscope_growing){
        .site_id = 1,
        .var_name = "head",
        .type_name = "struct node",
        .location = "list.c:12",
        .function = "list_add",
        .by = "time",
        .start_ns = 100000000,
        .end_ns = UINT64_C(9000000000),
        .start_bytes = 4096,
        .end_bytes = 65536,
    };
    sample->report.growing = growing;
    sample->report.growing_count = 1;
}

static void fill_problems(struct sample *sample, size_t rows) {
    static const char *const kinds[] = {"double_free", "wrong_deallocator", "foreign_free",
                                        "realloc_of_freed"};
    struct memscope_problem *problems = sample_take(sample, rows, sizeof(*problems));
    for (size_t i = 0; i < rows; i++) {
        bool known = i % 3 != 2;
        problems[i] = (struct memscope_problem){
            .kind = PICK(kinds, i),
            .count = rows - i,
            .var_name = known ? variable_name(i) : NULL,
            .type_name = known ? type_name(sample, i) : NULL,
            .made_location = known ? location(sample, i) : NULL,
            .made_function = known ? PICK(s_functions, i) : NULL,
            .deallocator = i % 2 == 1 ? sample_hostile_name(i) : NULL,
            .freed_location = location(sample, i + 3),
            .freed_function = PICK(s_functions, i + 1),
            .freed_by = i % 2 == 1 ? "pool_free" : "free",
            .first_seen_ns = UINT64_C(50000000) * i,
            .stack_id = i % 4 == 3 ? MEMSCOPE_NO_ID : (uint32_t)(i * 16 + 1),
        };
    }
    sample->report.problems = problems;
    sample->report.problem_count = rows;
}

/* What is inlined is at the address of what it is in, and in its module; one address is always the
 * same functions. */
static void place_inlined(struct memscope_frame *frames, size_t depth) {
    for (size_t begin = 0, end; begin < depth; begin = end) {
        for (end = begin + 1; end < depth && frames[end - 1].inlined; end++) {
        }
        uint64_t address = frames[end - 1].address;
        for (size_t i = begin; i < end - 1; i++) {
            address = address * 31 + frames[i].address;
        }
        for (size_t i = begin; i < end; i++) {
            frames[i].address = address % (UINT64_C(1) << 40);
            frames[i].module = frames[end - 1].module;
        }
    }
}

static void fill_stacks(struct sample *sample, size_t rows) {
    struct memscope_stack *stacks = sample_take(sample, rows, sizeof(*stacks));
    for (size_t i = 0; i < rows; i++) {
        size_t depth = 3 + i % (SAMPLE_DEPTH - 2);
        struct memscope_frame *frames = sample_take(sample, depth, sizeof(*frames));
        size_t path = i;
        for (size_t j = depth; j-- > 0;) {
            size_t level = depth - 1 - j;
            size_t which = level == 0 ? 0 : level + path % 3;
            path = level == 0 ? path : path / 2 + level;
            bool known = level == 0 || (i + j) % 11 != 0;
            frames[j] = (struct memscope_frame){
                .function = !known                ? NULL
                            : level == 2 && i < 6 ? sample_hostile_name(i)
                                                  : PICK(s_functions, which),
                .file = known ? PICK(s_files, which) : NULL,
                .line = known ? 20 + which * 13 : MEMSCOPE_UNKNOWN,
                .column = known ? 5 + which : MEMSCOPE_UNKNOWN,
                .inlined = known && level > 1 && which % 4 == 3,
                .module = known ? "/opt/example/bin/server" : "/usr/lib/libc.so.6",
                .address = 0x1000 + which * 64 + level + (level == 2 && i < 6 ? (i + 1) << 16 : 0),
            };
        }
        for (size_t j = 0; j + 1 < depth; j++) {
            frames[j].inlined &= frames[j + 1].function != NULL;
        }
        place_inlined(frames, depth);
        /* Of each place, too little by stack, or, as estimates may be, too much. */
        const struct memscope_site_report *site = &sample->report.sites[i];
        uint64_t percent = i % 5 == 3 ? 130 : 60;
        stacks[i] = (struct memscope_stack){
            .id = (uint32_t)(i * 16 + 1),
            .site_id = site->id,
            .total_allocations = site->total_allocations / 100 * percent,
            .total_bytes = site->total_bytes / 100 * percent,
            .temporary_allocations = site->temporary_allocations / 100 * percent,
            .bytes_at_peak = MEMSCOPE_UNKNOWN,
            .frames = frames,
            .frame_count = depth,
            .live_count = i % 4 == 3 ? 0 : 1 + i % 50,
            .live_bytes = i % 4 == 3 ? 0 : UINT64_C(6000000) / (i + 1) + 64,
        };
    }
    sample->report.stacks = stacks;
    sample->report.stack_count = rows;
}

static void fill_threads(struct sample *sample) {
    static const char *const names[SAMPLE_THREADS] = {"server", "worker-0", "worker-1", NULL, "io"};
    struct memscope_thread_report *threads = sample_take(sample, SAMPLE_THREADS, sizeof(*threads));
    for (size_t i = 0; i < SAMPLE_THREADS; i++) {
        threads[i] = (struct memscope_thread_report){
            .tid = 48213 + i,
            .name = names[i],
            .total_allocations = 100000 / (i + 1),
            .total_bytes = UINT64_C(99000000) / (i + 1),
            .live_bytes = UINT64_C(9000000) / (i + 2),
            .peak_bytes = UINT64_C(12000000) / (i + 1),
            .freed_elsewhere = i * 37,
            .stack_peak_bytes = i % 3 != 0 ? i * 1000 : MEMSCOPE_UNKNOWN,
        };
    }
    threads[3].live_bytes = MEMSCOPE_UNKNOWN;
    sample->report.threads = threads;
    sample->report.thread_count = SAMPLE_THREADS;
}

/* Live bytes at point I: a climb, a plateau, a peak and a fall. */
static uint64_t heap_at(struct sample *sample, size_t i, size_t points) {
    double x = (double)i / (double)points;
    double level = x < 0.2    ? x * 40
                   : x < 0.6  ? 8 + sin(x * 30)
                   : x < 0.75 ? 8 + (x - 0.6) * 160
                              : 12;
    return (uint64_t)(level * 1048576) + sample_random(sample, 300000);
}

static void fill_time(struct sample *sample, size_t points) {
    struct memscope_timeline *timeline = &sample->report.timeline;
    uint64_t *columns[4 + SAMPLE_SERIES];
    for (size_t c = 0; c < 4 + SAMPLE_SERIES; c++) {
        columns[c] = sample_take(sample, points, sizeof(uint64_t));
    }
    struct memscope_system_snapshot *snapshots = sample_take(sample, points, sizeof(*snapshots));
    struct memscope_gpu *gpus = sample_take(sample, 2, sizeof(*gpus));
    gpus[0] = (struct memscope_gpu){12.5, UINT64_C(1) << 30, UINT64_C(1) << 34};
    gpus[1] = (struct memscope_gpu){NAN, MEMSCOPE_UNKNOWN, MEMSCOPE_UNKNOWN};
    uint64_t allocations = 0;
    for (size_t i = 0; i < points; i++) {
        uint64_t heap = heap_at(sample, i, points);
        allocations += 300 + sample_random(sample, 900) + (i % 50 < 5 ? 4000 : 0);
        columns[0][i] = i * UINT64_C(100000000) + sample_random(sample, 900000);
        columns[1][i] = heap;
        columns[2][i] = allocations;
        columns[3][i] = allocations - allocations / 9;
        for (size_t s = 0; s < SAMPLE_SERIES; s++) {
            bool kept = s < 4 || i > points / 3;
            columns[4 + s][i] = kept ? heap * (SAMPLE_SERIES - s) / 24 : MEMSCOPE_UNKNOWN;
        }
        snapshots[i] = (struct memscope_system_snapshot){
            .timestamp = columns[0][i],
            .cpu_usage_percent = i == 0 ? NAN : 30 + 20 * sin((double)i / 9),
            .memory_usage_bytes = UINT64_C(6000000000) + sample_random(sample, 90000000),
            .memory_usage_percent = 37.5 + (double)sample_random(sample, 100) / 100,
            .thread_count = 1 + (i > points / 5 ? 4 : 0),
            .disk_read_bps = sample_random(sample, 4000000),
            .disk_write_bps = i % 30 == 0 ? 30000000 : sample_random(sample, 90000),
            .network_rx_bps = sample_random(sample, 900000),
            .network_tx_bps = sample_random(sample, 100000),
            .gpu_usage_percent = NAN,
            .gpu_memory_used = MEMSCOPE_UNKNOWN,
            .gpu_memory_total = MEMSCOPE_UNKNOWN,
            .process_cpu_percent = i == 0 ? NAN : 90 + 80 * sin((double)i / 14),
            .process_rss_bytes = heap + 4500000,
            .heap_live_bytes = heap,
            .process_minor_faults = 1000 + i * 7,
            .process_major_faults = i / 40,
            .process_read_bytes = i * 4096,
            .process_write_bytes = i * 8192,
            .process_fds = i == 0 ? MEMSCOPE_UNKNOWN : 5 + i % 3,
            .process_gpu_bytes = MEMSCOPE_UNKNOWN,
            .gpus = i % 2 == 1 ? gpus : NULL,
            .gpu_count = i % 2 == 1 ? 2 : 0,
            .process_pss_bytes = i % 50 == 0 ? MEMSCOPE_UNKNOWN : heap + 3000000,
        };
    }
    struct memscope_type_series *series = sample_take(sample, SAMPLE_SERIES, sizeof(*series));
    for (size_t s = 0; s < SAMPLE_SERIES; s++) {
        series[s].type_name = s == 5 ? NULL : type_name(sample, s < 3 ? s : s + 8);
        series[s].live_bytes = columns[4 + s];
    }
    size_t site_count = sample->report.site_count;
    struct memscope_site_series *by_site = sample_take(sample, SAMPLE_SERIES, sizeof(*by_site));
    for (size_t s = 0; s < SAMPLE_SERIES; s++) {
        by_site[s].site_id = s < site_count ? sample->report.sites[s].id : 0;
        by_site[s].live_bytes = columns[4 + s];
    }
    *timeline = (struct memscope_timeline){
        .interval_ns = 100000000,
        .count = points,
        .timestamps = columns[0],
        .heap_live_bytes = columns[1],
        .allocations = columns[2],
        .frees = columns[3],
        .by_type = series,
        .by_type_count = SAMPLE_SERIES,
        .by_site = by_site,
        .by_site_count = site_count < SAMPLE_SERIES ? site_count : SAMPLE_SERIES,
    };
    sample->report.system_snapshots = snapshots;
    sample->report.system_snapshot_count = points;

    struct memscope_mark_report *marks = sample_take(sample, 3, sizeof(*marks));
    marks[0] = (struct memscope_mark_report){UINT64_C(4100000000), "config loaded"};
    marks[1] = (struct memscope_mark_report){UINT64_C(12300000000), sample_hostile_name(0)};
    marks[2] = (struct memscope_mark_report){UINT64_C(15000000000), "shutdown"};
    sample->report.marks = marks;
    sample->report.mark_count = 3;

    struct memscope_phase *phases = sample_take(sample, 3, sizeof(*phases));
    phases[0] = (struct memscope_phase){
        "load", 4711, 0, UINT64_C(1000000000), UINT64_C(5000000000), 900, 70000, 4096, 65536};
    phases[1] = (struct memscope_phase){
        sample_hostile_name(1), 4711, 1, UINT64_C(2000000000), UINT64_C(3000000000), 90, 700, 0, 1};
    phases[2] = (struct memscope_phase){"serve", 4712, 0, UINT64_C(6000000000), MEMSCOPE_UNKNOWN,
                                        1,       2,    3, MEMSCOPE_UNKNOWN};
    sample->report.phases = phases;
    sample->report.phase_count = 3;
}

static void fill_rest(struct sample *sample) {
    struct memscope_report *report = &sample->report;
    struct memscope_bucket *lifetimes = sample_take(sample, SAMPLE_BUCKETS, sizeof(*lifetimes));
    struct memscope_bucket *sizes = sample_take(sample, SAMPLE_BUCKETS, sizeof(*sizes));
    for (size_t i = 0; i < SAMPLE_BUCKETS; i++) {
        uint64_t from = i == 0 ? 0 : UINT64_C(1) << (i - 1);
        sizes[i] = (struct memscope_bucket){from, UINT64_C(1) << i,
                                            sample_random(sample, 9000) >> (i / 3)};
        lifetimes[i] = (struct memscope_bucket){from * 100000000, (UINT64_C(1) << i) * 100000000,
                                                sample_random(sample, 90000) >> i};
    }
    report->lifetimes = lifetimes;
    report->lifetime_count = SAMPLE_BUCKETS;
    report->sizes = sizes;
    report->size_count = SAMPLE_BUCKETS;

    struct memscope_module_report *modules = sample_take(sample, 3, sizeof(*modules));
    modules[0] = (struct memscope_module_report){"/opt/example/bin/server",
                                                 "8f2a90c1d0e35b7766aa01924c55de90b1a2c3d4",
                                                 UINT64_C(0x555555554000)};
    modules[1] =
        (struct memscope_module_report){"/usr/lib/libc.so.6", NULL, UINT64_C(0x7ffff7c00000)};
    modules[2] = (struct memscope_module_report){sample_hostile_name(1), "00ff", UINT64_MAX - 4095};
    report->modules = modules;
    struct memscope_process_report *processes = sample_take(sample, 2, sizeof(*processes));
    processes[0] = (struct memscope_process_report){.pid = 48213,
                                                    .ppid = 48001,
                                                    .executable = "/opt/example/bin/server",
                                                    .host = "build-7",
                                                    .start_time = UINT64_C(1760000000123456789),
                                                    .duration_ns = UINT64_C(20437000000),
                                                    .exit = MEMSCOPE_EXIT_EXITED,
                                                    .peak_memory_bytes = 7000000,
                                                    .total_bytes = 90000000,
                                                    .total_allocations = 1234567};
    processes[1] = (struct memscope_process_report){.pid = 48214,
                                                    .ppid = 48213,
                                                    .executable = sample_hostile_name(2),
                                                    .host = NULL,
                                                    .start_time = UINT64_C(1760000001123456789),
                                                    .duration_ns = MEMSCOPE_UNKNOWN,
                                                    .exit = MEMSCOPE_EXIT_KILLED,
                                                    .exit_code = MEMSCOPE_UNKNOWN,
                                                    .peak_memory_bytes = MEMSCOPE_UNKNOWN,
                                                    .current_memory_bytes = 4096};
    report->processes = processes;
    report->process_count = 2;
    report->module_count = 3;

    struct memscope_finding *findings = sample_take(sample, 2, sizeof(*findings));
    findings[0] = (struct memscope_finding){"padding", "warning", "a third is padding", "a.c:3"};
    findings[1] = (struct memscope_finding){"other", "note", sample_hostile_name(0), NULL};
    report->findings = findings;
    report->finding_count = 2;

    struct memscope_event *events = sample_take(sample, 3, sizeof(*events));
    events[0] = (struct memscope_event){1000, "alloc", UINT64_C(0x7ffff7a00010), 24, 3,
                                        4711, 1,       MEMSCOPE_UNKNOWN};
    events[1] =
        (struct memscope_event){2000, "realloc", UINT64_C(0x7ffff7a00100), 4096, MEMSCOPE_NO_ID,
                                4711, 1,         UINT64_C(0x7ffff7a00010)};
    events[2] = (struct memscope_event){
        UINT64_C(9007199254740993), "free",         UINT64_C(0x7ffff7a00100), 4096, 3,
        MEMSCOPE_UNKNOWN,           MEMSCOPE_NO_ID, MEMSCOPE_UNKNOWN};
    report->events = events;
    report->event_count = 3;

    const char **notes = sample_take(sample, 2, sizeof(*notes));
    notes[0] = "/usr/lib/libc.so.6 has no debug information: its functions have no lines";
    notes[1] = sample_hostile_name(2);
    report->notes = notes;
    report->note_count = 2;

    report->summary = (struct memscope_summary){
        .total_allocations = UINT64_C(9007199254740993), /* 2^53 + 1: not a double */
        .total_deallocations = 1093441,
        .active_allocations = 41002,
        .peak_memory_bytes = UINT64_C(33870112),
        .current_memory_bytes = UINT64_C(12884901),
        .allocation_rate_per_sec = 55512.1,
        .deallocation_rate_per_sec = 1.0 / 3.0,
        .total_bytes = UINT64_C(412316860),
        .typed_bytes_percent = 92.75,
        .dropped_events = 17,
        .torn_blocks = 2,
        .padding_waste_bytes = 804112,
        .stack_peak_bytes = MEMSCOPE_UNKNOWN,
        .static_bytes = 91234,
        .pooled_allocations = 5120,
        .pooled_bytes = 81920,
        .pooled_outside_bytes = 4096,
        .missing_events = 3,
    };
}

struct memscope_report *sample_report_new(size_t rows, size_t points) {
    struct sample *sample = calloc(1, sizeof(*sample));
    if (sample == NULL) {
        return NULL;
    }
    sample->random = 42;
    fill_process(sample);
    fill_layouts(sample);
    fill_types(sample, rows);
    fill_sites(sample, rows);
    fill_variables(sample, rows, points);
    fill_live(sample, rows);
    fill_leaks(sample, rows);
    fill_problems(sample, rows);
    fill_stacks(sample, rows);
    fill_threads(sample);
    fill_time(sample, points);
    fill_rest(sample);
    return &sample->report;
}

struct memscope_report *sample_report_new_empty(void) {
    struct sample *sample = calloc(1, sizeof(*sample));
    if (sample == NULL) {
        return NULL;
    }
    const char **command = sample_take(sample, 1, sizeof(*command));
    command[0] = "true";
    sample->report.process = (struct memscope_process){
        .pid = 1,
        .ppid = MEMSCOPE_UNKNOWN,
        .executable = "/usr/bin/true",
        .command = command,
        .command_count = 1,
        .start_time = UINT64_C(1760000000000000000),
        .duration_ns = 700000,
        .exit = MEMSCOPE_EXIT_KILLED,
        .exit_code = MEMSCOPE_UNKNOWN,
    };
    sample->report.sampling = (struct memscope_sampling){"full", 1.0, 0, 0, 0, true, "requested"};
    sample->report.summary.typed_bytes_percent = NAN;
    sample->report.summary.stack_peak_bytes = MEMSCOPE_UNKNOWN;
    return &sample->report;
}

void sample_report_destroy(struct memscope_report *report) {
    struct sample *sample = (struct sample *)report;
    if (sample == NULL) {
        return;
    }
    while (sample->pieces != NULL) {
        struct piece *next = sample->pieces->next;
        free(sample->pieces);
        sample->pieces = next;
    }
    free(sample);
}
