/* SPDX-License-Identifier: MIT */
/*
 * auto_export [OUT]: counts the words of its standard input, and has a tracker write what its
 * variables held to OUT (tracker.html) when it is done.
 *
 *     gcc auto_export.c $(memscope config --libs) && ./a.out <words.txt
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <memscope.h>

struct word {
    struct word *next;
    unsigned count;
    char text[];
};

#define BUCKETS 1024

static memscope_tracker *s_tracker;
static struct word *s_buckets[BUCKETS];

static struct word **s_find(const char *text) {
    unsigned hash = 0;
    for (const char *at = text; *at != 0; at++)
        hash = hash * 31 + (unsigned char)*at;
    struct word **at = &s_buckets[hash % BUCKETS];
    while (*at != NULL && strcmp((*at)->text, text) != 0)
        at = &(*at)->next;
    return at;
}

static void s_count(const char *text) {
    struct word **at = s_find(text);
    if (*at == NULL) {
        struct word *word = calloc(1, sizeof(*word) + strlen(text) + 1);
        if (word == NULL)
            exit(1);
        MEMSCOPE_TRACK(s_tracker, word); /* each new word, under this name and line */
        strcpy(word->text, text);
        *at = word;
    }
    (*at)->count++;
}

int main(int argc, char **argv) {
    char text[256];
    size_t length = 0;
    int letter;
    unsigned different = 0;
    s_tracker = memscope_tracker_with_auto_export(memscope_tracker_new(),
                                                  argc > 1 ? argv[1] : "tracker.html");
    MEMSCOPE_TRACK(s_tracker, s_buckets);
    do {
        letter = getchar();
        if (letter != EOF && isalnum(letter) && length < sizeof(text) - 1) {
            text[length++] = (char)letter;
        } else if (length != 0) {
            text[length] = 0;
            s_count(text);
            length = 0;
        }
    } while (letter != EOF);
    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct word *word = s_buckets[i]; word != NULL; word = word->next)
            different++;
    printf("%u different words\n", different);
    memscope_tracker_release(s_tracker);
    return 0;
}
