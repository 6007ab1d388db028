/* SPDX-License-Identifier: MIT */
/* Nested functions, variables that they share, computed goto, objects of variable size. */
#include <stdlib.h>
#include <string.h>

struct item {
    struct item *next;
    int value;
};

static struct item *each(int count, struct item *(*make)(int)) {
    struct item *list = NULL;
    for (int i = 0; i < count; i++) {
        struct item *item = make(i);
        item->next = list;
        list = item;
    }
    return list;
}

int nested(int count) {
    struct item *shared = NULL, *last = malloc(sizeof *last);
    __label__ failed;
    struct item *make(int value) {
        void *inner(size_t size) {
            void *block = malloc(size);
            if (block == NULL)
                goto failed;
            return block;
        }
        shared = inner(sizeof *shared);
        shared->value = value + last->value;
        return shared;
    }
    last->value = 1;
    struct item *list = each(count, make);
    int sum = 0;
    for (struct item *next; list; list = next) {
        next = list->next;
        sum += list->value;
        free(list);
    }
    free(last);
    return sum;
failed:
    return -1;
}

int interpret(const unsigned char *code) {
    static const void *const table[] = {&&push, &&pop, &&end};
    struct item *top = NULL;
    int sum = 0;
    goto *table[*code];
push : {
    struct item *item = malloc(sizeof *item);
    item->next = top;
    item->value = *code;
    top = item;
    goto *table[*++code];
}
pop:
    if (top) {
        struct item *gone = top;
        top = top->next;
        free(gone);
        sum++;
    }
    goto *table[*++code];
end:
    return sum;
}

size_t sizes(int count) {
    struct row {
        int cells[count];
    } *rows = malloc(3 * sizeof *rows);
    char(*names)[count + 1] = calloc(count, sizeof *names);
    struct item *many[count];
    for (int i = 0; i < count; i++)
        many[i] = malloc(sizeof *many[i] + i);
    size_t sum = sizeof *rows + sizeof *names + strlen(names[0]);
    while (count-- > 0)
        free(many[count]);
    free(rows);
    free(names);
    return sum;
}
