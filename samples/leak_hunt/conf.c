/* SPDX-License-Identifier: MIT */
/*
 * conf FILE...: reads files of "key = value" lines, in which later lines and files win
 * over earlier ones, and prints what holds in the end. "include FILE" reads another one there.
 *
 * It leaks. -DFIXED compiles what was missing.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <memscope.h>

#define LONGEST_LINE 1024

struct pair {
    struct pair *next;
    MEMSCOPE char *key;
    MEMSCOPE char *value;
};

static struct pair *s_pairs;

static void *or_end(void *block) {
    if (block == NULL) {
        fputs("conf: out of memory\n", stderr);
        exit(2);
    }
    return block;
}

static char *copy(const char *text) {
    return or_end(strdup(text));
}

static void set(const char *key, const char *value) {
    struct pair **place = &s_pairs;
    int order = 1;
    while (*place != NULL && (order = strcmp(key, (*place)->key)) > 0)
        place = &(*place)->next;
    if (*place != NULL && order == 0) {
#ifdef FIXED
        free((*place)->value);
#endif
        (*place)->value = copy(value);
        return;
    }
    struct pair *pair = or_end(malloc(sizeof(*pair)));
    pair->key = copy(key);
    pair->value = copy(value);
    pair->next = *place;
    *place = pair;
}

/* TEXT without the blanks around it. */
static char *trimmed(char *text) {
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

static bool read_file(const char *path) {
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        return false;
    }
    bool good = true;
    MEMSCOPE char *line = or_end(malloc(LONGEST_LINE));
    for (unsigned number = 1; good && fgets(line, LONGEST_LINE, file) != NULL; number++) {
        char *key = trimmed(line), *equals = strchr(line, '=');
        if (*key == '#' || *key == '\0')
            continue;
        if (equals != NULL) {
            *equals = '\0';
            set(trimmed(key), trimmed(equals + 1));
        } else if (strncmp(key, "include ", 8) == 0) {
            good = read_file(trimmed(key + 8));
        } else {
            fprintf(stderr, "%s:%u: neither a setting nor an include\n", path, number);
            good = false;
        }
    }
#ifdef FIXED
    free(line);
#endif
    fclose(file);
    return good;
}

int main(int argc, char **argv) {
    bool good = argc > 1;
    if (!good)
        fputs("usage: conf FILE...\n", stderr);
    for (int i = 1; good && i < argc; i++)
        good = read_file(argv[i]);
    for (const struct pair *pair = s_pairs; good && pair != NULL; pair = pair->next)
        printf("%s = %s\n", pair->key, pair->value);
    while (s_pairs != NULL) {
        struct pair *pair = s_pairs;
        s_pairs = pair->next;
        free(pair->key);
        free(pair->value);
        free(pair);
    }
    return good ? 0 : 1;
}
