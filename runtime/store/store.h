/* SPDX-License-Identifier: MIT */
/*
 * The writer's side of the journal (layout.h): the file, its tables and the one lock of their slow
 * paths.
 *
 * A table is a list of 64 KiB chunks in memory; an entry never lies across two of them. Tables are
 * grown and appended to under the store lock. The lock is only taken with all signals of the thread
 * blocked, so a signal handler never finds its own thread holding it, and a fork handler holds it
 * across fork(). Nothing that can wait for the program (dl_iterate_phdr, malloc, stdio) is called
 * under it.
 *
 * One process has one store. Functions keep errno; none fails the program.
 */
#ifndef MS_STORE_STORE_H
#define MS_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/atomics.h"
#include "store/layout.h"

#define MS_CHUNK_BYTES UINT64_C(65536)
#define MS_CHUNK_LIMIT 65536u /* of one table: 4 GiB */
#define MS_NEAR_BYTES  (UINT64_C(256) << 20)

struct ms_table_state {
    uint64_t appended; /* bytes handed out. Synchronization: store lock */
    uint64_t capacity; /* bytes mapped. Synchronization: store lock */
    uint64_t retry_ns; /* growth failed: not again before that. Synchronization: store lock */
    unsigned char
        *chunks[MS_CHUNK_LIMIT]; /* Synchronization: written before the index is published */
};

struct ms_store {
    struct ms_journal_header *header; /* NULL: nothing is recorded. Set once, by ms_store_open */
    struct ms_extent *extents;
    uint64_t max_size; /* bytes of the file, 0: no limit */
    int fd; /* only believed when it still is the journal: the program may close anything */
    uint64_t inode, device;
    char path[1024]; /* absolute */
    /* Where all chunks of the blocks table lie that fit: addresses for MS_NEAR_BYTES. NULL: they
     * lie anywhere */
    unsigned char *near;
    struct ms_table_state tables[MS_TABLE_COUNT];
};
extern struct ms_store ms_store;

/* What the process says about itself in the header; strings are copied. */
struct ms_store_identity {
    const char *executable;
    const char *command; /* command_size bytes of NUL-terminated strings, back to back */
    size_t command_size;
    uint32_t command_count;
    const char *host;
    const char *preset;
    uint64_t process_start_ticks;
};

/* Creates the journal PATH (absolute; 0600, must not exist) and fills HEADER's identity. The fields
 * that say how it is measured are for the caller to set before ms_store_start publishes it. 0 or
 * -errno. */
int ms_store_open(const char *path, const struct ms_store_identity *identity, uint64_t max_size);
void ms_store_start(void);

/*
 * Fork, with the lock held all the way. Before it, ms_store_copy makes a copy of the journal, PATH;
 * its descriptor or -errno. Then the child adopts the copy: it gets the name PATH and is mapped
 * over the same addresses. 0, or -errno and nothing is recorded any more. Exact when the process
 * has one thread; what other threads do between the copy and the fork is in the child's memory but
 * not in its journal.
 */
int ms_store_copy(const char *path);
int ms_store_adopt(int fd, const char *copy, const char *path);

/* The lock. SIGNALS keeps the mask of the thread between the two calls. */
void ms_store_lock(uint64_t *signals);
void ms_store_unlock(const uint64_t *signals);

/* Under the lock: room for SIZE bytes (at most a chunk) in one piece; *OFFSET is their place in the
 * table in bytes. NULL when there is no room: counted as dropped, but for tables that the journal
 * can do without, each of which takes at most a quarter of max_size. Readers see them after
 * ms_store_publish. */
void *ms_store_append(enum ms_table table, size_t size, uint64_t *offset);

/* Under the lock: everything appended to TABLE is complete. ENTRIES is in the unit of header.used.
 */
void ms_store_publish(enum ms_table table);

/* Any thread, no lock. */
void ms_store_count_drop(enum ms_drop why);

static inline void *ms_store_at(enum ms_table table, uint64_t offset) {
    return ms_store.tables[table].chunks[offset / MS_CHUNK_BYTES] + offset % MS_CHUNK_BYTES;
}

/* Nanoseconds since the journal's start, from the coarse clock, and from the one that takes longer.
 */
uint64_t ms_store_now(void);
uint64_t ms_store_now_precise(void);

#endif
