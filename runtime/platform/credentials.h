/* SPDX-License-Identifier: MIT */
/*
 * User and group of the calling thread, which the kernel keeps for each thread. What libc's
 * setuid() family does for all of its threads, a helper thread has to do for itself.
 */
#ifndef MS_PLATFORM_CREDENTIALS_H
#define MS_PLATFORM_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

/* Real, effective, saved. */
struct ms_credentials {
    uint32_t uid[3];
    uint32_t gid[3];
};

bool ms_credentials_equal(const struct ms_credentials *a, const struct ms_credentials *b);

/* 0 or -errno. */
int ms_credentials_get(struct ms_credentials *credentials);

/* Makes CREDENTIALS those of the calling thread alone and drops its supplementary groups. Whether
 * the process may dump core stays as it is: the kernel forgets that on a change of the user. 0 or
 * -errno: some may have been changed. */
int ms_credentials_assume(const struct ms_credentials *credentials);

#endif
