/* SPDX-License-Identifier: MIT */
/* Types that waste most of their size, a quarter of it, and nothing. */
#include <stdlib.h>

struct half {
    char a;
    void *b;
    char c;
};

struct quarter {
    double a, b;
    char c;
};

struct whole {
    long a;
    void *b;
};

static struct half *halves;
static struct quarter *quarters;
static struct whole *wholes;

int main(void) {
    halves = malloc(sizeof(*halves) * 10); /* half */
    quarters = malloc(sizeof(*quarters));  /* quarter */
    wholes = malloc(sizeof(*wholes) * 3);
    return halves == NULL || quarters == NULL || wholes == NULL;
}
