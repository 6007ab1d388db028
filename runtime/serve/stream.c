/* SPDX-License-Identifier: MIT */
#include "serve/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define S_RETRY_MS 2000 /* how long a browser waits before it comes again */

void ms_stream_init(struct ms_stream *stream, const char *process, const char *last_event_id) {
    *stream = (struct ms_stream){0};
    snprintf(stream->process, sizeof(stream->process), "%s", process != NULL ? process : "");
    snprintf(stream->last, sizeof(stream->last), "%s", last_event_id != NULL ? last_event_id : "");
    stream->size =
        (size_t)snprintf(stream->text, sizeof(stream->text), "retry: %d\n\n", S_RETRY_MS);
}

static void s_put(struct ms_stream *stream, const char *event, uint64_t id, uint64_t now_ms) {
    char text[24];
    snprintf(text, sizeof(text), "%" PRIx64, id);
    if (strcmp(text, stream->last) == 0)
        return;
    strcpy(stream->last, text);
    stream->size +=
        (size_t)snprintf(stream->text + stream->size, sizeof(stream->text) - stream->size,
                         "event: %s\nid: %s\ndata: %s\n\n", event, text, text);
    stream->due_ms = now_ms + MS_STREAM_HEARTBEAT_MS;
}

/* FNV-1a over what of the list is shown. */
static uint64_t s_hash(uint64_t hash, const char *text) {
    do
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    while (*text++ != '\0');
    return hash;
}

static void s_update_list(struct ms_stream *stream, const struct ms_serve_process *processes,
                          size_t count, uint64_t now_ms) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < count; i++) {
        char id[MS_ENDPOINT_ID_BYTES];
        ms_endpoint_format_id(processes[i].pid, processes[i].start_time, id);
        hash = s_hash(s_hash(s_hash(hash, id), processes[i].program), processes[i].ending);
    }
    s_put(stream, "processes", hash, now_ms);
}

/* What runs is never what it was: at the least it is older. */
static void s_update_process(struct ms_stream *stream, const struct ms_serve_process *processes,
                             size_t count, uint64_t now_ms) {
    for (size_t i = 0; i < count; i++) {
        char id[MS_ENDPOINT_ID_BYTES];
        ms_endpoint_format_id(processes[i].pid, processes[i].start_time, id);
        if (processes[i].running && strcmp(id, stream->process) == 0) {
            s_put(stream, "changed", now_ms, now_ms);
            return;
        }
    }
    stream->last[0] = '\0'; /* who comes again to a process that has ended is told again */
    s_put(stream, "ended", now_ms, now_ms);
    stream->has_ended = true;
}

void ms_stream_update(struct ms_stream *stream, const struct ms_serve_process *processes,
                      size_t count, uint64_t now_ms) {
    if (stream->has_ended || stream->sent != 0 || strstr(stream->text, "event:") != NULL)
        return; /* what waits says it, or will be followed by it */
    if (stream->process[0] != '\0')
        s_update_process(stream, processes, count, now_ms);
    else
        s_update_list(stream, processes, count, now_ms);
    if (stream->size == 0 && now_ms >= stream->due_ms) {
        stream->size = (size_t)snprintf(stream->text, sizeof(stream->text), ":\n\n");
        stream->due_ms = now_ms + MS_STREAM_HEARTBEAT_MS;
    }
}

size_t ms_stream_take(struct ms_stream *stream, char *bytes, size_t size) {
    size_t left = stream->size - stream->sent;
    size_t taken = left < size ? left : size;
    memcpy(bytes, stream->text + stream->sent, taken);
    stream->sent += taken;
    if (stream->sent == stream->size) {
        stream->size = stream->sent = 0;
        stream->text[0] = '\0';
    }
    return taken;
}
