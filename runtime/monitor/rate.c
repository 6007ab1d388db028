/* SPDX-License-Identifier: MIT */
#include "monitor/rate.h"

#include "store/layout.h"

void ms_rate_update(struct ms_rate *rate, uint64_t at_ns, uint64_t count, uint64_t shortest_ns) {
    if (rate->started && count >= rate->count) {
        uint64_t interval = at_ns > rate->at_ns ? at_ns - rate->at_ns : 0;
        if (interval == 0 || interval < shortest_ns)
            return;
        unsigned __int128 wide = (unsigned __int128)(count - rate->count) * 1000000000u / interval;
        rate->per_second = wide < MS_UNKNOWN_U64 ? (uint64_t)wide : MS_UNKNOWN_U64;
        rate->known = true;
    } else {
        rate->known = false;
    }
    rate->started = true;
    rate->count = count;
    rate->at_ns = at_ns;
}

void ms_rate_lose(struct ms_rate *rate) {
    *rate = (struct ms_rate){0};
}

uint64_t ms_rate_get(const struct ms_rate *rate) {
    return rate->known ? rate->per_second : MS_UNKNOWN_U64;
}
