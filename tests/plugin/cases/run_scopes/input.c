/* SPDX-License-Identifier: MIT */
/* Objects on the stack: entered behind their declaration, left on every way out of their scope. */
#include <memscope.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

struct pair {
    int a, b;
};

static volatile int s_yes = 1;

__attribute__((noinline)) static void say(const char *text) {
    printf("%s\n", text);
    fflush(stdout);
}

__attribute__((noinline)) static int fill(void *object, int size) {
    memset(object, 1, (size_t)size);
    return ((char *)object)[0];
}

static int falls_out(void) {
    MEMSCOPE char first[16];
    int sum = fill(first, 16);
    {
        MEMSCOPE struct pair second = {1, 2};
        sum += second.a;
    }
    return sum;
}

static int returns(int early) {
    MEMSCOPE char returned[24];
    if (early)
        return fill(returned, 24);
    say("late");
    return 0;
}

static void loops(void) {
    for (int i = 0; i < 4; i++) {
        MEMSCOPE char turn[8];
        fill(turn, 8);
        if (i == 0)
            continue;
        if (i == 2)
            break;
    }
    int i = 0;
    while (i < 2) {
        MEMSCOPE struct pair whiled = {i, i};
        i += 1 + whiled.a * 0;
    }
    for (MEMSCOPE struct pair range = {0, 2}; range.a < range.b; range.a++)
        say("round");
}

static void jumps(void) {
    int round = 0;
again:;
    MEMSCOPE char jumped[12];
    fill(jumped, 12);
    if (round++ < 1)
        goto again;
    {
        MEMSCOPE char inner[5];
        fill(inner, 5);
        goto out;
    }
out:
    say("out");
}

/* The declaration is jumped over. */
static void switches(int which) {
    switch (which) {
        MEMSCOPE char skipped[10];
    case 1:
        fill(skipped, 10);
        say("one");
        break;
    case 2: {
        MEMSCOPE char two[2];
        fill(two, 2);
    }
        __attribute__((fallthrough));
    default: {
        MEMSCOPE char three[3];
        fill(three, 3);
        __attribute__((fallthrough));
    }
    case 4:
        say("four");
    }
    goto middle;
    {
        MEMSCOPE char passed[7];
        fill(passed, 7);
    middle:
        say("middle");
        MEMSCOPE char behind[9];
        fill(behind, 9);
    }
}

static void computed(void) {
    void *const labels[] = {&&one, &&two};
    MEMSCOPE char stays[6];
    fill(stays, 6);
    goto *labels[s_yes];
one:
    say("one");
two:
    say("two");
}

static int expressions(void) {
    int value = ({
        MEMSCOPE char inside[11];
        fill(inside, 11);
    });
    value += ({
                 MEMSCOPE struct pair p = {3, 4};
                 p;
             }).b;
    return value;
}

static int vlas(int n) {
    int sum = 0;
    for (int i = 1; i <= n; i++) {
        MEMSCOPE char vla[i * 10];
        sum += fill(vla, i * 10);
        MEMSCOPE int matrix[i][2];
        sum += fill(matrix, (int)sizeof matrix);
    }
    return sum;
}

static int recursive(int depth) {
    MEMSCOPE char frame[40];
    fill(frame, 40);
    return depth == 0 ? 0 : frame[0] + recursive(depth - 1);
}

static void nested(void) {
    MEMSCOPE char outer[13];
    void inner_function(void) {
        MEMSCOPE char inner[14];
        fill(inner, 14);
        fill(outer, 13);
    }
    inner_function();
}

static jmp_buf s_environment;
__attribute__((noinline)) static void jumps_far(void) {
    MEMSCOPE char left[15];
    fill(left, 15);
    if (s_yes)
        longjmp(s_environment, 1);
}

static void lands(void) {
    MEMSCOPE char landing[17];
    fill(landing, 17);
    if (setjmp(s_environment) == 0)
        jumps_far();
    else
        say("landed");
}

static int single(void) {
    if (s_yes) {
        MEMSCOPE_LABEL("alone") char single[4];
        (void)single;
    }
    for (;;) {
        MEMSCOPE struct pair only = {5, 6};
        return only.a;
    }
}

/* Not tracked: the attribute is not on them, or they are no objects of the function. */
static void others(MEMSCOPE char *pointer) {
    char plain[50];
    fill(plain, 50);
    static MEMSCOPE char fixed[60];
    fill(fixed, 60);
    extern MEMSCOPE char elsewhere[];
    fill(elsewhere, 1);
    fill(pointer, 0);
}
char elsewhere[3];

int main(void) {
    falls_out();
    returns(1);
    returns(0);
    loops();
    jumps();
    switches(1);
    switches(2);
    computed();
    say(expressions() == 5 ? "5" : "not 5");
    vlas(2);
    recursive(2);
    nested();
    lands();
    single();
    others(elsewhere);
}
