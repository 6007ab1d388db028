/* SPDX-License-Identifier: MIT */
/*
 * One client's server-sent events (WHATWG HTML, 9.2): what is to be sent to it next. An event says
 * that there is something new and not what, so one that has not been sent yet stands for all that
 * come meanwhile, and a client that has missed some has missed nothing.
 *
 *   changed    the process has run on
 *   ended      it has ended, or is not there any more: the last event
 *   processes  the list of processes is another one (of a stream that is not of a process)
 *
 * Pure; any thread.
 */
#ifndef MS_SERVE_STREAM_H
#define MS_SERVE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/endpoints.h"

#define MS_STREAM_HEARTBEAT_MS 10000u /* a comment after so long without an event */

struct ms_stream {
    char process[MS_ENDPOINT_ID_BYTES]; /* its id; "": the list */
    char last[24];                      /* the id of the last event */
    bool has_ended;                     /* nothing follows `text` */
    uint64_t due_ms;                    /* of the next comment */
    char text[192];
    size_t size, sent; /* of it */
};

/* PROCESS is an id, NULL: the list. LAST_EVENT_ID: the header, or NULL. */
void ms_stream_init(struct ms_stream *stream, const char *process, const char *last_event_id);

/* Has what there is to say of PROCESSES at NOW_MS sent, if anything. */
void ms_stream_update(struct ms_stream *stream, const struct ms_serve_process *processes,
                      size_t count, uint64_t now_ms);

/* Copies what is to be sent, at most SIZE bytes; 0: nothing now. */
size_t ms_stream_take(struct ms_stream *stream, char *bytes, size_t size);

#endif
