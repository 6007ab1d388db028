/* SPDX-License-Identifier: MIT */
/* The speed of a counter over the interval between two readings. */
#ifndef MS_MONITOR_RATE_H
#define MS_MONITOR_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialised it knows nothing. */
struct ms_rate {
    bool started;
    bool known;
    uint64_t count;
    uint64_t at_ns;
    uint64_t per_second; /* when known */
};

/* COUNT was read at AT_NS. The first reading gives no rate, nor does a counter that went backwards
 * (it wrapped, or a device is gone). A reading sooner than SHORTEST_NS after the last one is too
 * short to tell: the rate stays. */
void ms_rate_update(struct ms_rate *rate, uint64_t at_ns, uint64_t count, uint64_t shortest_ns);

/* The counter could not be read, or counts something else from now on. */
void ms_rate_lose(struct ms_rate *rate);

/* MS_UNKNOWN_U64 when not known. */
uint64_t ms_rate_get(const struct ms_rate *rate);

#endif
