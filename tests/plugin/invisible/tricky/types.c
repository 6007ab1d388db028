/* SPDX-License-Identifier: MIT */
/* Pointers of unusual types: atomic, volatile, thread-local, of vectors, of other address spaces.
 */
#include <stdatomic.h>
#include <stdlib.h>

typedef float vector __attribute__((vector_size(16)));
typedef int callback(int);
union any {
    int *i;
    float *f;
} __attribute__((transparent_union));
struct packed {
    char c;
    struct packed *next;
    unsigned bits : 3;
} __attribute__((packed));
struct __attribute__((scalar_storage_order("big-endian"))) swapped {
    int value;
};
enum later;
struct later;

_Atomic(struct packed *) s_atomic;
static _Thread_local struct packed *s_thread;
static struct packed *volatile s_volatile;
register struct packed *s_register __asm__("r15");
#ifdef __x86_64__
int *__seg_gs s_segment;
int __seg_gs *far(int);
int __seg_fs *from_malloc(void) {
    int __seg_fs *p = (int __seg_fs *)malloc(4);
    *p = *far(3);
    s_segment = malloc(8);
    return p;
}
#endif

void take(union any any);
struct later *make_later(void);
void get(void **);
int get_two(void *restrict *restrict, const void **);

#define NEW(x)                                                                                     \
    _Generic((x), int *: malloc(sizeof(int)), float *: calloc(1, 4), default: malloc(sizeof *(x)))

int all(int count) {
    s_atomic = malloc(sizeof *s_thread);
    s_thread = malloc(sizeof *s_thread);
    s_volatile = s_thread->next = malloc(sizeof *s_volatile);
    s_register = malloc(sizeof *s_register);
    atomic_store(&s_atomic, s_thread);
    int *i = NEW(i);
    float *f = NEW(f);
    vector *v = aligned_alloc(16, sizeof *v);
    *v = (vector){1, 2, 3, 4};
    take(i);
    take(f);
    callback **calls = malloc(count * sizeof *calls);
    void (*code)(void) = (void (*)(void))malloc(10);
    struct swapped *swapped = malloc(sizeof *swapped);
    swapped->value = count;
    _Complex double *complex = malloc(sizeof *complex);
    *complex = 1.0i;
    __int128 *wide = malloc(sizeof *wide);
    _Bool *truth = malloc(3);
    struct later *later = make_later();
    union any any = {.i = malloc(3 * sizeof *any.i)};
    struct packed **two = (struct packed *[]){malloc(8), malloc(9)};
    const char *const restrict text = malloc(4);
    void *out, *restrict out2;
    const void *out3;
    get(&out);
    get((void **)&s_thread->next);
    get((void **)&s_atomic);
    get_two(&out2, &out3);
    struct packed *one = out, *other = out2;
    return calls[0](3) + (code != 0) + (later != 0) + *any.i + two[0]->bits + text[0] + one->c +
           other->c + (int)*wide + *truth + swapped->value;
}
