/* SPDX-License-Identifier: MIT */
#include "symbols/demangle.h"

#include <setjmp.h>
#include <string.h>

#define NAME_LIMIT 4096u

/* libsupc++'s, behind __cxa_demangle: hands out pieces and asks for no memory, so that it may be
 * left from within. Returns 0 when NAME is one of C++. */
int __gcclibcxx_demangle_callback(const char *name, void (*take)(const char *, size_t, void *),
                                  void *context);

struct s_text {
    size_t length;
    jmp_buf too_long;
    char bytes[NAME_LIMIT];
};

static void s_take(const char *piece, size_t length, void *context) {
    struct s_text *text = context;
    if (length > sizeof(text->bytes) - text->length)
        longjmp(text->too_long, 1);
    memcpy(text->bytes + text->length, piece, length);
    text->length += length;
}

const char *ms_demangle(struct ms_pool *pool, const char *name) {
    static struct s_text s_text; /* Synchronization: one thread at a time (symbols.h) */
    if (name[0] != '_' || name[1] != 'Z' || strnlen(name, NAME_LIMIT) == NAME_LIMIT)
        return NULL;
    s_text.length = 0;
    if (setjmp(s_text.too_long) != 0 || __gcclibcxx_demangle_callback(name, s_take, &s_text) != 0 ||
        s_text.length == 0)
        return NULL;
    return ms_pool_copy(pool, s_text.bytes, s_text.length);
}
