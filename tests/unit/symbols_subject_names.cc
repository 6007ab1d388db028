// SPDX-License-Identifier: MIT
// The C++ program that test_demangle reads. It prints, of each function that it calls: a return
// address within its file, the function as its debug information has it, and as its symbol has it,
// between tabs.
#include <link.h>

#include <cstdint>
#include <cstdio>

static int s_take_base(struct dl_phdr_info *info, size_t, void *base) {
    *static_cast<uintptr_t *>(base) = info->dlpi_addr;
    return 1; // the program itself is first
}

static uintptr_t s_base() {
    uintptr_t base = 0;
    dl_iterate_phdr(s_take_base, &base);
    return base;
}

#define NOINLINE __attribute__((noinline, noclone))

extern "C" NOINLINE void s_tell(const char *name, const char *symbol) {
    std::printf("%lx\t%s\t%s\n",
                static_cast<unsigned long>(uintptr_t(__builtin_return_address(0)) - s_base()), name,
                symbol);
}
#define STAY __asm__ volatile("" ::: "memory")

namespace outer {

namespace {
NOINLINE void hidden(int) {
    s_tell("outer::(anonymous namespace)::hidden", "outer::(anonymous namespace)::hidden(int)");
    STAY;
}
} // namespace

template <class T> struct box {
    T value;
    NOINLINE void take(const T *from);
    NOINLINE static void drop() {
        s_tell("outer::box<int>::drop", "outer::box<int>::drop()");
        STAY;
    }
};

template <class T> void box<T>::take(const T *from) {
    value = *from;
    s_tell("outer::box<int>::take", "outer::box<int>::take(int const*)");
    STAY;
}

namespace inner {
NOINLINE void defined(long, char *);
}

} // namespace outer

NOINLINE void outer::inner::defined(long, char *) {
    s_tell("outer::inner::defined", "outer::inner::defined(long, char*)");
    STAY;
}

NOINLINE static void plain() {
    s_tell("plain", "plain()");
    STAY;
}

int main() {
    int one = 1;
    outer::box<int> box;
    outer::hidden(1);
    box.take(&one);
    box.drop();
    outer::inner::defined(1, nullptr);
    plain();
    s_tell("main", "main");
}
