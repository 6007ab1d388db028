/* SPDX-License-Identifier: MIT */
/* Annotated members of structs that are copied as a whole, and pointers that one statement moves,
 * each of a type of its own. The marks name lines in the tests. */
#include <stdlib.h>

#include <memscope.h>

#define TYPE(name)                                                                                 \
    struct name {                                                                                  \
        void *link;                                                                                \
        int value;                                                                                 \
    }
TYPE(by_copy);
TYPE(by_zero);
TYPE(by_result);
TYPE(by_nested);
TYPE(by_exchange);
TYPE(by_next_line);
TYPE(copied);
TYPE(held_by_copy);
TYPE(kept_by_comma);
TYPE(kept_in_memory);
TYPE(kept_by_exchange);
TYPE(kept_by_atomic);

struct owner {
    long count;
    MEMSCOPE struct by_copy *copy;
    MEMSCOPE struct by_zero *zero;
    MEMSCOPE struct by_result *result;
    struct {
        long numbers[4];
        MEMSCOPE struct by_nested *nested;
    } inside;
    MEMSCOPE struct copied *copied;
    MEMSCOPE struct held_by_copy *held;
};

/* The compiler must not see that a block is not used. */
static void *volatile s_hide;
static __attribute__((noipa)) void *keep(void *block) {
    s_hide = block;
    return block;
}

static __attribute__((noipa)) struct owner no_owner(void) {
    return (struct owner){.count = 1};
}

static struct owner s_first, s_second, s_third, s_fourth;

static __attribute__((noipa)) void copy(struct owner *to, struct owner *from) {
    to->copy = keep(malloc(sizeof *to->copy));
    to->inside.nested = keep(malloc(sizeof *to->inside.nested));
    from->copied = keep(malloc(sizeof *from->copied));
    *to = *from; /* by_copy */
    from->copied = NULL;
    to->zero = keep(malloc(sizeof *to->zero));
    *from = *to;
    struct copied *copied = from->copied;
    *to = (struct owner){0};   /* taken over */
    *from = (struct owner){0}; /* by_zero */
    to->result = keep(malloc(sizeof *to->result));
    *to = no_owner(); /* by_result */
    to->copied = copied;
    keep(to);
}

static __attribute__((noipa)) void hold(struct owner *to, struct owner *from) {
    from->held = keep(malloc(sizeof *from->held));
    *to = *from;
    from->held = NULL;
    keep(from);
}

/* Owners that nothing is annotated of. */
static void *s_plain[3];
static MEMSCOPE struct kept_by_atomic *s_atomic;

static __attribute__((noipa)) void *exchange(struct kept_by_exchange **place, void *value) {
    void *old = *place;
    *place = value;
    return old;
}
static __attribute__((noipa)) void clear(struct by_exchange **place) {
    *place = NULL;
}

static __attribute__((noipa)) void move(void) {
    MEMSCOPE struct kept_by_comma *comma = keep(malloc(sizeof *comma));
    s_plain[0] = comma, comma = NULL;
    keep(comma);
    MEMSCOPE struct kept_in_memory *memory = keep(malloc(sizeof *memory));
    keep(&memory);
    s_plain[1] = memory, memory = NULL;
    MEMSCOPE struct by_next_line *next = keep(malloc(sizeof *next));
    s_plain[1] = next;
    next = NULL; /* by_next_line */
    keep(next);
    MEMSCOPE struct kept_by_exchange *exchanged = keep(malloc(sizeof *exchanged));
    s_plain[2] = exchange(&exchanged, NULL);
    s_atomic = keep(malloc(sizeof *s_atomic));
    keep(__atomic_exchange_n(&s_atomic, NULL, __ATOMIC_SEQ_CST));
    MEMSCOPE struct by_exchange *cleared = keep(malloc(sizeof *cleared));
    clear(&cleared); /* by_exchange */
}

int main(void) {
    copy(&s_first, &s_second);
    hold(&s_third, &s_fourth);
    move();
    return 0;
}
