/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "platform/os.h"

#define LOWEST_KEPT_FD 16

/* All zeros, so that its megabytes of pointers are no bytes of the library. */
struct ms_store ms_store;

static uint32_t s_lock; /* 0 free, 1 held */

static const uint32_t s_entry_size[MS_TABLE_COUNT] = {
#define X(number, name, size) size,
    MS_TABLES(X)
#undef X
};

/* Tables that every journal starts with, one chunk each, in one piece behind the directory. */
static const enum ms_table s_first_tables[] = {
    MS_TABLE_STRINGS,      MS_TABLE_SITES,      MS_TABLE_MODULES,     MS_TABLE_THREADS,
    MS_TABLE_COUNTER_TAGS, MS_TABLE_COUNTERS,   MS_TABLE_STACK_WORDS, MS_TABLE_BLOCKS,
    MS_TABLE_TICKS,        MS_TABLE_HISTOGRAMS, MS_TABLE_STACKS,
};
#define FIRST_TABLE_COUNT (sizeof(s_first_tables) / sizeof(s_first_tables[0]))

void ms_store_lock(uint64_t *signals) {
    ms_os_block_signals(signals);
    for (unsigned spins = 0; ms_exchange_acquire(&s_lock, 1) != 0;) { /* pairs with unlock */
        if (++spins % 64 == 0)
            ms_os_yield();
        ms_cpu_relax();
    }
}

void ms_store_unlock(const uint64_t *signals) {
    ms_store_release(&s_lock, 0);
    ms_os_restore_signals(signals);
}

void ms_store_count_drop(enum ms_drop why) {
    if (ms_store.header != NULL)
        ms_fetch_add_relaxed(&ms_store.header->dropped[why], 1);
}

uint64_t ms_store_now(void) {
    uint64_t now = ms_os_now_coarse(), start = ms_store.header->monotonic_start_ns;
    return now > start ? now - start : 0; /* the coarse clock is behind */
}

uint64_t ms_store_now_precise(void) {
    return ms_os_now_monotonic() - ms_store.header->monotonic_start_ns;
}

static void s_add_extent(enum ms_table table, uint64_t offset, uint64_t size, unsigned char *at) {
    struct ms_table_state *state = &ms_store.tables[table];
    uint32_t count = ms_store.header->extent_count;
    ms_store.extents[count] = (struct ms_extent){.table = table, .offset = offset, .size = size};
    for (uint64_t done = 0; done < size; done += MS_CHUNK_BYTES)
        state->chunks[(state->capacity + done) / MS_CHUNK_BYTES] = at + done;
    state->capacity += size;
    ms_store_release(&ms_store.header->extent_count, count + 1); /* pairs with the reader's */
}

/* The journal's descriptor: the one kept if nobody closed it, else by its path. CLOSE tells the
 * caller to close it again. */
static int s_journal_fd(bool *close) {
    uint64_t device, inode;
    *close = false;
    if (ms_store.fd >= 0 && ms_os_file_identity(ms_store.fd, &device, &inode) == 0 &&
        device == ms_store.device && inode == ms_store.inode)
        return ms_store.fd;
    ms_store.fd = -1;
    int fd = ms_os_open(ms_store.path, O_RDWR | O_NOFOLLOW, 0);
    if (fd < 0)
        return fd;
    *close = true;
    if (ms_os_file_identity(fd, &device, &inode) == 0 && device == ms_store.device &&
        inode == ms_store.inode)
        return fd;
    ms_os_close(fd);
    return -ENOENT;
}

static void s_say_full(void) {
    static bool s_said;
    if (!s_said)
        ms_os_say("the journal cannot grow (disk full, or a size limit): what no longer fits is "
                  "counted as dropped");
    s_said = true;
}

