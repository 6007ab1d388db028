// SPDX-License-Identifier: MIT
// Objects on the stack of C++ functions: classes with constructors and destructors, exceptions,
// templates, lambdas.
#include <memscope.h>
#include <cstdio>
#include <cstring>

static volatile int s_yes = 1;

__attribute__((noinline)) static void say(const char *text) {
    printf("%s\n", text);
    fflush(stdout);
}

struct noisy {
    int value;
    explicit noisy(int v) : value(v) {
        say("constructor");
    }
    ~noisy() {
        say("destructor");
    }
    explicit operator bool() const {
        return value > 0;
    }
};

__attribute__((noinline)) static void throws(int what) {
    MEMSCOPE noisy thrown(1);
    if (what == s_yes)
        throw what;
}

static void catches() {
    MEMSCOPE char around[10];
    memset(around, 0, sizeof around);
    try {
        MEMSCOPE char inside[20];
        memset(inside, 0, sizeof inside);
        throws(1);
        say("not reached");
    } catch (int) {
        MEMSCOPE char handler[30];
        memset(handler, 0, sizeof handler);
        say("caught");
    }
    throws(0);
}

template <typename T> static int holds(T value) {
    MEMSCOPE T held[3] = {value, value, value};
    return (int)held[s_yes];
}

namespace space {
class cls {
  public:
    cls() {
        MEMSCOPE char built[5];
        memset(built, 0, sizeof built);
        say("cls");
    }
    int method() const {
        auto lambda = [](int n) {
            MEMSCOPE int in_lambda[2] = {n, n};
            return in_lambda[s_yes];
        };
        return lambda(7);
    }
};
} // namespace space

static void conditions() {
    if (MEMSCOPE noisy condition = noisy(s_yes))
        say("yes");
    for (MEMSCOPE noisy loop(2); loop; loop.value--)
        say("round");
    int turns = 1;
    while (MEMSCOPE noisy turn = noisy(turns))
        turns--;
}

static noisy by_name() {
    MEMSCOPE noisy named(3);
    say("by name");
    return named;
}

static constexpr int constant(int n) {
    MEMSCOPE int digits[4] = {n, n, n, n};
    return digits[1] + digits[2];
}

static int expression() {
    return ({
               MEMSCOPE noisy inner(4);
               inner.value;
           }) +
           1;
}

int main() {
    catches();
    say(holds(1.5) + holds('b') == 99 ? "99" : "not 99");
    space::cls object;
    say(object.method() == 7 ? "7" : "not 7");
    conditions();
    noisy result = by_name();
    static_assert(constant(2) == 4, "at compile time");
    say(constant(s_yes) == 2 ? "2" : "not 2");
    say(expression() == 5 ? "5" : "not 5");
}
