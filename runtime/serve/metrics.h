/* SPDX-License-Identifier: MIT */
/*
 * Reports as metrics, in the text formats of Prometheus (0.0.4) and OpenMetrics (1.0). How many
 * series there are is bounded: a few a process, and MS_METRICS_TYPES with a label of a type.
 */
#ifndef MS_SERVE_METRICS_H
#define MS_SERVE_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "memscope/report.h"
#include "serve/body.h"

#define MS_METRICS_PROCESSES  64u
#define MS_METRICS_TYPES      20u
#define MS_METRICS_NAME_BYTES 200u /* of a label; longer types count as others */

struct ms_metrics;

/* NULL: out of memory. */
struct ms_metrics *ms_metrics_new(void);
void ms_metrics_destroy(struct ms_metrics *metrics);

/* Copies what it needs of REPORT, whose process was searched for leaks at SEARCHED_TIME (ns since
 * the epoch, 0: never). More than MS_METRICS_PROCESSES, and a second one of a pid, are left out.
 * False: out of memory. */
bool ms_metrics_add(struct ms_metrics *metrics, const struct memscope_report *report,
                    uint64_t searched_time);

bool ms_metrics_write(const struct ms_metrics *metrics, bool open_metrics, struct ms_body *body);

#endif
