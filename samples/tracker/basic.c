/* SPDX-License-Identifier: MIT */
/* basic: a list is built and half of it freed; the tracker says what its variables hold. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <memscope.h>

struct node {
    struct node *next;
    int value;
};

int main(void) {
    memscope_tracker *t = memscope_tracker_new();
    struct node *head = NULL;
    for (int i = 0; i < 100; i++) {
        struct node *node = malloc(sizeof(*node));
        if (node == NULL)
            return 1;
        MEMSCOPE_TRACK(t, node);
        *node = (struct node){head, i};
        head = node;
    }
    for (int i = 0; i < 50; i++) {
        struct node *next = head->next;
        free(head); /* noticed without a call */
        head = next;
    }
    memscope_analysis_report *report = memscope_analyze(t);
    for (size_t i = 0; report != NULL && i < report->hotspot_count; i++) {
        const struct memscope_hotspot *row = &report->hotspots[i];
        printf("%s: %" PRIu64 " blocks made, %" PRIu64 " live, %" PRIu64 " bytes\n", row->var_name,
               row->allocation_count, row->live_count, row->live_size);
    }
    memscope_analysis_release(report);
    memscope_tracker_release(t);
    return 0;
}
