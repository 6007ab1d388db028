/* SPDX-License-Identifier: MIT */
/* Files that are made shorter while they are mapped. */
#ifndef MS_CLI_LOST_PAGES_H
#define MS_CLI_LOST_PAGES_H

/* From now on, pages of a mapped file that are not in it any more read as zeros, where reading them
 * would end the program (SIGBUS). For what reads files that others may change, as long as it runs.
 */
void ms_lost_pages_read_as_zeros(void);

#endif
