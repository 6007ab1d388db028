/* SPDX-License-Identifier: MIT */
#include "base/journal_dir.h"

#include <stdlib.h>
#include <string.h>

/* Text that is put together in a buffer of fixed size; `full` sticks. */
struct s_text {
    char *bytes;
    size_t size;
    size_t length;
    bool full;
};

static void s_append_bytes(struct s_text *text, const char *bytes, size_t length) {
    if (text->full || length >= text->size - text->length) {
        text->full = true;
        return;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

static void s_append(struct s_text *text, const char *string) {
    s_append_bytes(text, string, strlen(string));
}

static void s_append_number(struct s_text *text, uint32_t number) {
    char digits[10];
    size_t start = sizeof(digits);
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    s_append_bytes(text, digits + start, sizeof(digits) - start);
}

static const char *s_environment(const char *name) {
    const char *value = secure_getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

bool ms_journal_dir_path(char *path, size_t size, uint32_t uid) {
    if (size == 0)
        return false;
    path[0] = '\0';
    struct s_text text = {.bytes = path, .size = size};
    const char *own = s_environment("MEMSCOPE_DIR");
    const char *runtime = s_environment("XDG_RUNTIME_DIR");
    if (own != NULL) {
        s_append(&text, own);
    } else if (runtime != NULL) {
        s_append(&text, runtime);
        s_append(&text, "/memscope");
    } else {
        s_append(&text, "/tmp/memscope-");
        s_append_number(&text, uid);
    }
    return !text.full;
}

static void s_append_host(struct s_text *text, const char *host) {
    for (; *host != '\0'; host++)
        s_append_bytes(text, *host == '/' ? "_" : host, 1);
}

bool ms_journal_dir_expand(char *out, size_t size, const char *pattern, const char *program,
                           uint32_t pid, const char *host) {
    if (size == 0)
        return false;
    out[0] = '\0';
    struct s_text text = {.bytes = out, .size = size};
    const char *slash = strrchr(program, '/');
    for (const char *p = pattern; *p != '\0'; p++) {
        if (*p != '%') {
            s_append_bytes(&text, p, 1);
            continue;
        }
        switch (*++p) {
        case 'e':
            s_append(&text, slash != NULL ? slash + 1 : program);
            break;
        case 'p':
            s_append_number(&text, pid);
            break;
        case 'h':
            s_append_host(&text, host);
            break;
        case '%':
            s_append(&text, "%");
            break;
        default:
            return false;
        }
    }
    return !text.full;
}
