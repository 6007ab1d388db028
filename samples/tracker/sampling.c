/* SPDX-License-Identifier: MIT */
/* sampling: one call in ten keeps its stack; what is counted stays exact. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <memscope.h>

int main(void) {
    memscope_sampling_config config = {
        .sample_rate = 0.1, .capture_call_stack = true, .max_stack_depth = 8};
    memscope_tracker *t = memscope_tracker_with_sampling(memscope_tracker_new(), config);
    for (int i = 0; i < 1000; i++) {
        char *message = malloc(64);
        MEMSCOPE_TRACK(t, message);
        free(message);
    }
    memscope_analysis_report *report = memscope_analyze(t);
    if (report != NULL && report->hotspot_count == 1)
        printf("%s: %" PRIu64 " blocks, %s\n", report->hotspots[0].var_name,
               report->hotspots[0].allocation_count,
               report->hotspots[0].stack_id != MEMSCOPE_NO_ID ? "with a stack" : "without a stack");
    memscope_analysis_release(report);
    memscope_tracker_release(t);
    return 0;
}
