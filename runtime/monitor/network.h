/* SPDX-License-Identifier: MIT */
/*
 * What goes through the network interfaces that the process can see, in bytes a second. Interfaces
 * that stand for no hardware (bridges, bonds, tunnels, the machine's ends of containers' pairs)
 * carry once more what goes through the real ones: they count only where there are none, as in a
 * container. lo never counts.
 */
#ifndef MS_MONITOR_NETWORK_H
#define MS_MONITOR_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/cadence.h"
#include "monitor/moment.h"
#include "monitor/rate.h"
#include "store/layout.h"

struct ms_network_totals {
    uint64_t rx_bytes;
    uint64_t tx_bytes;
    uint32_t interfaces;
    uint64_t names; /* hash of the names of those, see ms_parse_hash */
};

/* Zero-initialised. Synchronization: tick lock. */
struct ms_network_reader {
    struct ms_cadence cadence;
    uint64_t names; /* of the interfaces that the rates count */
    struct ms_rate rx;
    struct ms_rate tx;
};

/* /proc/net/dev: the sums of those that count. MOMENT: where /sys/devices/virtual/net is. False:
 * not a line of it can be read. */
bool ms_network_parse(struct ms_text text, const struct ms_moment *moment,
                      struct ms_network_totals *totals);

void ms_network_read(struct ms_network_reader *reader, const struct ms_moment *moment,
                     struct ms_tick *tick);

#endif
