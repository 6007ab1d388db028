/* SPDX-License-Identifier: MIT */
/* multi_threaded: each thread has a clone of the tracker, and what one makes another may free. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <memscope.h>

#define THREADS 4
#define BLOCKS  1000

struct work {
    memscope_tracker *tracker; /* the thread's own reference */
    void *blocks[BLOCKS];
};

static void *s_make(void *data) {
    struct work *work = data;
    for (int i = 0; i < BLOCKS; i++) {
        char *buffer = work->blocks[i] = malloc(32);
        MEMSCOPE_TRACK(work->tracker, buffer);
    }
    memscope_tracker_release(work->tracker);
    return NULL;
}

int main(void) {
    memscope_tracker *t = memscope_tracker_new();
    static struct work s_work[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        s_work[i].tracker = memscope_tracker_clone(t);
        if (pthread_create(&threads[i], NULL, s_make, &s_work[i]) != 0)
            return 1;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < BLOCKS; i++)
        free(s_work[0].blocks[i]);
    memscope_analysis_report *report = memscope_analyze(t);
    for (size_t i = 0; report != NULL && i < report->hotspot_count; i++)
        printf("%s: %" PRIu64 " blocks made, %" PRIu64 " live\n", report->hotspots[i].var_name,
               report->hotspots[i].allocation_count, report->hotspots[i].live_count);
    memscope_analysis_release(report);
    memscope_tracker_release(t);
    return 0;
}
