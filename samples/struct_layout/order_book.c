/* SPDX-License-Identifier: MIT */
/*
 * order_book ORDERS: the open orders of a market, in a binary heap for each side with the best
 * price on top. Orders come at random prices; those that cross are traded against each other.
 *
 * With -DREORDERED the members of struct order stand in the order that memscope proposes.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef REORDERED
struct order {
    char side; /* 'B': buys, 'S': sells */
    double price;
    bool partly_filled;
    uint64_t id;
    uint16_t venue;
    uint32_t *fills; /* the sizes of its trades */
    uint32_t open, fill_count;
    bool hidden;
};
#else
struct order {
    double price;
    uint64_t id;
    uint32_t *fills;
    uint32_t open, fill_count;
    uint16_t venue;
    char side;
    bool partly_filled;
    bool hidden;
};
#endif

struct side {
    struct order **heap;
    size_t count, capacity;
};

static void *or_end(void *block) {
    if (block == NULL) {
        fputs("order_book: out of memory\n", stderr);
        exit(2);
    }
    return block;
}

static bool better(const struct order *a, const struct order *b) {
    if (a->price != b->price)
        return a->side == 'B' ? a->price > b->price : a->price < b->price;
    return a->id < b->id;
}

static void push(struct side *side, struct order *order) {
    if (side->count == side->capacity) {
        side->capacity = side->capacity == 0 ? 64 : 2 * side->capacity;
        side->heap = or_end(realloc(side->heap, side->capacity * sizeof(struct order *)));
    }
    size_t i = side->count++;
    for (; i > 0 && better(order, side->heap[(i - 1) / 2]); i = (i - 1) / 2)
        side->heap[i] = side->heap[(i - 1) / 2];
    side->heap[i] = order;
}

static void pop(struct side *side) {
    struct order *last = side->heap[--side->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < side->count; i = child) {
        if (child + 1 < side->count && better(side->heap[child + 1], side->heap[child]))
            child++;
        if (!better(side->heap[child], last))
            break;
        side->heap[i] = side->heap[child];
    }
    side->heap[i] = last;
}

static void end_order(struct order *order) {
    free(order->fills);
    free(order);
}

static void fill(struct order *order, uint32_t size) {
    order->fills = or_end(realloc(order->fills, (order->fill_count + 1) * sizeof(*order->fills)));
    order->fills[order->fill_count++] = size;
    order->open -= size;
    order->partly_filled = order->open != 0;
}

/* Trades ORDER against the best of the other side as far as prices cross; the number of trades. */
static unsigned long match(struct side *other, struct order *order) {
    unsigned long trades = 0;
    while (order->open != 0 && other->count != 0) {
        struct order *best = other->heap[0];
        if (order->side == 'B' ? best->price > order->price : best->price < order->price)
            break;
        uint32_t size = best->open < order->open ? best->open : order->open;
        fill(best, size);
        fill(order, size);
        trades++;
        if (best->open == 0) {
            pop(other);
            end_order(best);
        }
    }
    return trades;
}

static uint32_t random_below(uint32_t limit) {
    static uint64_t state = 42;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % limit);
}

int main(int argc, char **argv) {
    uint64_t wanted = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
    if (wanted == 0) {
        fputs("usage: order_book ORDERS\n", stderr);
        return 2;
    }
    struct side buys = {0}, sells = {0};
    unsigned long trades = 0;
    for (uint64_t id = 1; id <= wanted; id++) {
        struct order *order = or_end(calloc(1, sizeof(*order)));
        order->id = id;
        order->side = random_below(2) == 0 ? 'B' : 'S';
        order->price = (order->side == 'B' ? 90 : 96) + random_below(1000) / 100.0;
        order->open = 1 + random_below(100);
        order->venue = (uint16_t)random_below(12);
        trades += match(order->side == 'B' ? &sells : &buys, order);
        if (order->open != 0)
            push(order->side == 'B' ? &buys : &sells, order);
        else
            end_order(order);
    }
    printf("%lu trades; open: %zu buys, %zu sells\n", trades, buys.count, sells.count);
    for (struct side *side = &buys; side != NULL; side = side == &buys ? &sells : NULL) {
        for (size_t i = 0; i < side->count; i++)
            end_order(side->heap[i]);
        free(side->heap);
    }
    return 0;
}
