/* SPDX-License-Identifier: MIT */
/* Where the type of a block comes from. */
#include <stdlib.h>
#include <string.h>

struct node {
    struct node *next;
    int value;
};
struct other {
    int a[8];
};
struct sdshdr8 {
    unsigned char len;
    char buf[];
};
typedef char *sds;

void *xmalloc(size_t n);
void take(struct node *node);
void take_bytes(char *bytes);
struct node *global;

struct node *by_return(void) {
    return xmalloc(16);
}

void by_argument(void) {
    take(xmalloc(16));
}

void by_first_use(void) {
    void *p = xmalloc(16);
    ((struct node *)p)->value = 1;
}

void by_global(void) {
    global = xmalloc(16);
}

/* The variable, not the parameter that it is passed to before. */
void variable_first(void) {
    void *p = xmalloc(32);
    take(p);
    struct other *other = p;
    other->a[0] = 1;
}

/* A struct is better than bytes. */
void struct_over_bytes(void) {
    char *bytes = xmalloc(16);
    take_bytes(bytes);
    struct node *node = (struct node *)bytes;
    node->value = 2;
}

/* The start of the block, not what lies behind a header. */
void start_over_offset(size_t n) {
    char *bytes = xmalloc(16 + n);
    struct node *node = (struct node *)(bytes + 16);
    take(node);
}

/* As Redis makes its strings. */
sds string_new(const char *init, size_t n) {
    void *sh = xmalloc(sizeof(struct sdshdr8) + n + 1);
    if (sh == NULL)
        return NULL;
    if (!init)
        memset(sh, 0, sizeof(struct sdshdr8) + n + 1);
    sds s = (char *)sh + sizeof(struct sdshdr8);
    struct sdshdr8 *header = (struct sdshdr8 *)(s - sizeof(struct sdshdr8));
    header->len = n;
    if (n && init)
        memcpy(s, init, n);
    s[n] = '\0';
    return s;
}

/* One of two calls, through a join. */
struct node *joined(int zero) {
    void *p = zero ? calloc(1, 16) : xmalloc(16);
    struct node *node = p;
    return node;
}

/* Used again in a loop. */
struct node *list(int count) {
    struct node *first = NULL;
    while (count-- > 0) {
        struct node *node = xmalloc(16);
        node->next = first;
        first = node;
    }
    return first;
}

/* Through a function that gives back what it gets. */
struct node *cleared(void) {
    struct node *node = memset(xmalloc(16), 0, 16);
    return node;
}

/* From the memory that a call has left it in. */
int from_memory(struct other **out, int (*give)(void **out)) {
    void *p;
    if (give(&p) != 0)
        return 1;
    struct other *other = p;
    *out = other;
    return 0;
}
