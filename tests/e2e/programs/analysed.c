/* SPDX-License-Identifier: MIT */
/* analysed: prints what its tracker says, and exports the report at the same moment to asked.json.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <memscope.h>

int main(void) {
    static char s_output[8192];
    setvbuf(stdout, s_output, _IOFBF, sizeof(s_output));
    memscope_tracker *t = memscope_tracker_with_system_monitoring(memscope_tracker_new());
    for (int i = 0; i < 7; i++) {
        char *row = malloc(100);
        MEMSCOPE_TRACK(t, row);
        if (i % 3 == 0)
            free(row);
    }
    char *row = malloc(50);
    MEMSCOPE_TRACK(t, row);
    char *volatile next = malloc(1);     /* row is counted */
    memscope_current_system_snapshot(t); /* there is one then */
    memscope_analysis_report *report = memscope_analyze(t);
    int failed = report == NULL ? 0 : memscope_export(t, NULL, "asked.json");
    if (report == NULL)
        return 2;
    for (size_t i = 0; i < report->hotspot_count; i++)
        printf("%s %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
               report->hotspots[i].var_name, report->hotspots[i].location,
               report->hotspots[i].total_size, report->hotspots[i].allocation_count,
               report->hotspots[i].live_size, report->hotspots[i].live_count);
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
           report->total_allocations, report->total_deallocations, report->active_allocations,
           report->peak_memory_bytes, report->current_memory_bytes);
    printf("%d\n", report->system_snapshot_count > 0);
    memscope_analysis_release(report);
    memscope_tracker_release(t);
    free(next);
    return failed != 0;
}
