/* SPDX-License-Identifier: MIT */
#include "monitor/gpu.h"

#include <string.h>
#include <sys/stat.h>

#include "base/gpu_feed.h"
#include "platform/os.h"

#define PERIOD_NS        UINT64_C(1000000000)
#define SEARCH_PERIOD_NS UINT64_C(10000000000)
#define BYTES_PER_KIB    1024

static uint64_t s_sum(uint64_t sum, uint64_t more) {
    if (sum == MS_UNKNOWN_U64 || more == MS_UNKNOWN_U64)
        return sum == MS_UNKNOWN_U64 ? more : sum;
    return __builtin_add_overflow(sum, more, &sum) ? MS_UNKNOWN_U64 : sum;
}

static uint32_t s_kib(uint64_t bytes) {
    return bytes / BYTES_PER_KIB < UINT32_MAX ? (uint32_t)(bytes / BYTES_PER_KIB) : UINT32_MAX;
}

void ms_gpus_clear(struct ms_gpus *gpus) {
    *gpus = (struct ms_gpus){.usage_permille = MS_UNKNOWN_PERMILLE,
                             .memory_used = MS_UNKNOWN_U64,
                             .memory_total = MS_UNKNOWN_U64,
                             .process_bytes = MS_UNKNOWN_U64};
}

/* A device; MS_UNKNOWN_U64: it does not tell. */
static void s_add(struct ms_gpus *gpus, uint64_t permille, uint64_t used, uint64_t total) {
    if (permille > 1000)
        permille = MS_UNKNOWN_U64;
    if (gpus->count < MS_GPUS_PER_TICK)
        gpus->list[gpus->count] = (struct ms_tick_gpu){
            .memory_used_kib = s_kib(used),
            .memory_total_kib = s_kib(total),
            .usage_permille = permille != MS_UNKNOWN_U64 ? (uint16_t)permille : UINT16_MAX};
    gpus->count++;
    if (permille != MS_UNKNOWN_U64)
        gpus->usage_permille =
            (gpus->usage_permille != MS_UNKNOWN_PERMILLE ? gpus->usage_permille : 0) +
            (uint32_t)permille;
    gpus->memory_used = s_sum(gpus->memory_used, used);
    gpus->memory_total = s_sum(gpus->memory_total, total);
}

/* ---- what is published ---- */

static bool s_parse_value(struct ms_text *line, uint64_t *value) {
    struct ms_text word;
    if (ms_parse_number(line, value))
        return true;
    *value = MS_UNKNOWN_U64;
    return ms_parse_word(line, &word) && ms_parse_equals(word, "-");
}

bool ms_gpu_parse_feed(struct ms_text text, uint64_t now_ns, uint32_t pid, struct ms_gpus *gpus) {
    struct ms_text line;
    uint64_t time, value[3];
    uint32_t before = gpus->count;
    if (!ms_parse_line(&text, &line) || !ms_parse_equals(line, MS_GPU_FEED_FIRST) ||
        !ms_parse_line(&text, &line) || !ms_parse_literal(&line, "time ") ||
        !ms_parse_number(&line, &time) || time > now_ns || now_ns - time > MS_GPU_FEED_STALE_NS)
        return false;
    while (ms_parse_line(&text, &line)) {
        if (ms_parse_literal(&line, "device ")) {
            if (s_parse_value(&line, &value[0]) && s_parse_value(&line, &value[1]) &&
                s_parse_value(&line, &value[2]))
                s_add(gpus, value[0], value[1], value[2]);
        } else if (ms_parse_literal(&line, "process ")) {
            if (ms_parse_number(&line, &value[0]) && ms_parse_number(&line, &value[1]) &&
                value[0] == pid)
                gpus->process_bytes = s_sum(gpus->process_bytes, value[1]);
        }
    }
    return gpus->count != before;
}

/* The directory may be one that others write to: what is not the user's own is not opened. */
static void s_read_feed(const struct ms_moment *moment, struct ms_gpus *gpus) {
    struct ms_text text;
    uint32_t owner, mode;
    if (moment->gpu_feed != NULL && ms_moment_stat(moment, moment->gpu_feed, &owner, &mode) &&
        owner == ms_os_uid() && S_ISREG(mode) &&
        ms_moment_load(moment, NULL, moment->gpu_feed, &text))
        ms_gpu_parse_feed(text, ms_os_now_monotonic(), (uint32_t)ms_os_pid(), gpus);
}

