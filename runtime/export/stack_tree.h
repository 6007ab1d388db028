/* SPDX-License-Identifier: MIT */
/*
 * The stacks of a report as one tree, for the page: most stacks share their outer frames, and one
 * frame stands in many stacks. Written out in full they would be most of the page.
 *
 *   { frames: [{ function, file, line, inlined, module, address }],
 *     node_parent: [...], node_frame: [...],      node 0 is the root and has no frame
 *     id: [...], node: [...], site_id: [...], live_count: [...], live_bytes: [...],
 *     total_allocations: [...], total_bytes: [...], temporary_allocations: [...],
 *     bytes_at_peak: [...] }                      node: the innermost call
 */
#ifndef MS_EXPORT_STACK_TREE_H
#define MS_EXPORT_STACK_TREE_H

#include "export/report_writer.h"

struct ms_stack_tree;

/* Keeps pointers into REPORT. NULL when out of memory. */
struct ms_stack_tree *ms_stack_tree_new(const struct memscope_report *report);
void ms_stack_tree_destroy(struct ms_stack_tree *tree);

/* An ms_stacks_fn; DATA is the tree of that report. */
void ms_stack_tree_write(struct ms_writer *writer, const struct memscope_report *report,
                         void *data);

#endif
