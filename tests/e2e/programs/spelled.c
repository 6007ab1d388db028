/* SPDX-License-Identifier: MIT */
/* A block of each way to spell a type. */
#include <stdint.h>
#include <stdlib.h>

struct node {
    int value;
};
typedef struct node node_t;
typedef const node_t fixed_node_t;
union either {
    int i;
    float f;
};
enum color { RED, GREEN };
typedef struct {
    char c;
} nameless_t;
typedef node_t *node_ptr;

static void *s_kept[32];
static int s_count;

#define KEEP(pointer) s_kept[s_count++] = (void *)(uintptr_t)(pointer)

int main(void) {
    struct node *tag = malloc(sizeof(*tag));
    KEEP(tag);
    node_t *by_typedef = malloc(sizeof(*by_typedef));
    KEEP(by_typedef);
    fixed_node_t *by_const_typedef = malloc(sizeof(*by_const_typedef));
    KEEP(by_const_typedef);
    const struct node *to_const = malloc(sizeof(*to_const));
    KEEP(to_const);
    volatile node_t *to_volatile = malloc(sizeof(*to_volatile));
    KEEP(to_volatile);
    union either *either = malloc(sizeof(*either));
    KEEP(either);
    enum color *color = malloc(sizeof(*color));
    KEEP(color);
    nameless_t *nameless = malloc(sizeof(*nameless));
    KEEP(nameless);
    node_ptr *pointers = malloc(3 * sizeof(*pointers));
    KEEP(pointers);
    const char **texts = malloc(3 * sizeof(*texts));
    KEEP(texts);
    char *const *fixed = malloc(3 * sizeof(*fixed));
    KEEP(fixed);
    uint64_t *numbers = malloc(3 * sizeof(*numbers));
    KEEP(numbers);
    unsigned long long *longs = malloc(sizeof(*longs));
    KEEP(longs);
    struct node(*rows)[4] = malloc(sizeof(*rows));
    KEEP(rows);
    void (**functions)(int, const char *) = malloc(sizeof(*functions));
    KEEP(functions);
    return s_count != 15;
}
