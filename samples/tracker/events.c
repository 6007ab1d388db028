/* SPDX-License-Identifier: MIT */
/*
 * events: what happened to one buffer, looked up by an address in it.
 *
 *     gcc events.c $(memscope config --libs) && MEMSCOPE_OPTIONS=events=1000 ./a.out
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <memscope.h>

static char *s_text;
static size_t s_length, s_room;

/* Doubles its room when it is full. */
static void add(char letter) {
    if (s_length == s_room) {
        s_room = s_room != 0 ? s_room * 2 : 4096;
        s_text = realloc(s_text, s_room);
        if (s_text == NULL)
            exit(1);
    }
    s_text[s_length++] = letter;
}

int main(void) {
    memscope_tracker *t = memscope_tracker_new();
    for (int i = 0; i < 10000; i++)
        add('a');
    memscope_event_filter filter = {.address = s_text + 100};
    free(s_text);
    memscope_event_iterator *events = memscope_events_where(t, &filter);
    if (memscope_events_missing(events) == MEMSCOPE_UNKNOWN)
        puts("nothing is written down: run it with MEMSCOPE_OPTIONS=events=1000");
    struct memscope_event event;
    while (memscope_events_next(events, &event))
        printf("%s, %" PRIu64 " bytes\n", event.kind, event.size);
    memscope_events_release(events);
    memscope_tracker_release(t);
    return 0;
}
