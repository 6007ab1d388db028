/* SPDX-License-Identifier: MIT */
#include "store/control.h"

#include <string.h>

#include "base/atomics.h"
#include "store/store.h"

static uint64_t s_taken; /* Synchronization: the monitor's thread */

bool ms_control_take(struct ms_control_request *request) {
    struct ms_journal_header *header = ms_store.header;
    uint64_t word = ms_load_acquire(&header->control_request); /* pairs with the asker's CAS */
    uint64_t command = MS_CONTROL_COMMAND(word);
    if (command == MS_CONTROL_NONE || (word & MS_CONTROL_TAKEN) != 0 ||
        !ms_cas_acq_rel(&header->control_request, &word, word | MS_CONTROL_TAKEN))
        return false;
    s_taken = word | MS_CONTROL_TAKEN;
    if (command >= MS_CONTROL_COUNT) {
        ms_control_answer(MS_CONTROL_UNKNOWN);
        return false;
    }
    memset(request, 0, sizeof(*request));
    request->command = (enum ms_control)command;
    request->value = ms_load_relaxed(&header->control_value);
    for (unsigned i = 0; i + 1 < MS_CONTROL_TEXT; i++) {
        request->text[i] = ms_load_relaxed(&header->control_text[i]);
        if (request->text[i] == 0)
            break;
    }
    return true;
}

void ms_control_answer(enum ms_control_result result) {
    ms_store_relaxed(&ms_store.header->control_result, result);
    ms_store_release(&ms_store.header->control_done, s_taken); /* pairs with the asker's load */
}

void ms_control_forked(void) {
    struct ms_journal_header *header = ms_store.header;
    uint64_t none = MS_CONTROL_WORD(MS_CONTROL_NUMBER(header->control_request), MS_CONTROL_NONE);
    ms_store_relaxed(&header->control_done, none);
    ms_store_release(&header->control_request, none);
}
