/* SPDX-License-Identifier: MIT */
/* The parts of memscope lie relative to its program, in the build tree as in an installed one, so
 * that the tree can be moved. */
#ifndef MS_CLI_TREE_H
#define MS_CLI_TREE_H

/* The path of PART, one of MS_TREE_*, as a string for the caller to free; it need not be there. */
char *ms_tree_path(const char *part);

#define MS_TREE_INCLUDE "include"
#define MS_TREE_LIB     MS_CLI_LIB_DIR
#define MS_TREE_SHARED  MS_CLI_LIB_DIR "/libmemscope.so." MS_CLI_SOVERSION
#define MS_TREE_PLUGINS MS_CLI_LIB_DIR "/memscope" /* gcc-MAJOR/memscope.so, TARGET/ in it */

/* A machine to compile for is named as by `gcc -dumpmachine`, NULL: the one that memscope was built
 * for. */

/* The folder of the runtime for programs on TARGET, libmemscope.so and .a, for the caller to free.
 */
char *ms_tree_libraries(const char *target);

/* The path of the plugin for GCC's version MAJOR that compiles for TARGET, for the caller to free.
 * NULL when there is none; then HAVE is set to those there are ("gcc-12, gcc-13", or "" ), for the
 * caller to free. */
char *ms_tree_plugin(const char *target, unsigned major, char **have);

#endif
