/* SPDX-License-Identifier: MIT */
/* How many elements a block has: what is asked for at sites where the block may have another size.
 */
#include <stdint.h>
#include <stdlib.h>

struct point {
    double x, y;
};
struct row {
    struct point origin;
    int count;
    int cells[];
};
struct old_row {
    int count;
    int cells[1];
};

__attribute__((noinline)) void *get(size_t size) {
    return malloc(size);
}
__attribute__((noinline)) void *get_tagged(void *state, size_t size, int tag) {
    return state != NULL && tag != 0 ? malloc(size) : NULL;
}
__attribute__((noinline)) void *get_counted(size_t count, size_t size) {
    return calloc(count, size);
}
__attribute__((noinline, alloc_size(2, 3))) void *get_again(void *old, size_t count, size_t size) {
    return realloc(old, count * size);
}

int main(int argc, char **argv) {
    size_t n = (size_t)argc + 2; /* 3 */
    int seven = 7;
    struct point *one = get(sizeof *one);
    struct point *three = get(n * sizeof *three);
    struct point *tagged = get_tagged(argv, n * sizeof *tagged, 5);
    struct point *counted = get_counted(n, sizeof *counted);
    int *again = get_again(NULL, n, sizeof *again);
    again = get_again(again, n + 1, sizeof *again);
    struct row *row = get(sizeof *row + (size_t)seven * sizeof row->cells[0]);
    struct old_row *old_row = get(sizeof *old_row + (n - 1) * sizeof old_row->cells[0]);
    uint64_t *shifted = get(n << 3);
    struct point *plus = get((n + 1) * sizeof *plus);
    struct point **pointers = get(sizeof(struct point *) * n);
    int(*table)[4] = get(n * sizeof *table);
    char *bytes = get(n * 3);
    struct point *unknown = get(n + 13);
    one->x = three->x = tagged->x = counted->x = plus->x = unknown->x = 1;
    again[1] = row->count = old_row->count = table[1][1] = 2;
    shifted[1] = 3;
    pointers[1] = one;
    bytes[0] = 4;
    free(unknown), free(bytes), free(table), free(pointers), free(plus), free(shifted);
    free(old_row), free(row), free(again), free(counted), free(tagged), free(three), free(one);
    return 0;
}
