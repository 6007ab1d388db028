/* SPDX-License-Identifier: MIT */
/* What the server answers: from a path and a few words to a status and bytes. Knows nothing of
 * HTTP's wire; a report is opened for the answer and closed with it. */
#ifndef MS_SERVE_ENDPOINTS_H
#define MS_SERVE_ENDPOINTS_H

#include <stdbool.h>

#include "serve/body.h"
#include "serve/source.h"

struct ms_request {
    const char *path;
    const char *accept; /* the header; NULL: none */
    const char *host;   /* the header: how the client calls this server; NULL: none */
    const char
        *process; /* a pid, or "PID-STARTTIME" as /api/v1/processes has it; NULL: the first */
    bool takes_gzip;
    const struct memscope_report *before; /* of a profile: what to take off; NULL: nothing */
};

struct ms_answer {
    unsigned status;  /* of HTTP */
    const char *type; /* of its content */
    struct ms_body body;
    bool has_inline_page; /* the page, which runs a script of its own */
    bool is_packed;       /* its bytes are a gzip file, as the client takes it */
};

/* Whether PATH is a profile, which `seconds` makes a difference of two. */
bool ms_endpoint_is_profile(const char *path);

/* What names a process, besides its pid: "4711-1732575078000000000". */
#define MS_ENDPOINT_ID_BYTES 48
void ms_endpoint_format_id(uint64_t pid, uint64_t start_time, char id[MS_ENDPOINT_ID_BYTES]);

/* What is said where there is none. */
extern const char ms_endpoint_no_process[];

/* The process that PROCESS names, by its place in the list; false: there is none. */
bool ms_endpoint_find(const struct ms_serve_source *source, const char *process, size_t *at);

/* The bytes of ANSWER are for the caller to free. */
void ms_endpoint_answer(const struct ms_serve_source *source, const struct ms_request *request,
                        struct ms_answer *answer);

/* Why a report could not be opened, by the STATUS of struct ms_serve_source. */
void ms_endpoint_refuse_report(struct ms_answer *answer, enum ms_status status);

/* A line of text in place of what was asked for. */
void ms_endpoint_refuse(struct ms_answer *answer, unsigned status, const char *line);

#endif
