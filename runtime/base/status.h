/* SPDX-License-Identifier: MIT */
/* The one error type. Results come through out-parameters, set only on MS_OK. */
#ifndef MS_BASE_STATUS_H
#define MS_BASE_STATUS_H

/* X(NAME, "message for people") */
#define MS_STATUSES(X)                                                                             \
    X(OK, "success")                                                                               \
    X(NO_ENTRY, "not there") /* not an error: looked for, and is not there */                      \
    X(NO_MEMORY, "out of memory")                                                                  \
    X(INVALID, "invalid argument")                                                                 \
    X(IO, "input or output failed")                                                                \
    X(NOT_FOUND, "no such file")                                                                   \
    X(PERMISSION, "permission denied")                                                             \
    X(EMPTY, "the file is empty")                                                                  \
    X(NOT_A_JOURNAL, "not a memscope journal")                                                     \
    X(NOT_A_REPORT, "not a report of memscope")                                                    \
    X(WRONG_VERSION, "a journal of another version of memscope")                                   \
    X(TRUNCATED, "the file is cut off")                                                            \
    X(CORRUPT, "the file is damaged")                                                              \
    X(UNSUPPORTED, "not supported")                                                                \
    X(FULL, "no space left")                                                                       \
    X(EXPORTER_FAILED, "the exporter has failed")                                                  \
    X(NOTHING_WRITTEN, "the exporter has written nothing")

enum ms_status {
#define X(name, message) MS_##name,
    MS_STATUSES(X)
#undef X
        MS_STATUS_COUNT
};

/* Static English text of STATUS, never NULL. */
const char *ms_status_message(enum ms_status status);

#endif
