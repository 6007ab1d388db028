/* SPDX-License-Identifier: MIT */
/* What is asked of the process from outside (store/control.h). */
#ifndef MS_HOT_REQUESTS_H
#define MS_HOT_REQUESTS_H

/* Does what is asked for, if anything is. In the monitor's thread, under its rules (monitor.h);
 * needs a journal. */
void ms_requests_poll(void);

#endif
