/* SPDX-License-Identifier: MIT */
/* Wrong arguments of the attribute are errors. */
__attribute__((memscope(3))) char *number;
__attribute__((memscope("a", "b"))) char *two;
__attribute__((memscope(number))) char *name;
__attribute__((memscope("right"))) char *right;
