/* SPDX-License-Identifier: MIT */
/* Static memory, of two units when OTHER_UNIT is compiled besides. Nothing is allocated. */
#include <memscope.h>

struct entry {
    char key[12];
    int value;
};

MEMSCOPE __attribute__((common)) int tentative[3]; /* both units define it: one is kept */
static MEMSCOPE struct entry table[10];            /* each unit has its own */
__attribute__((weak)) MEMSCOPE long weak_one = 5;

__attribute__((noinline)) static int use(struct entry *entries, int n) {
    static MEMSCOPE char in_function[7];
    in_function[n] = 1;
    entries[n].value += in_function[0] + tentative[n] + (int)weak_one;
    return entries[n].value;
}

#ifdef OTHER_UNIT
int other_unit(int n);
int other_unit(int n) {
    return use(table, n);
}
#else
int other_unit(int n);
_Thread_local MEMSCOPE char per_thread[100];
char not_annotated[1000];

int main(int argc, char **argv) {
    (void)argv;
    per_thread[argc] = 1;
    not_annotated[argc] = per_thread[0];
    return use(table, argc) + other_unit(argc) < 0;
}
#endif
