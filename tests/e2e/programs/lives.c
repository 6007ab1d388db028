/* SPDX-License-Identifier: MIT */
/* Blocks that are freed at once, that grow, that are never freed, that a wrapper makes. */
#include <stdlib.h>
#include <string.h>

#include <memscope.h>

struct table_entry {
    long key;
    long value;
};
struct session {
    char name[32];
};
struct record {
    char flag;
    double weight;
    char kind;
    unsigned long id;
    struct record *next;
};

struct matrix {
    double cells[8];
};

static void *s_opaque;
static struct table_entry *s_table;
static struct record *s_records;
static char *s_name;

static __attribute__((noipa)) void *checked_malloc(size_t size) {
    void *block = malloc(size);
    if (!block)
        abort();
    return block;
}

static __attribute__((noipa)) void temporaries(void) {
    for (int i = 0; i < 500; i++) {
        char *buffer = malloc(64); /* temporary */
        memset(buffer, i, 64);
        __asm__ volatile("" : : "r"(buffer) : "memory");
        free(buffer);
    }
}

static __attribute__((noipa)) void grow_table(void) {
    for (size_t count = 1; count <= 1024; count *= 2)
        s_table = realloc(s_table, count * sizeof *s_table); /* grow */
}

/* Nothing in the second call tells a type. */
static __attribute__((noipa)) void grow_opaque(void) {
    struct matrix *matrix = malloc(sizeof *matrix); /* matrix */
    matrix->cells[0] = 1;
    s_opaque = matrix;
    size_t ten = 10 * sizeof(struct matrix);
    s_opaque = realloc(s_opaque, ten);
    free(s_opaque);
}

static __attribute__((noipa)) void leak_sessions(void) {
    for (int i = 0; i < 7; i++) {
        MEMSCOPE struct session *forgotten = malloc(sizeof *forgotten); /* leak */
        memset(forgotten->name, 0, sizeof forgotten->name);
        __asm__ volatile("" : : "r"(forgotten) : "memory");
    }
}

static __attribute__((noipa)) void make_records(void) {
    for (int i = 0; i < 100; i++) {
        struct record *record = checked_malloc(sizeof *record); /* wrapper */
        memset(record, 0, sizeof *record);
        record->next = s_records;
        s_records = record;
    }
}

int main(void) {
    temporaries();
    grow_table();
    grow_opaque();
    leak_sessions();
    make_records();
    s_name = strdup("twelve bytes"); /* strdup */
    free(s_table);
    while (s_records) {
        struct record *record = s_records;
        s_records = record->next;
        free(record);
    }
    free(s_name);
    return 0;
}
