// SPDX-License-Identifier: MIT
// alloca into annotated pointers in C++: constructors, destructors, exceptions, lambdas, templates.
#include <alloca.h>
#include <cstdio>
#include <cstring>
#include <memscope.h>

struct pair {
    int a, b;
};

__attribute__((noinline)) static void say(const char *text) {
    std::printf("%s\n", text);
    std::fflush(stdout);
}

__attribute__((noinline)) static char fill(void *object, std::size_t size) {
    std::memset(object, 1, size);
    return static_cast<char *>(object)[size - 1];
}

struct speaker {
    speaker() {
        MEMSCOPE char *in_constructor = static_cast<char *>(alloca(3));
        fill(in_constructor, 3);
    }
    ~speaker() {
        say("destructor");
    }
    [[gnu::memscope]] pair *member = nullptr;
};

static int simple(std::size_t n) {
    speaker one;
    auto *first [[gnu::memscope]] = (char *)alloca(n);
    one.member = static_cast<pair *>(alloca(n));
    return fill(first, n) + fill(one.member, n);
}

__attribute__((noinline)) static void throws(std::size_t n) {
    MEMSCOPE char *thrown = static_cast<char *>(alloca(n));
    fill(thrown, n);
    throw 1;
}

static void catches() {
    MEMSCOPE char *caught = static_cast<char *>(alloca(4));
    fill(caught, 4);
    try {
        throws(5);
    } catch (int) {
        say("caught");
    }
}

template <typename T> static int templated(std::size_t n) {
    MEMSCOPE T *of_template = static_cast<T *>(alloca(n * sizeof(T)));
    return fill(of_template, n * sizeof(T));
}

static void condition() {
    if (char *tested [[gnu::memscope]] = static_cast<char *>(alloca(6)))
        fill(tested, 6);
    say("behind the condition");
}

static void lambdas(std::size_t n) {
    auto lambda = [](std::size_t m) {
        MEMSCOPE char *in_lambda = static_cast<char *>(alloca(m));
        return fill(in_lambda, m);
    };
    lambda(n);
    say("behind the lambda");
}

static int function_try(std::size_t n) try {
    MEMSCOPE char *in_try = static_cast<char *>(alloca(n));
    fill(in_try, n);
    throws(n);
    return 0;
} catch (int) {
    MEMSCOPE char *in_handler = static_cast<char *>(alloca(n));
    return fill(in_handler, n);
}

int main() {
    simple(8);
    catches();
    templated<char>(2);
    templated<pair>(2);
    condition();
    lambdas(10);
    function_try(11);
}
