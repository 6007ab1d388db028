/* SPDX-License-Identifier: MIT */
/* What a journal knows of one address of the process. */
#ifndef MS_CLI_BLOCK_AT_H
#define MS_CLI_BLOCK_AT_H

#include <stdbool.h>
#include <stdint.h>

struct ms_journal;

struct ms_block_at {
    uint64_t address; /* where the block begins */
    uint64_t size;    /* requested */
    uint64_t time_ns; /* since the start of the process, in steps of 0.1 s */
    uint32_t site;    /* 0: not known (yet) */
    uint32_t stack;   /* 0: none */
    uint32_t owner;   /* site at which an annotated variable took it last; 0: none did */
    bool lost;        /* that variable does not hold it any more */
    bool pooled;      /* an allocator of the program's own has handed it out */
    uint32_t tid;     /* of the thread that made it */
};

/* The smallest live block with a byte at ADDRESS, or that begins there. False: there is none. Looks
 * at every live block. */
bool ms_block_at(const struct ms_journal *journal, uint64_t address, struct ms_block_at *found);

/* The file of the module that is mapped at ADDRESS, NULL: none; as the program gave it. *OFFSET:
 * its address in the file. */
const char *ms_module_at(const struct ms_journal *journal, uint64_t address, uint64_t *offset);

#endif
