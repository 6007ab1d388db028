/* SPDX-License-Identifier: MIT */
/* words FILE: how often each word of a text is in it, most frequent first, the ten most frequent.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <memscope.h>

#define BUCKETS   256u
#define SHOWN     10u
#define LONG_WORD 64u

struct word {
    struct word *next;
    unsigned long count;
    char text[];
};

MEMSCOPE static struct word *s_buckets[BUCKETS];
static size_t s_count;

static void *or_end(void *block) {
    if (block == NULL) {
        fputs("words: out of memory\n", stderr);
        exit(2);
    }
    return block;
}

static void add_word(const char *text, size_t length) {
    unsigned hash = 5381;
    for (size_t i = 0; i < length; i++)
        hash = hash * 33 + (unsigned char)text[i];
    struct word **place = &s_buckets[hash % BUCKETS];
    for (; *place != NULL; place = &(*place)->next) {
        if (strncmp((*place)->text, text, length) == 0 && (*place)->text[length] == '\0') {
            (*place)->count++;
            return;
        }
    }
    struct word *word = or_end(malloc(sizeof(*word) + length + 1));
    word->next = NULL;
    word->count = 1;
    memcpy(word->text, text, length);
    word->text[length] = '\0';
    *place = word;
    s_count++;
}

static void read_words(FILE *file) {
    char text[LONG_WORD];
    size_t length = 0;
    for (int character; (character = getc(file)) != EOF;) {
        if (isalpha(character)) {
            if (length < sizeof(text))
                text[length++] = (char)tolower(character);
            continue;
        }
        if (length != 0)
            add_word(text, length);
        length = 0;
    }
    if (length != 0)
        add_word(text, length);
}

static int by_count(const void *a, const void *b) {
    const struct word *left = *(struct word *const *)a, *right = *(struct word *const *)b;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return strcmp(left->text, right->text);
}

static void print_words(void) {
    MEMSCOPE struct word **ranking = or_end(malloc((s_count + 1) * sizeof(*ranking)));
    size_t count = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct word *word = s_buckets[i]; word != NULL; word = word->next)
            ranking[count++] = word;
    }
    qsort(ranking, count, sizeof(*ranking), by_count);
    for (size_t i = 0; i < count && i < SHOWN; i++)
        printf("%6lu %s\n", ranking[i]->count, ranking[i]->text);
#ifndef WORDS_REGRESSION /* what a later change might do: the tests build it that way, too */
    free(ranking);
#endif
}

static void free_words(void) {
    for (size_t i = 0; i < BUCKETS; i++) {
        while (s_buckets[i] != NULL) {
            struct word *word = s_buckets[i];
            s_buckets[i] = word->next;
            free(word);
        }
    }
}

int main(int argc, char **argv) {
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (file == NULL) {
        fputs("usage: words FILE\n", stderr);
        return 2;
    }
    read_words(file);
    fclose(file);
    print_words();
    free_words();
    return 0;
}
