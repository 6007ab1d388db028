/* SPDX-License-Identifier: MIT */
/* The compiler behind `memscope cc` and `memscope c++`, and the plugin that fits it. */
#ifndef MS_CLI_COMPILER_H
#define MS_CLI_COMPILER_H

#include <stdbool.h>

#include "cli/words.h"

struct ms_compiler {
    const char *variable; /* the environment variable that names another one */
    const char *standard; /* the compiler when it is not set */
};

extern const struct ms_compiler ms_compiler_c;   /* $MEMSCOPE_CC, gcc */
extern const struct ms_compiler ms_compiler_cxx; /* $MEMSCOPE_CXX, g++ */

/* Adds the words of the compiler's command to WORDS. */
void ms_compiler_words(const struct ms_compiler *compiler, struct ms_words *words);

/* The machine that COMMAND compiles for, as ms_tree_libraries() wants it, for the caller to free. A
 * compiler for another one is known by its name, as aarch64-linux-gnu-gcc, and asked. */
char *ms_compiler_target(const struct ms_words *command);

/* The path of the plugin for COMMAND (asked for its version), which compiles for TARGET, for the
 * caller to free; NULL after one line that says why there is none. */
char *ms_compiler_plugin(const struct ms_compiler *compiler, const struct ms_words *command,
                         const char *target);

#endif
