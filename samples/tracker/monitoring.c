/* SPDX-License-Identifier: MIT */
/* monitoring: what the process and the system do while it fills some memory. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <memscope.h>

int main(void) {
    const struct timespec pause = {0, 120000000};
    memscope_tracker *t = memscope_tracker_with_system_monitoring(memscope_tracker_new());
    char *pieces[4];
    for (int i = 0; i < 4; i++) {
        char *piece = malloc(1 << 20);
        if (piece == NULL)
            return 1;
        MEMSCOPE_TRACK(t, piece);
        memset(piece, i, 1 << 20);
        pieces[i] = piece;
        nanosleep(&pause, NULL);
    }
    struct memscope_system_snapshot now = memscope_current_system_snapshot(t);
    printf("threads %" PRIu64 ", heap %" PRIu64 " MiB\n", now.thread_count,
           now.heap_live_bytes >> 20);
    memscope_analysis_report *report = memscope_analyze(t);
    if (report != NULL && report->system_snapshot_count > 1)
        printf("there is a history\n");
    memscope_analysis_release(report);
    for (int i = 0; i < 4; i++)
        free(pieces[i]);
    memscope_tracker_release(t);
    return 0;
}
