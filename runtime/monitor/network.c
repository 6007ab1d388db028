/* SPDX-License-Identifier: MIT */
#include "monitor/network.h"

#include "platform/os.h"

#define PERIOD_NS   UINT64_C(1000000000)
#define SHORTEST_NS UINT64_C(50000000)
#define NAME_BYTES  256

/* "name: bytes packets errs drop fifo frame compressed multicast bytes ...": the second "bytes" are
 * the sent ones. The name of an alias has a colon too. */
static bool s_parse_line(struct ms_text line, struct ms_text *name, uint64_t *rx, uint64_t *tx) {
    struct ms_text numbers = line;
    if (!ms_parse_behind_last(&numbers, ':'))
        return false;
    struct ms_text before = {line.at, numbers.at - 1};
    return ms_parse_word(&before, name) && ms_parse_number(&numbers, rx) &&
           ms_parse_skip_words(&numbers, 7) && ms_parse_number(&numbers, tx);
}

static bool s_is_virtual(const struct ms_moment *moment, struct ms_text name) {
    static const char s_directory[] = "/sys/devices/virtual/net/";
    char path[sizeof(s_directory) + NAME_BYTES];
    size_t used = 0;
    return ms_parse_put(path, sizeof(path), &used, s_directory, sizeof(s_directory) - 1) &&
           ms_parse_put(path, sizeof(path), &used, name.at, (size_t)(name.end - name.at)) &&
           ms_moment_exists(moment, path);
}

bool ms_network_parse(struct ms_text text, const struct ms_moment *moment,
                      struct ms_network_totals *totals) {
    struct ms_network_totals real = {0}, others = {0};
    struct ms_text line, name;
    uint64_t rx, tx;
    uint32_t lines = 0;
    while (ms_parse_line(&text, &line)) {
        if (!s_parse_line(line, &name, &rx, &tx))
            continue;
        lines++;
        if (ms_parse_equals(name, "lo"))
            continue;
        struct ms_network_totals *found = s_is_virtual(moment, name) ? &others : &real;
        if (__builtin_add_overflow(found->rx_bytes, rx, &found->rx_bytes) ||
            __builtin_add_overflow(found->tx_bytes, tx, &found->tx_bytes))
            return false;
        found->names = ms_parse_hash(found->names, name);
        found->interfaces++;
    }
    if (lines == 0)
        return false;
    *totals = real.interfaces != 0 ? real : others;
    return true;
}

void ms_network_read(struct ms_network_reader *reader, const struct ms_moment *moment,
                     struct ms_tick *tick) {
    if (ms_cadence_begin(&reader->cadence, moment)) {
        struct ms_text text;
        struct ms_network_totals totals = {0};
        bool known = ms_moment_load(moment, NULL, "/proc/net/dev", &text) &&
                     ms_network_parse(text, moment, &totals);
        if (!known || totals.names != reader->names) {
            ms_rate_lose(&reader->rx);
            ms_rate_lose(&reader->tx);
        }
        reader->names = totals.names;
        if (known) {
            uint64_t now = ms_os_now_monotonic();
            ms_rate_update(&reader->rx, now, totals.rx_bytes, SHORTEST_NS);
            ms_rate_update(&reader->tx, now, totals.tx_bytes, SHORTEST_NS);
        }
        ms_cadence_end(&reader->cadence, PERIOD_NS);
    }
    tick->network_rx_bps = ms_rate_get(&reader->rx);
    tick->network_tx_bps = ms_rate_get(&reader->tx);
}
