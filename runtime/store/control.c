/* SPDX-License-Identifier: MIT */
#include "store/control.h"

#include "base/atomics.h"
#include "store/store.h"

static uint64_t s_taken; /* Synchronization: the monitor's thread */

enum ms_control ms_control_take(void) {
    const struct ms_journal_header *header = ms_store.header;
    s_taken = ms_load_acquire(&header->control_request); /* pairs with the asker's exchange */
    if (s_taken == ms_load_relaxed(&header->control_done))
        return MS_CONTROL_NONE;
    uint64_t command = MS_CONTROL_COMMAND(s_taken);
    if (command < MS_CONTROL_COUNT)
        return (enum ms_control)command;
    ms_control_answer(); /* of a later version: it sees in header.version that it need not ask */
    return MS_CONTROL_NONE;
}

void ms_control_answer(void) {
    ms_store_release(&ms_store.header->control_done, s_taken); /* pairs with the asker's load */
}
