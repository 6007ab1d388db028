/* SPDX-License-Identifier: MIT */
/* What the counters by stack of this process' journal have against those by site. */
#ifndef STACK_CHECK_H
#define STACK_CHECK_H

#include <stdint.h>

struct stack_sums {
    uint64_t allocations, alloc_bytes, free_bytes, temporary;
};

/* Of all sites of heap blocks, and of all stacks. While no other thread records. */
struct stack_sums stack_check_sites(void);
struct stack_sums stack_check_stacks(void);

/* How many sites of heap blocks there are whose stacks together have not what the site has. */
unsigned stack_check_differing(void);

/* How many stacks there are whose balance is not what is live with them: of blocks that are
 * counted.
 */
unsigned stack_check_unbalanced(void);

/* Of the stacks of SITE. */
struct stack_sums stack_check_of_site(uint32_t site);

#endif
