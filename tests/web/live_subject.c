/* SPDX-License-Identifier: MIT */
/* Makes a block of the type of that letter, a to l, for each byte that it reads; 'a' makes 100. */
#include <stdlib.h>
#include <unistd.h>

#define S_TYPES(X) X(a) X(b) X(c) X(d) X(e) X(f) X(g) X(h) X(i) X(j) X(k) X(l)

#define X(letter)                                                                                  \
    struct type_##letter {                                                                         \
        struct type_##letter *next;                                                                \
        char bytes[40];                                                                            \
    };                                                                                             \
    static struct type_##letter *s_##letter;                                                       \
    static void make_##letter(void) {                                                              \
        struct type_##letter *made = malloc(sizeof(*made));                                        \
        made->next = s_##letter;                                                                   \
        s_##letter = made;                                                                         \
    }
S_TYPES(X)
#undef X

int main(void) {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) == 1) {
        for (int i = 0; i < (byte == 'a' ? 100 : 1); i++) {
#define X(letter)                                                                                  \
    if (byte == #letter[0])                                                                        \
        make_##letter();
            S_TYPES(X)
#undef X
        }
    }
    return 0;
}
