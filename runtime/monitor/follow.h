/* SPDX-License-Identifier: MIT */
/*
 * The helper thread follows the program when it changes its user or group: libc's setuid() family
 * does not know the thread, and it must not keep rights that the program has given up.
 */
#ifndef MS_MONITOR_FOLLOW_H
#define MS_MONITOR_FOLLOW_H

#include "monitor/moment.h"
#include "platform/credentials.h"

/* "Uid:" and "Gid:" of /proc/PID/status: real, effective, saved, file system. */
bool ms_follow_parse_status(struct ms_text text, struct ms_credentials *credentials);

/* By the helper thread: takes over the credentials of the main thread if they are not its own. */
void ms_follow_program(const struct ms_moment *moment);

#endif
