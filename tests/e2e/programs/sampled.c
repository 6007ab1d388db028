/* SPDX-License-Identifier: MIT */
/*
 * sampled [ROUNDS [PARTS]]: makes and frees blocks of three types from a fixed sequence, lets some
 * grow by realloc, and prints what is true at its end: for each type
 *
 *     TYPE ALLOCATIONS BYTES LIVE LIVE_BYTES
 *
 * and "usable BYTES" of all that is live. Nothing else is allocated. With PARTS, it reads a byte
 * from standard input before each of so many parts but the first.
 */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

struct small {
    char bytes[40];
};
struct large {
    char bytes[3000];
};
struct text {
    char bytes[1];
};

enum { SMALL, LARGE, TEXT, TYPES };
static struct truth { unsigned long allocations, bytes, live, live_bytes; } s_truth[TYPES];

enum { SLOTS = 20000 };
static struct slot {
    void *block;
    int type;
    size_t size;
} s_slots[SLOTS];

static void made(struct slot *slot, int type, size_t size) {
    slot->type = type;
    slot->size = size;
    s_truth[type].allocations++;
    s_truth[type].bytes += size;
    s_truth[type].live++;
    s_truth[type].live_bytes += size;
}

static void gone(const struct slot *slot) {
    s_truth[slot->type].live--;
    s_truth[slot->type].live_bytes -= slot->size;
}

static void fill(struct slot *slot, uint64_t random) {
    size_t size = 1 + (random >> 20) % 900;
    struct small *small;
    struct large *large;
    struct text *text;
    switch (random % 10) {
    case 0:
        large = malloc(sizeof(*large));
        slot->block = large;
        made(slot, LARGE, sizeof(*large));
        break;
    case 1:
    case 2:
    case 3:
        text = malloc(size);
        slot->block = text;
        made(slot, TEXT, size);
        break;
    default:
        small = malloc(sizeof(*small));
        slot->block = small;
        made(slot, SMALL, sizeof(*small));
    }
}

static void grow(struct slot *slot, uint64_t random) {
    size_t size = slot->size + random % 2000;
    struct text *text = realloc(slot->block, size);
    gone(slot);
    slot->block = text;
    made(slot, TEXT, size);
}

static void say(const char *word) {
    size_t length = 0;
    while (word[length] != '\0')
        length++;
    if (write(STDOUT_FILENO, word, length) < 0)
        _exit(1);
}

static void say_number(unsigned long value, const char *end) {
    char text[24], *at = text + sizeof(text) - 1;
    *at = '\0';
    do
        *--at = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    say(at);
    say(end);
}

int main(int argc, char **argv) {
    static const char *const names[] = {"small", "large", "text"};
    long rounds = argc > 1 ? atol(argv[1]) : 200000;
    long part = argc > 2 ? rounds / atol(argv[2]) : rounds;
    uint64_t random = 88172645463325252u; /* xorshift64 */
    for (long i = 0; i < rounds; i++) {
        char byte;
        if (i != 0 && i % part == 0 && read(STDIN_FILENO, &byte, 1) != 1)
            return 1;
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        struct slot *slot = &s_slots[(random >> 33) % SLOTS];
        if (slot->block != NULL && slot->type == TEXT && slot->size < 8000) {
            grow(slot, random);
            continue;
        }
        if (slot->block != NULL) {
            gone(slot);
            free(slot->block);
        }
        fill(slot, random);
    }
    unsigned long usable = 0;
    for (int i = 0; i < SLOTS; i++)
        if (s_slots[i].block != NULL)
            usable += malloc_usable_size(s_slots[i].block);
    for (int i = 0; i < TYPES; i++) {
        say(names[i]);
        say(" ");
        say_number(s_truth[i].allocations, " ");
        say_number(s_truth[i].bytes, " ");
        say_number(s_truth[i].live, " ");
        say_number(s_truth[i].live_bytes, "\n");
    }
    say("usable ");
    say_number(usable, "\n");
    return 0;
}
