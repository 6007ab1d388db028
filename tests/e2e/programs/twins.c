/* SPDX-License-Identifier: MIT */
/* With twins_other.c: two sources that each have a struct twin of their own. */
#include <stdlib.h>

struct twin {
    char a;
    long b;
    char c;
};

struct twin *twin_here;
void make_the_other(void);

int main(void) {
    twin_here = malloc(10 * sizeof(*twin_here)); /* here */
    make_the_other();
    return twin_here == NULL;
}
