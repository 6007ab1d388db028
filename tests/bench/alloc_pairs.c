/* SPDX-License-Identifier: MIT */
/* alloc_pairs PAIRS: makes and frees blocks of 16 to 255 bytes in random slots, and does nothing
 * else. */
#include <stdint.h>
#include <stdlib.h>

enum { SLOTS = 4096 };

struct blob {
    unsigned char bytes[1];
};

static struct blob *s_slots[SLOTS];

int main(int argc, char **argv) {
    long pairs = argc > 1 ? atol(argv[1]) : 1000000;
    uint64_t random = 88172645463325252u; /* xorshift64 */
    for (long i = 0; i < pairs; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        struct blob **slot = &s_slots[random % SLOTS];
        free(*slot);
        *slot = malloc(16 + (random >> 32) % 240);
        if (!*slot)
            return 1;
        (*slot)->bytes[0] = (unsigned char)i;
    }
    for (int i = 0; i < SLOTS; i++)
        free(s_slots[i]);
    return 0;
}
