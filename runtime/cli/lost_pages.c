/* SPDX-License-Identifier: MIT */
#include "cli/lost_pages.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uintptr_t s_page_bytes;

/* Readers check what they read, zeros like anything else. What is no lost page is met again, and
 * ends the program as ever. */
static void s_on_bus(int signal_number, siginfo_t *info, void *context) {
    void *page = (void *)((uintptr_t)info->si_addr & ~(s_page_bytes - 1));
    (void)context;
    if (info->si_code != BUS_ADRERR ||
        mmap(page, s_page_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
            MAP_FAILED)
        signal(signal_number, SIG_DFL);
}

void ms_lost_pages_read_as_zeros(void) {
    struct sigaction action = {.sa_sigaction = s_on_bus, .sa_flags = SA_SIGINFO};
    s_page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}
