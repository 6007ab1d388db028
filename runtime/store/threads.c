/* SPDX-License-Identifier: MIT */
#include "store/threads.h"

#include <string.h>

#include "base/decimal.h"
#include "platform/os.h"
#include "store/store.h"

/* Running threads, as far as known. Synchronization: store lock. */
static uint16_t s_running[MS_THREAD_LIMIT];
static uint32_t s_running_count;
static uint32_t s_free_shards[MS_THREAD_LIMIT];
static uint32_t s_free_shard_count;
static uint32_t s_shard_count;
static uint64_t s_ended_bytes;       /* what those that are gone allocated, less what they freed */
static uint32_t s_alive_after_sweep; /* how many the last sweep had left */

struct ms_thread_record *ms_threads_record(uint32_t index) {
    return ms_store_at(MS_TABLE_THREADS, (uint64_t)index * sizeof(struct ms_thread_record));
}

/* What an ended thread has left stays in its record: its pending block too, which readers count. */
static void s_close(uint32_t at) {
    struct ms_thread_record *record = ms_threads_record(s_running[at]);
    struct ms_journal_header *header = ms_store.header;
    int64_t balance = (int64_t)(record->alloc_bytes - record->free_bytes), held;
    record->end_ns = ms_store_now() | 1; /* 0 means running */
    held = header->sampled != 0 ? record->handed_in : balance - record->handed_in;
    ms_fetch_add_relaxed(&header->live_bytes, (uint64_t)held);
    ms_store_relaxed(&record->handed_in, header->sampled != 0 ? 0 : balance);
    s_ended_bytes += (uint64_t)balance;
    s_free_shards[s_free_shard_count++] = record->shard;
    s_running[at] = s_running[--s_running_count];
}

/* /proc/self/task/TID/comm */
static void s_read_name(struct ms_thread_record *record) {
    char path[48] = "/proc/self/task/", name[32];
    ms_decimal_write(path + strlen(path), record->tid);
    strcat(path, "/comm");
    long size = ms_os_read_file(path, name, sizeof(name));
    if (size <= 0)
        return;
    if (name[size - 1] == '\n')
        size--;
    if (size > (long)sizeof(record->name) - 1)
        size = (long)sizeof(record->name) - 1;
    memset(record->name, 0, sizeof(record->name));
    memcpy(record->name, name, (size_t)size);
}

static void s_sweep(uint32_t new_tid) {
    int pid = ms_os_pid();
    for (uint32_t i = s_running_count; i-- > 0;) {
        struct ms_thread_record *record = ms_threads_record(s_running[i]);
        if (record->tid == new_tid || !ms_os_thread_alive(pid, (int)record->tid))
            s_close(i);
    }
    s_alive_after_sweep = s_running_count;
}

struct ms_thread_record *ms_threads_register(uint32_t *index, uint32_t *shard) {
    uint64_t signals, offset;
    uint32_t tid = (uint32_t)ms_os_tid();
    struct ms_thread_record *record = NULL;
    ms_store_lock(&signals);
    /* Sweeping when the number has doubled keeps its cost in proportion to the threads made. */
    if (s_free_shard_count == 0 && s_running_count > 2 * s_alive_after_sweep + 8)
        s_sweep(tid);
    if (ms_store.tables[MS_TABLE_THREADS].appended / sizeof(*record) < MS_THREAD_LIMIT)
        record = ms_store_append(MS_TABLE_THREADS, sizeof(*record), &offset);
    else
        ms_store_count_drop(MS_DROP_LIMIT);
    if (record != NULL) {
        record->tid = tid;
        record->start_ns = ms_store_now();
        *index = (uint32_t)(offset / sizeof(*record));
        *shard = s_free_shard_count != 0 ? s_free_shards[--s_free_shard_count] : s_shard_count++;
        record->shard = *shard;
        s_read_name(record);
        s_running[s_running_count++] = (uint16_t)*index;
        ms_store_publish(MS_TABLE_THREADS);
    }
    ms_store_unlock(&signals);
    return record;
}

void ms_threads_sweep(void) {
    uint64_t signals;
    ms_store_lock(&signals);
    s_sweep(0);
    for (uint32_t i = 0; i < s_running_count; i++)
        s_read_name(ms_threads_record(s_running[i]));
    ms_store_unlock(&signals);
}

uint64_t ms_threads_live_bytes(void) {
    const struct ms_journal_header *header = ms_store.header;
    uint64_t counted = s_ended_bytes, handed_in = ms_load_relaxed(&header->live_bytes);
    for (uint32_t i = 0; i < s_running_count; i++) {
        const struct ms_thread_record *record = ms_threads_record(s_running[i]);
        counted += ms_load_relaxed(&record->alloc_bytes) - ms_load_relaxed(&record->free_bytes);
        handed_in += (uint64_t)ms_load_relaxed(&record->handed_in);
    }
    /* Numbers read at different moments may be below zero for an instant. */
    uint64_t live_bytes = header->sampled == 0 ? counted : handed_in;
    return (int64_t)live_bytes > 0 ? live_bytes : 0;
}

void ms_threads_forked(struct ms_thread_record *own) {
    for (uint32_t i = s_running_count; i-- > 0;) {
        if (ms_threads_record(s_running[i]) != own)
            s_close(i);
    }
    if (own != NULL)
        own->tid = (uint32_t)ms_os_tid();
}