/* Where SIZE bytes more of TABLE shall lie; NULL: anywhere. */
static unsigned char *s_near(enum ms_table table, uint64_t size) {
    uint64_t end = ms_store.tables[table].capacity + size;
    if (table != MS_TABLE_BLOCKS || ms_store.near == NULL || end > MS_NEAR_BYTES)
        return NULL;
    return ms_store.near + end - size;
}

/* By how much a table grows next. */
static uint64_t s_step(const struct ms_table_state *state) {
    uint64_t size = state->capacity / 4 / MS_CHUNK_BYTES * MS_CHUNK_BYTES;
    return size < MS_CHUNK_BYTES ? MS_CHUNK_BYTES : size;
}

static bool s_grow(enum ms_table table) {
    struct ms_table_state *state = &ms_store.tables[table];
    struct ms_journal_header *header = ms_store.header;
    uint64_t size = s_step(state);
    uint64_t offset = header->file_bytes;
    if (header->extent_count == MS_EXTENT_COUNT ||
        (state->capacity + size) / MS_CHUNK_BYTES > MS_CHUNK_LIMIT)
        return false;
    if (ms_store.max_size != 0 && offset + size > ms_store.max_size) {
        s_say_full();
        return false;
    }
    if (state->retry_ns != 0 && ms_store_now() < state->retry_ns)
        return false;
    bool close;
    int fd = s_journal_fd(&close);
    unsigned char *at = NULL;
    if (fd >= 0) {
        if (ms_os_grow_file(fd, offset, offset + size) == 0)
            at = ms_os_map_file(fd, offset, size, s_near(table, size));
        if (close)
            ms_os_close(fd);
    }
    if (at == NULL) {
        s_say_full();
        state->retry_ns = ms_store_now() + UINT64_C(1000000000);
        return false;
    }
    header->file_bytes = offset + size;
    s_add_extent(table, offset, size, at);
    return true;
}

/* Where SIZE bytes more of TABLE go. */
static uint64_t s_place(enum ms_table table, size_t size) {
    uint64_t at = ms_store.tables[table].appended;
    if (at % MS_CHUNK_BYTES + size > MS_CHUNK_BYTES)
        at += MS_CHUNK_BYTES - at % MS_CHUNK_BYTES;
    return at;
}

/* What the journal can do without: events, and what sites have all of. */
static bool s_is_spare(enum ms_table table) {
    return table == MS_TABLE_EVENTS || table == MS_TABLE_STACK_COUNTER_TAGS ||
           table == MS_TABLE_STACK_COUNTERS || table == MS_TABLE_PEAK_STACKS;
}

static bool s_may_grow(enum ms_table table) {
    const struct ms_table_state *state = &ms_store.tables[table];
    return !s_is_spare(table) || ms_store.max_size == 0 ||
           state->capacity + s_step(state) <= ms_store.max_size / 4;
}

void *ms_store_append(enum ms_table table, size_t size, uint64_t *offset) {
    struct ms_table_state *state = &ms_store.tables[table];
    uint64_t at = s_place(table, size);
    if (at + size > state->capacity && (!s_may_grow(table) || !s_grow(table))) {
        if (!s_is_spare(table))
            ms_store_count_drop(MS_DROP_SPACE);
        return NULL;
    }
    state->appended = at + size;
    *offset = at;
    return ms_store_at(table, at);
}

void ms_store_publish(enum ms_table table) {
    ms_store_release(&ms_store.header->used[table],
                     ms_store.tables[table].appended / s_entry_size[table]);
}

static uint32_t s_copy_string(const char *text, size_t size) {
    uint64_t offset;
    char *at = size != 0 ? ms_store_append(MS_TABLE_STRINGS, size, &offset) : NULL;
    if (at == NULL)
        return 0;
    memcpy(at, text, size);
    return (uint32_t)offset;
}

