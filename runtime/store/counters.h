/* SPDX-License-Identifier: MIT */
/* Counters by site, in chunks of 64 sites that belong to one shard: one running thread writes a
 * shard. */
#ifndef MS_STORE_COUNTERS_H
#define MS_STORE_COUNTERS_H

#include "store/store.h"

#define MS_COUNTER_CHUNK_BYTES 4096u

/* A fresh chunk of the table CHUNKS, its tag in TAGS; NULL: no room. Takes the store lock. */
void *ms_counters_append(enum ms_table tags, enum ms_table chunks, struct ms_counter_tag tag);

/* A fresh chunk for sites FIRST_SITE..+63 of SHARD; NULL: no room. Takes the store lock. */
struct ms_counter *ms_counters_new_chunk(uint32_t shard, uint32_t first_site);

/* Live bytes of SITE as one shard sees them. Heap blocks may be sampled, objects on the stack are
 * not. */
uint64_t ms_counters_live(const struct ms_counter *counter, uint32_t site);

#endif
