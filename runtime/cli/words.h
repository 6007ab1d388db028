/* SPDX-License-Identifier: MIT */
/* A list of strings that grows, always ended by a NULL for execv. Strings are its own copies. */
#ifndef MS_CLI_WORDS_H
#define MS_CLI_WORDS_H

#include <stddef.h>

struct ms_words {
    char **list; /* NULL while count is 0 */
    size_t count;
};

void ms_words_add(struct ms_words *words, const char *word);
void ms_words_add_all(struct ms_words *words, char *const *list, size_t count);

/* Adds the words of TEXT, which blanks part. */
void ms_words_split(struct ms_words *words, const char *text);

/* Adds the words of TEXT as GCC reads a response file: blanks part words, quotes of both kinds keep
 * them together, a backslash takes the next character as it is. Source: libiberty, buildargv. */
void ms_words_split_quoted(struct ms_words *words, const char *text);

void ms_words_fini(struct ms_words *words);

#endif