static void s_fill_identity(struct ms_journal_header *header,
                            const struct ms_store_identity *identity) {
    memcpy(header->magic, MS_JOURNAL_MAGIC, sizeof(header->magic));
    header->version = MS_JOURNAL_VERSION;
    header->header_bytes = MS_FIRST_EXTENT;
    header->byte_order = MS_JOURNAL_BYTE_ORDER;
    header->page_size = (uint32_t)ms_os_page_size();
    header->pid = (uint32_t)ms_os_pid();
    header->ppid = (uint32_t)ms_os_ppid();
    header->uid = ms_os_uid();
    header->executable = s_copy_string(identity->executable, strlen(identity->executable) + 1);
    header->command = s_copy_string(identity->command, identity->command_size);
    header->command_count = identity->command_count;
    header->host = s_copy_string(identity->host, strlen(identity->host) + 1);
    header->preset = s_copy_string(identity->preset, strlen(identity->preset) + 1);
    header->start_time_ns = ms_os_now_real();
    header->monotonic_start_ns = ms_os_now_monotonic();
    header->process_start_ticks = identity->process_start_ticks;
}

/* Creates PATH with SIZE bytes. The descriptor is moved out of the way of numbers that programs
 * expect. */
static int s_create(const char *path, uint64_t size) {
    int fd = ms_os_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (fd < 0)
        return fd;
    int result = ms_os_grow_file(fd, 0, size);
    if (result != 0) {
        ms_os_close(fd);
        ms_os_unlink(path);
        return result;
    }
    int high = ms_os_move_fd(fd, 900);
    return high >= 0 ? high : fd;
}

/* Remembers that FD, PATH is the journal. A program that may have only a few descriptors keeps all
 * of them: then the journal is opened each time it grows. */
static void s_own(int fd, const char *path) {
    ms_store.fd = fd;
    strcpy(ms_store.path, path);
    if (ms_os_file_identity(fd, &ms_store.device, &ms_store.inode) != 0)
        ms_store.inode = 0; /* matches no file: no growth */
    if (fd >= LOWEST_KEPT_FD)
        return;
    ms_os_close(fd);
    ms_store.fd = -1;
}

int ms_store_open(const char *path, const struct ms_store_identity *identity, uint64_t max_size) {
    uint64_t size = MS_FIRST_EXTENT + FIRST_TABLE_COUNT * MS_CHUNK_BYTES;
    if (strlen(path) >= sizeof(ms_store.path))
        return -ENAMETOOLONG;
    int fd = s_create(path, size);
    if (fd < 0)
        return fd;
    unsigned char *base = ms_os_map_file(fd, 0, size, NULL);
    if (base == NULL) {
        ms_os_close(fd);
        ms_os_unlink(path);
        return -ENOMEM;
    }
    s_own(fd, path);
    ms_store.max_size = max_size;
    struct ms_journal_header *header = (void *)base;
    ms_store.header = header;
    ms_store.extents = (void *)(base + MS_HEADER_BYTES);
    header->file_bytes = size;
    ms_store.near = ms_os_reserve(MS_NEAR_BYTES);
    for (size_t i = 0; i < FIRST_TABLE_COUNT; i++) {
        uint64_t offset = MS_FIRST_EXTENT + i * MS_CHUNK_BYTES;
        unsigned char *at = base + offset, *near = s_near(s_first_tables[i], MS_CHUNK_BYTES);
        if (near != NULL) {
            if (ms_os_map_file(fd, offset, MS_CHUNK_BYTES, near) != NULL)
                at = near;
            else
                ms_store.near = NULL;
        }
        s_add_extent(s_first_tables[i], offset, MS_CHUNK_BYTES, at);
    }
    /* Entry 0 of these tables means "none". */
    uint64_t offset;
    ms_store_append(MS_TABLE_STRINGS, 1, &offset);
    ms_store_append(MS_TABLE_MODULES, sizeof(struct ms_module), &offset);
    ms_store_append(MS_TABLE_STACK_WORDS, 8, &offset);
    ms_store_append(MS_TABLE_STACKS, sizeof(struct ms_stack), &offset);
    ms_store_append(MS_TABLE_BLOCKS, sizeof(struct ms_block), &offset);
    ms_store_append(MS_TABLE_SITES, sizeof(struct ms_site), &offset);
    s_fill_identity(header, identity);
    for (size_t i = 0; i < FIRST_TABLE_COUNT; i++)
        ms_store_publish(s_first_tables[i]);
    return 0;
}

