/* SPDX-License-Identifier: MIT */
/*
 * Accounts blocks. The life of one:
 *
 *   malloc ── live, pending ──┬── next allocation of the thread ── counted at its site ── free
 *                             └ claim: a typing site names its type
 *
 * The totals of the thread count a block at once. Its site does when it is known for good, with the
 * thread's next allocation or the block's free: it is the site that claimed it, the one its realloc
 * inherited, or else one made for the return address of the allocation call. The thread's record in
 * the journal says which block is pending, so readers count it too.
 *
 * Live bytes only grow from one free to the next, so peaks are looked for when something is freed.
 *
 * All functions are called by the malloc family and the plugin's entry points, in any thread and
 * signal handler; they do not allocate, wait for the program, or change errno.
 */
#ifndef MS_HOT_RECORD_H
#define MS_HOT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memscope/abi.h"
#include "store/layout.h"

/*
 * What is recorded. In the child of a fork the kernel makes the whole page zero (MADV_WIPEONFORK),
 * so that a child which was made behind the back of fork's handlers (_Fork, a raw clone) writes
 * nothing into its parent's journal; the handlers put it back. Zero therefore means "ask" and "no".
 */
enum ms_blocks {
    MS_BLOCKS_ASK, /* ms_lifecycle_ask tells */
    MS_BLOCKS_ON,
    MS_BLOCKS_OFF,
    MS_BLOCKS_SAMPLED, /* as hot/sampled.h has it */
};
#define MS_RECORDING_PAGE 4096
enum ms_frees {
    MS_FREES_NOT,
    MS_FREES_PLAIN,
    MS_FREES_BY_STACK, /* each block is recorded, and counted by its stack too: `totals` */
};
struct ms_recording {
    uint8_t blocks; /* enum ms_blocks: whether new ones are recorded. Any thread may change it */
    uint8_t frees;  /* enum ms_frees: not where there is no journal */
    bool sampled;   /* new blocks are MS_BLOCKS_SAMPLED when they are recorded */
    bool capture;   /* call stacks */
    bool traced;    /* not sampled, and every block's events are written, as hot/traced.h has it */
    bool untouched; /* no block has been recorded yet */
    bool own_clock; /* nobody publishes header.now_ns */
    bool tables;    /* stacks by call frame information (unwind.h), not by frame pointers */
    bool totals;    /* blocks are counted by their stack too: stack_totals.h */
    uint32_t depth; /* frames of a stack */
    uint32_t now;   /* in the unit of block records, unless own_clock */
    /* For fast.c: records 1 to near_last lie at `near`; those to make_last may be used for new
     * blocks, which is none while none are recorded. */
    uint32_t near_last, make_last;
    struct ms_block *near;
} __attribute__((aligned(MS_RECORDING_PAGE)));
extern struct ms_recording ms_recording;

struct ms_thread;

/* A call of the malloc family: where it came from. */
struct ms_call {
    uintptr_t return_address;
    uintptr_t caller_frame; /* the caller's frame pointer, if it has one */
};

/* Where the function was called from that this is written in: it must have a frame pointer
 * (CMakeLists.txt). */
#define MS_CALL()                                                                                  \
    ((struct ms_call){(uintptr_t)__builtin_return_address(0),                                      \
                      *(const uintptr_t *)__builtin_frame_address(0)})

/* ADDRESS, SIZE bytes as requested, was just allocated. Returns ADDRESS. */
void *ms_record_allocation(void *address, size_t size, struct ms_call call);

/* ADDRESS is about to be freed. */
void ms_record_free(void *address);

/* ADDRESS is about to be reallocated. Takes it out of the live table; ms_record_moved or
 * ms_record_kept must follow in the same thread. */
struct ms_moving {
    bool known;
    uint64_t address;
    uint32_t id; /* of its record */
    uint32_t site;
    uint64_t holder;
};
void ms_record_moving(void *address, struct ms_moving *moving, struct ms_call call);
void ms_record_moved(const struct ms_moving *moving, void *address, size_t size,
                     struct ms_call call);
void ms_record_kept(const struct ms_moving *moving);

/* The process ends: peaks and live bytes of the calling thread are brought up to date. */
void ms_record_end(void);

/* What is claimed for the newest block of this thread, if that is BLOCK. */
struct ms_claim {
    uint32_t site;
    uint64_t type_size;
    bool handed_on; /* a larger type may yet be claimed for it */
    bool is_sized;
    uint64_t size; /* what the program asked for, if is_sized */
};
void ms_record_claim(const struct ms_claim *claim, const void *block);

/* BLOCK is known by the address MOVED from now on. */
void ms_record_move(const void *block, void *moved);

/* The state of this thread, which is busy until ms_record_leave: for others who record. NULL: it
 * may not record now. */
struct ms_thread *ms_record_enter(void);
void ms_record_leave(struct ms_thread *thread);

/* The block that this thread got last from malloc is counted at its site now: none will claim it.
 */
void ms_record_settle(struct ms_thread *thread);

/* The site that has made the live block of record ID, which is counted there now if it is this
 * thread's pending one; 0: it is pending elsewhere. */
uint32_t ms_record_settled_site(struct ms_thread *thread, uint32_t id);

/* The stack of CALL, which makes a block now; 0: it gets none. */
uint32_t ms_record_stack(struct ms_thread *thread, struct ms_call call);

/* Whether a live block starts at ADDRESS. The thread is busy. */
bool ms_record_is_block(const void *address);

/* The variable of SITE, at PLACE, holds VALUE from now on, if that is a live block. */
void ms_record_taken(uint32_t site, const void *value, const void *place);

/* It has held OLD until now, if that is a live block; VALUE is what it holds instead. */
void ms_record_lost(uint32_t site, const void *old, const void *value, const void *place);

#endif
