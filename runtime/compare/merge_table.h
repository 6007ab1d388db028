/* SPDX-License-Identifier: MIT */
/* One section of a merged report: its rows, added up by the rules of merge_rules.def. Internal to
 * merge; not thread-safe. */
#ifndef MS_COMPARE_MERGE_TABLE_H
#define MS_COMPARE_MERGE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "compare/merge_keys.h"
#include "export/report_shape.h"
#include "memscope/report.h"

/* What rows of one report are added with. */
struct ms_merge_context {
    struct ms_keys *keys;
    uint32_t report;                              /* its number, from 1 */
    uint32_t best_report;                         /* that with the largest peak so far */
    uint64_t start_time;                          /* since the epoch */
    const char *process;                          /* in front of thread names; NULL: nothing */
    struct ms_index site_ids;                     /* of the report -> of the merged one */
    struct ms_index stack_ids;                    /* the same */
    const struct memscope_module_report *modules; /* owned; see merge_stacks.h */
};

/* What the whole is finished with. */
struct ms_merge_end {
    uint64_t start_time;    /* the earliest */
    uint64_t at_once;       /* processes that ran together, at most */
    uint64_t most_together; /* sum of the peaks of processes that ran together, at most */
    uint32_t best_report;   /* that with the largest peak */
    bool peak_is_known;     /* what made it up is */
};

#define MS_MERGE_FIELD_LIMIT 40u

struct s_line;
struct s_extra;

struct ms_merge_table {
    const struct s_line *section;
    const struct ms_field *field;        /* of the report */
    char *rows;                          /* of field->shape */
    struct s_extra *extras;              /* one for each field of each row */
    uint8_t rules[MS_MERGE_FIELD_LIMIT]; /* by the fields of the shape */
    uint32_t count, capacity;
    uint32_t left_out;      /* rows of a ROWS section over the limit */
    struct ms_index by_key; /* -> row */
    uint32_t number;        /* of the section */
};

#define MS_MERGE_ROWS_LIMIT 20000u /* of a section whose rows are not joined */

size_t ms_merge_section_count(void);
void ms_merge_table_init(struct ms_merge_table *table, size_t section);
void ms_merge_table_fini(struct ms_merge_table *table);

/* Adds the rows of REPORT. Out of memory is kept in context->keys. */
void ms_merge_table_add(struct ms_merge_table *table, struct ms_merge_context *context,
                        const struct memscope_report *report);

/* Fills in what is known only at the end, sorts, and puts the rows, which stay the table's, into
 * REPORT. False: out of memory. */
bool ms_merge_table_finish(struct ms_merge_table *table, const struct ms_merge_end *end,
                           struct memscope_report *report);

#endif