void ms_store_start(void) {
    ms_store_release(&ms_store.header->state, MS_STATE_RUNNING);
}

/* Copies the part of an extent that is in use. */
static int s_copy_bytes(int fd, const unsigned char *from, uint64_t offset, uint64_t size) {
    while (size != 0) {
        long written = ms_os_pwrite(fd, from, size, offset);
        if (written == -EINTR)
            continue;
        if (written <= 0)
            return written == 0 ? -EIO : (int)written;
        from += written;
        offset += (uint64_t)written;
        size -= (uint64_t)written;
    }
    return 0;
}

/* Writes what is in use of each extent to FD, or maps FD over it: the same places, in the same
 * order. */
static int s_for_extents(int fd, bool map) {
    uint64_t place[MS_TABLE_COUNT] = {0};
    for (uint32_t i = 0; i < ms_store.header->extent_count; i++) {
        const struct ms_extent extent = ms_store.extents[i];
        struct ms_table_state *state = &ms_store.tables[extent.table];
        unsigned char *at = state->chunks[place[extent.table] / MS_CHUNK_BYTES];
        uint64_t used =
            state->appended > place[extent.table] ? state->appended - place[extent.table] : 0;
        if (used > extent.size)
            used = extent.size;
        place[extent.table] += extent.size;
        int result = 0;
        if (!map)
            result = s_copy_bytes(fd, at, extent.offset, used);
        else if (ms_os_map_file(fd, extent.offset, extent.size, at) == NULL)
            result = -ENOMEM;
        if (result != 0)
            return result;
    }
    return 0;
}

int ms_store_copy(const char *path) {
    ms_os_unlink(path); /* of an earlier process with our pid that was killed while it forked */
    int fd = s_create(path, ms_store.header->file_bytes);
    if (fd < 0)
        return fd;
    int result = s_copy_bytes(fd, (const unsigned char *)ms_store.header, 0, MS_FIRST_EXTENT);
    if (result == 0)
        result = s_for_extents(fd, false);
    if (result != 0) {
        ms_os_close(fd);
        ms_os_unlink(path);
        return result;
    }
    return fd;
}

/* The parent's descriptor, unless the number means something else by now. */
static void s_forget_descriptor(void) {
    uint64_t device, inode;
    if (ms_store.fd >= 0 && ms_os_file_identity(ms_store.fd, &device, &inode) == 0 &&
        device == ms_store.device && inode == ms_store.inode)
        ms_os_close(ms_store.fd);
    ms_store.fd = -1;
}

int ms_store_adopt(int fd, const char *copy, const char *path) {
    struct ms_journal_header *header = ms_store.header;
    int result = strlen(path) < sizeof(ms_store.path) ? 0 : -ENAMETOOLONG;
    s_forget_descriptor();
    if (result == 0)
        result = ms_os_rename(copy, path);
    if (result == 0 && ms_os_map_file(fd, 0, MS_FIRST_EXTENT, header) == NULL)
        result = -ENOMEM;
    if (result == 0)
        result = s_for_extents(fd, true);
    if (result !=
        0) { /* part of what is mapped may still be the parent's: nothing may write there */
        ms_store.header = NULL;
        ms_os_close(fd);
        ms_os_unlink(copy);
        return result;
    }
    header->parent_journal = s_copy_string(ms_store.path, strlen(ms_store.path) + 1);
    ms_store_publish(MS_TABLE_STRINGS);
    s_own(fd, path);
    header->ppid = header->pid;
    header->pid = (uint32_t)ms_os_pid();
    header->end_ns = 0;
    return 0;
}
