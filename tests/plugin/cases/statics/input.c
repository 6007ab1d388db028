/* SPDX-License-Identifier: MIT */
/* Global and static objects that the unit defines. */
#include <memscope.h>
#include <stdio.h>

struct node {
    struct node *next;
    int values[3];
};

int counter;
int initialized = 4;
static int used_static[16] = {1, 2};
MEMSCOPE_LABEL("nodes") struct node nodes[2];
struct node *head = &nodes[0];
char text[] = "seven b";
const char *const names[] = {"one", "two"};
_Thread_local long per_thread;
static _Thread_local int private_per_thread[2];
__attribute__((weak)) int weak_one;
__attribute__((common)) int common_one;
__attribute__((section("special"), used)) static char kept[5];
struct flexible {
    int count;
    char bytes[];
} flexible = {3, {1, 2, 3}};

extern int elsewhere[10];
extern int declared_only;
int tentative[3];
int tentative[3];
typedef struct {
    double x, y;
} point;
point points[4];
void (*handler)(int);
register void *stack_pointer __asm__("rsp");
extern int alias_of_counter __attribute__((alias("counter")));

static inline int never_called(void) {
    static int in_never_called;
    return in_never_called++;
}

int function(int n) {
    static int calls;
    static MEMSCOPE char buffer[100];
    static const char format[] = "%s %s\n";
    buffer[0] = (char)n;
    {
        static int calls;
        calls++;
        buffer[1] = (char)calls;
    }
    if (n == 0) {
        static int behind[7];
        behind[1] = n;
        calls += behind[1];
    }
    printf(format, __func__, buffer);
    printf("a literal %d\n", elsewhere[0] + private_per_thread[1]);
    return calls++ + used_static[n];
}
