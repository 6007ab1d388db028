/* SPDX-License-Identifier: MIT */
/* Nothing is allocated, so track=all finds nothing and changes nothing. */
#include <string.h>

const char *last(const char *text, int c) {
    const char *found = strrchr(text, c);
    return found != NULL ? found : text;
}

void *hand_on(void *p) {
    return p;
}

int sum(const int *numbers, int count) {
    int total = 0;
    for (int i = 0; i < count; i++)
        total += numbers[i];
    return total;
}
