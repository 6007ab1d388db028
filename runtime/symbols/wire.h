/* SPDX-License-Identifier: MIT */
/* Messages between the two processes of symbol_reader.c: numbers and texts, one behind another. */
#ifndef MS_SYMBOLS_WIRE_H
#define MS_SYMBOLS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/key_table.h"

struct ms_wire {
    char *bytes; /* malloc'ed */
    size_t size, capacity;
    size_t at;                /* how far it was taken */
    bool failed;              /* sticky: out of memory, or taken beyond the end */
    struct ms_key_table seen; /* addresses of texts that were put -> their number */
    uint32_t text_count;      /* put or taken */
};

void ms_wire_fini(struct ms_wire *wire);
void ms_wire_put(struct ms_wire *wire, const void *bytes, size_t size);
void ms_wire_put_number(struct ms_wire *wire, uint64_t number);
void ms_wire_put_text(struct ms_wire *wire, const char *text); /* may be NULL */

/* A text that may come again, and then takes no more than a number; the same pointer is the same
 * text. What is put so is taken so, from the last ms_wire_forget on. */
void ms_wire_put_again(struct ms_wire *wire, const char *text);
void ms_wire_forget(struct ms_wire *wire);

/* Zeros when there is not so much. */
void ms_wire_take(struct ms_wire *wire, void *out, size_t size);
uint64_t ms_wire_take_number(struct ms_wire *wire);

/* In the bytes of WIRE. NULL: it is one, or damaged. */
const char *ms_wire_take_text(struct ms_wire *wire);

/* Its number, from 0 on, among the texts since ms_wire_forget, and the text itself when it is new,
 * else NULL. MS_WIRE_NO_TEXT: NULL was put. */
#define MS_WIRE_NO_TEXT UINT32_MAX
uint32_t ms_wire_take_again(struct ms_wire *wire, const char **text);

/* The whole of WIRE through the socket or pipe FD, and the next message there in place of what WIRE
 * has. False: the other side is gone. */
bool ms_wire_send(const struct ms_wire *wire, int fd);
bool ms_wire_receive(struct ms_wire *wire, int fd);

#endif
