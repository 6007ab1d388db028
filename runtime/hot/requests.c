/* SPDX-License-Identifier: MIT */
#include "hot/requests.h"

#include "base/atomics.h"
#include "base/sampling.h"
#include "hot/leaks.h"
#include "hot/lifecycle.h"
#include "hot/sampled.h"
#include "store/control.h"
#include "store/marks.h"
#include "store/store.h"

static enum ms_control_result s_switch(bool on) {
    ms_lifecycle_switch(on);
    return MS_CONTROL_DONE;
}

static enum ms_control_result s_scan(void) {
    ms_leaks_scan(true);
    return MS_CONTROL_DONE;
}

static enum ms_control_result s_mark(const char *name) {
    if (name[0] == 0)
        return MS_CONTROL_UNKNOWN;
    return ms_marks_add(name, 0) ? MS_CONTROL_DONE : MS_CONTROL_NO_ROOM;
}

/* What readers need to know of all blocks is there before the first one is chosen by it. */
static enum ms_control_result s_sample(uint64_t word) {
    struct ms_journal_header *header = ms_store.header;
    double rate;
    uint64_t bytes;
    if (!ms_sampling_unpack(word, &rate, &bytes))
        return MS_CONTROL_UNKNOWN;
    if (header->sampled == 0 || !(header->sample_least_rate > 0))
        return MS_CONTROL_REFUSED;
    if (rate == header->sample_rate && bytes == header->sample_bytes)
        return MS_CONTROL_DONE;
    if (rate < header->sample_least_rate)
        __atomic_store(&header->sample_least_rate, &rate, __ATOMIC_RELAXED);
    if (bytes > header->sample_most_bytes)
        ms_store_relaxed(&header->sample_most_bytes, bytes);
    __atomic_store(&header->sample_rate, &rate, __ATOMIC_RELAXED);
    ms_store_relaxed(&header->sample_bytes, bytes);
    ms_own_add(&header->sample_changes, 1);
    ms_sampled_change(word);
    return MS_CONTROL_DONE;
}

static enum ms_control_result s_do(const struct ms_control_request *request) {
    switch (request->command) {
    case MS_CONTROL_PAUSE:
    case MS_CONTROL_RESUME:
        return s_switch(request->command == MS_CONTROL_RESUME);
    case MS_CONTROL_SCAN:
        return s_scan();
    case MS_CONTROL_MARK:
        return s_mark(request->text);
    case MS_CONTROL_SAMPLE:
        return s_sample(request->value);
    case MS_CONTROL_NONE:
    case MS_CONTROL_COUNT:
        break;
    }
    return MS_CONTROL_UNKNOWN;
}

void ms_requests_poll(void) {
    struct ms_control_request request;
    if (ms_control_take(&request))
        ms_control_answer(s_do(&request));
}
