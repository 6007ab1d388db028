/* SPDX-License-Identifier: MIT */
#include "monitor/cadence.h"

#include "platform/os.h"

#define SHARE_OF_PROCESSOR 2000
#define LONGEST_PERIOD_NS  UINT64_C(5000000000)
/* A tick that comes a little early still counts as the one after the period. */
#define EARLY_NS UINT64_C(10000000)

uint64_t ms_cadence_next(uint64_t now_ns, uint64_t period_ns, uint64_t cost_ns) {
    uint64_t wait = cost_ns > LONGEST_PERIOD_NS / SHARE_OF_PROCESSOR ? LONGEST_PERIOD_NS
                                                                     : cost_ns * SHARE_OF_PROCESSOR;
    return now_ns + (wait > period_ns ? wait : period_ns);
}

bool ms_cadence_begin(struct ms_cadence *cadence, const struct ms_moment *moment) {
    if (!moment->all && ms_os_now_monotonic() + EARLY_NS < cadence->due_ns)
        return false;
    /* Processor time and not time: a thread that had to wait for a processor has cost nothing. */
    if (ms_os_cpu_of_thread(&cadence->cpu_ns) != 0)
        cadence->cpu_ns = UINT64_MAX;
    return true;
}

void ms_cadence_end(struct ms_cadence *cadence, uint64_t period_ns) {
    uint64_t cpu = 0;
    if (ms_os_cpu_of_thread(&cpu) != 0 || cpu < cadence->cpu_ns)
        cpu = cadence->cpu_ns;
    cadence->due_ns = ms_cadence_next(ms_os_now_monotonic(), period_ns, cpu - cadence->cpu_ns);
}

uint64_t ms_cadence_deadline(uint64_t deadline_ns, uint64_t now_ns, uint64_t period_ns) {
    if (now_ns < deadline_ns)
        return deadline_ns;
    return deadline_ns + ((now_ns - deadline_ns) / period_ns + 1) * period_ns;
}
