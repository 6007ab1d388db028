/* SPDX-License-Identifier: MIT */
/*
 * alloc_pairs HOW COUNT: makes and frees COUNT blocks of 16 to 255 bytes, and does nothing else.
 *
 *   one      in random slots of 4096
 *   two      the same, half of them in a second thread
 *   handed   made by one thread, freed by another
 *   deep     as `one`, 24 calls deep
 *   held     blocks of 32 bytes that are not freed
 *   numbers  sums and products of numbers of a few words, each a block of its own
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4096, BATCH = 256, DEPTH = 24, WORDS = 6 };

struct blob {
    unsigned char bytes[1];
};

struct piece {
    struct piece *next;
    char rest[24];
};

/* xorshift64, by George Marsaglia. */
static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static struct blob *make(uint64_t random) {
    struct blob *blob = malloc(16 + (random >> 32) % 240);
    if (blob == NULL)
        exit(1);
    blob->bytes[0] = (unsigned char)random;
    return blob;
}

static void *replace(void *count) {
    struct blob **slots = calloc(SLOTS, sizeof(struct blob *));
    uint64_t random = 88172645463325252u;
    if (slots == NULL)
        exit(1);
    for (long i = 0; i < (intptr_t)count; i++) {
        uint64_t number = next_random(&random);
        struct blob **slot = &slots[number % SLOTS];
        free(*slot);
        *slot = make(number);
    }
    for (int i = 0; i < SLOTS; i++)
        free(slots[i]);
    free(slots);
    return NULL;
}

static void in_two(long count) {
    pthread_t other;
    if (pthread_create(&other, NULL, replace, (void *)(intptr_t)(count / 2)) != 0)
        exit(1);
    replace((void *)(intptr_t)(count - count / 2));
    pthread_join(other, NULL);
}

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct blob *batch[BATCH];
    int filled, ended;
} s_hand = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void *free_handed(void *unused) {
    struct blob *batch[BATCH];
    for (;;) {
        pthread_mutex_lock(&s_hand.lock);
        while (!s_hand.filled && !s_hand.ended)
            pthread_cond_wait(&s_hand.changed, &s_hand.lock);
        int ended = !s_hand.filled;
        memcpy(batch, s_hand.batch, sizeof(batch));
        s_hand.filled = 0;
        pthread_cond_signal(&s_hand.changed);
        pthread_mutex_unlock(&s_hand.lock);
        if (ended)
            return unused;
        for (int i = 0; i < BATCH; i++)
            free(batch[i]);
    }
}

static void hand_over(long count) {
    pthread_t other;
    struct blob *batch[BATCH];
    uint64_t random = 88172645463325252u;
    if (pthread_create(&other, NULL, free_handed, NULL) != 0)
        exit(1);
    for (long done = 0; done < count; done += BATCH) {
        for (int i = 0; i < BATCH; i++)
            batch[i] = make(next_random(&random));
        pthread_mutex_lock(&s_hand.lock);
        while (s_hand.filled)
            pthread_cond_wait(&s_hand.changed, &s_hand.lock);
        memcpy(s_hand.batch, batch, sizeof(batch));
        s_hand.filled = 1;
        pthread_cond_signal(&s_hand.changed);
        pthread_mutex_unlock(&s_hand.lock);
    }
    pthread_mutex_lock(&s_hand.lock);
    s_hand.ended = 1;
    pthread_cond_signal(&s_hand.changed);
    pthread_mutex_unlock(&s_hand.lock);
    pthread_join(other, NULL);
}

/* Through a variable, so that no call becomes part of its caller; built without tail calls. */
static void go_deep(int depth, long count);
static void (*volatile s_go_deep)(int depth, long count) = go_deep;

static void go_deep(int depth, long count) {
    if (depth != 0)
        s_go_deep(depth - 1, count);
    else
        replace((void *)(intptr_t)count);
}

static void hold(long count) {
    struct piece *last = NULL;
    for (long i = 0; i < count; i++) {
        struct piece *piece = malloc(sizeof(*piece));
        if (piece == NULL)
            exit(1);
        piece->next = last;
        last = piece;
    }
}

struct number {
    unsigned size;
    uint64_t words[];
};

static struct number *new_number(unsigned size) {
    struct number *number = malloc(sizeof(*number) + size * sizeof(uint64_t));
    if (number == NULL)
        exit(1);
    number->size = size;
    return number;
}

static struct number *new_sum(const struct number *a, const struct number *b) {
    unsigned size = a->size > b->size ? a->size : b->size;
    struct number *sum = new_number(size + 1);
    unsigned __int128 carry = 0;
    for (unsigned i = 0; i < size; i++) {
        carry += (i < a->size ? a->words[i] : 0);
        carry += (i < b->size ? b->words[i] : 0);
        sum->words[i] = (uint64_t)carry;
        carry >>= 64;
    }
    sum->words[size] = (uint64_t)carry;
    sum->size = size + (carry != 0);
    return sum;
}

static struct number *new_product(const struct number *a, uint64_t factor) {
    struct number *product = new_number(a->size + 1);
    unsigned __int128 carry = 0;
    for (unsigned i = 0; i < a->size; i++) {
        carry += (unsigned __int128)a->words[i] * factor;
        product->words[i] = (uint64_t)carry;
        carry >>= 64;
    }
    product->words[a->size] = (uint64_t)carry;
    product->size = a->size + (carry != 0);
    return product;
}

/* The convergents of a continued fraction, until they get too long: then from the start. */
static void calculate(long count) {
    uint64_t random = 88172645463325252u;
    while (count > 0) {
        struct number *before = new_number(1), *last = new_number(1);
        before->words[0] = 0;
        last->words[0] = 1;
        while (last->size < WORDS && count > 0) {
            struct number *product = new_product(last, next_random(&random) % 1000 + 1);
            struct number *sum = new_sum(product, before);
            free(product);
            free(before);
            before = last;
            last = sum;
            count -= 2;
        }
        free(before);
        free(last);
    }
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    long count = atol(argv[2]);
    if (strcmp(argv[1], "one") == 0)
        replace((void *)(intptr_t)count);
    else if (strcmp(argv[1], "two") == 0)
        in_two(count);
    else if (strcmp(argv[1], "handed") == 0)
        hand_over(count);
    else if (strcmp(argv[1], "deep") == 0)
        go_deep(DEPTH, count);
    else if (strcmp(argv[1], "held") == 0)
        hold(count);
    else if (strcmp(argv[1], "numbers") == 0)
        calculate(count);
    else
        return 2;
    return 0;
}
