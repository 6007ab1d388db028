/* SPDX-License-Identifier: MIT */
#include "cli/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const char s_blanks[] = " \t\n\r\v\f";

static void s_add_owned(struct ms_words *words, char *word) {
    words->list = ms_cli_resize(words->list, (words->count + 2) * sizeof(*words->list));
    words->list[words->count++] = word;
    words->list[words->count] = NULL;
}

void ms_words_add(struct ms_words *words, const char *word) {
    s_add_owned(words, ms_cli_copy(word));
}

void ms_words_add_all(struct ms_words *words, char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        ms_words_add(words, list[i]);
}

void ms_words_split(struct ms_words *words, const char *text) {
    for (;;) {
        text += strspn(text, s_blanks);
        size_t length = strcspn(text, s_blanks);
        if (length == 0)
            return;
        s_add_owned(words, ms_cli_format("%.*s", (int)length, text));
        text += length;
    }
}

void ms_words_split_quoted(struct ms_words *words, const char *text) {
    char *word = ms_cli_alloc(strlen(text) + 1);
    for (;;) {
        size_t length = 0;
        char quote = '\0';
        text += strspn(text, s_blanks);
        if (*text == '\0')
            break;
        for (; *text != '\0' && (quote != '\0' || strchr(s_blanks, *text) == NULL); text++) {
            if (*text == '\\' && text[1] != '\0')
                word[length++] = *++text;
            else if (*text == quote)
                quote = '\0';
            else if (quote == '\0' && (*text == '\'' || *text == '"'))
                quote = *text;
            else
                word[length++] = *text;
        }
        word[length] = '\0';
        ms_words_add(words, word);
    }
    free(word);
}

void ms_words_fini(struct ms_words *words) {
    for (size_t i = 0; i < words->count; i++)
        free(words->list[i]);
    free(words->list);
    *words = (struct ms_words){NULL, 0};
}