/* ---- sysfs ---- */

/* The file NAME of a card into PATH. */
static bool s_card_path(char *path, unsigned card, const char *name) {
    static const char s_cards[] = "/sys/class/drm/card";
    char digits[2] = {(char)('0' + card / 10), (char)('0' + card % 10)};
    size_t used = 0, first = card < 10;
    return ms_parse_put(path, MS_MOMENT_PATH_BYTES, &used, s_cards, sizeof(s_cards) - 1) &&
           ms_parse_put(path, MS_MOMENT_PATH_BYTES, &used, digits + first, 2 - first) &&
           ms_parse_put(path, MS_MOMENT_PATH_BYTES, &used, name, strlen(name));
}

static bool s_card_has(const struct ms_moment *moment, unsigned card, const char *name) {
    char path[MS_MOMENT_PATH_BYTES];
    return s_card_path(path, card, name) && ms_moment_exists(moment, path);
}

static bool s_load_card(const struct ms_moment *moment, unsigned card, const char *name,
                        struct ms_text *text) {
    char path[MS_MOMENT_PATH_BYTES];
    return s_card_path(path, card, name) && ms_moment_load(moment, NULL, path, text);
}

static uint64_t s_card_number(const struct ms_moment *moment, unsigned card, const char *name) {
    struct ms_text text;
    uint64_t number;
    return s_load_card(moment, card, name, &text) && ms_parse_number(&text, &number)
               ? number
               : MS_UNKNOWN_U64;
}

static void s_search(struct ms_gpu_reader *reader, const struct ms_moment *moment) {
    reader->amd = reader->intel = 0;
    if (!ms_moment_exists(moment, "/sys/class/drm"))
        return;
    for (unsigned card = 0; card < MS_GPU_CARDS; card++) {
        if (s_card_has(moment, card, "/device/mem_info_vram_total"))
            reader->amd |= 1u << card;
        else if (s_card_has(moment, card, "/lmem_total_bytes"))
            reader->intel |= 1u << card;
    }
}

/* Asking how busy it is would wake a GPU that sleeps, and keep it awake. */
static uint64_t s_amd_permille(const struct ms_moment *moment, unsigned card) {
    struct ms_text text;
    if (s_load_card(moment, card, "/device/power/runtime_status", &text) &&
        ms_parse_literal(&text, "suspended"))
        return 0;
    uint64_t percent = s_card_number(moment, card, "/device/gpu_busy_percent");
    return percent <= 100 ? percent * 10 : MS_UNKNOWN_U64;
}

static void s_read_cards(const struct ms_gpu_reader *reader, const struct ms_moment *moment,
                         struct ms_gpus *gpus) {
    for (unsigned card = 0; card < MS_GPU_CARDS; card++) {
        if ((reader->amd >> card & 1) != 0) {
            s_add(gpus, s_amd_permille(moment, card),
                  s_card_number(moment, card, "/device/mem_info_vram_used"),
                  s_card_number(moment, card, "/device/mem_info_vram_total"));
        } else if ((reader->intel >> card & 1) != 0) {
            uint64_t total = s_card_number(moment, card, "/lmem_total_bytes");
            uint64_t left = s_card_number(moment, card, "/lmem_avail_bytes");
            bool known = total != MS_UNKNOWN_U64 && left <= total;
            s_add(gpus, MS_UNKNOWN_U64, known ? total - left : MS_UNKNOWN_U64, total);
        }
    }
}

void ms_gpu_read(struct ms_gpu_reader *reader, const struct ms_moment *moment,
                 struct ms_tick *tick) {
    struct ms_gpus *gpus = &reader->gpus;
    if (ms_cadence_begin(&reader->search_cadence, moment)) {
        s_search(reader, moment);
        ms_cadence_end(&reader->search_cadence, SEARCH_PERIOD_NS);
    }
    if (ms_cadence_begin(&reader->cadence, moment)) {
        ms_gpus_clear(gpus);
        s_read_feed(moment, gpus);
        s_read_cards(reader, moment, gpus);
        ms_cadence_end(&reader->cadence, PERIOD_NS);
    }
    tick->gpu_count = gpus->count;
    tick->gpu_usage_permille = gpus->usage_permille;
    tick->gpu_memory_used = gpus->memory_used;
    tick->gpu_memory_total = gpus->memory_total;
    tick->process_gpu_bytes = gpus->process_bytes;
    memcpy(tick->gpus, gpus->list, sizeof(tick->gpus));
}
