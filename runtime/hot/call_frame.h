/* SPDX-License-Identifier: MIT */
/*
 * Call frame information: what .eh_frame says about the frame of a function at one of its
 * instructions. It is read where the module has it mapped; .eh_frame_hdr, a sorted table that the
 * linker makes, finds the entry of the function. Sources: System V ABI for AMD64, 3.7 and 6.2; LSB
 * Core, "DWARF Extensions"; DWARF 5, 6.4.
 *
 * No lock, no allocation, async-signal-safe. Nothing outside the mapping of the module is read.
 */
#ifndef MS_HOT_CALL_FRAME_H
#define MS_HOT_CALL_FRAME_H

#include <stdint.h>

enum ms_frame_base {
    MS_FRAME_UNKNOWN, /* the walk ends here */
    MS_FRAME_STACK_POINTER,
    MS_FRAME_FRAME_POINTER,
    MS_FRAME_SIGNAL, /* the stack pointer points to the ucontext that the kernel has put there */
};

/* How to come from a frame to its caller's. The canonical frame address (CFA) is the stack pointer
 * that the caller has when the call has returned; the return address lies in the word below. */
struct ms_frame_rule {
    int32_t cfa;           /* CFA - base in bytes */
    int16_t frame_pointer; /* where the caller's frame pointer lies - CFA; 0: still in its register
                            */
    uint8_t base;          /* enum ms_frame_base */
};

/* The rule at ADDRESS, an instruction. UNKNOWN where there is no information, where it is of a kind
 * that compilers do not use for C and C++ code, and in the outermost function. */
struct ms_frame_rule ms_call_frame_rule(uintptr_t address);

#endif
