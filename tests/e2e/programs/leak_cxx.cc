/* SPDX-License-Identifier: MIT */
/* leak_cxx CASE: as leak_set.c, with what C++ makes of blocks. */
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

struct first {
    virtual ~first() = default;
    long room[3] = {};
};
struct second {
    virtual ~second() = default;
    long room[5] = {};
};
struct both : first, second {};

struct counted {
    long number = 0;
    ~counted() {
        number = 1;
    }
};

struct ring {
    std::shared_ptr<ring> next;
    char room[100];
};

void *volatile g_kept;
second *volatile g_base;
std::vector<std::string> g_strings;
std::map<int, std::string> *volatile g_map;

template <class T> __attribute__((noinline, noclone)) T *keep(T *made) {
    __asm__ volatile("" : : "r"(made) : "memory");
    return made;
}

void lost() {
    keep(new both);
}

void second_base() { /* a pointer into the middle of the object */
    g_base = keep(new both);
}

void array() { /* the pointer is behind a count of elements */
    g_kept = keep(new counted[10]);
}

void lost_array() {
    keep(new counted[10]);
}

void containers() { /* as they are when main has ended */
    for (int i = 0; i < 100; i++)
        g_strings.push_back(std::string(100, 'x'));
    g_map = keep(new std::map<int, std::string>);
    for (int i = 0; i < 50; i++)
        (*g_map)[i] = std::string(200, 'y');
}

void lost_map() {
    auto *map = keep(new std::map<int, std::string>);
    (*map)[1] = std::string(200, 'z');
}

void circle_of_pointers() {
    auto one = std::make_shared<ring>(), other = std::make_shared<ring>();
    one->next = other;
    other->next = one;
}

__attribute__((noinline, noclone)) void wipe() {
    volatile char old[16384];
    for (char volatile &byte : old)
        byte = 0;
#if defined(__x86_64__)
    __asm__ volatile(
        "xor %%ebx, %%ebx; xor %%r12d, %%r12d; xor %%r13d, %%r13d; xor %%r14d, %%r14d; "
        "xor %%r15d, %%r15d"
        :
        :
        : "rbx", "r12", "r13", "r14", "r15");
#endif
}

#define CASES(X)                                                                                   \
    X(lost)                                                                                        \
    X(second_base)                                                                                 \
    X(array)                                                                                       \
    X(lost_array)                                                                                  \
    X(containers)                                                                                  \
    X(lost_map)                                                                                    \
    X(circle_of_pointers)

const struct {
    const char *name;
    void (*run)();
} s_cases[] = {
#define X(name) {#name, name},
    CASES(X)
#undef X
};

} // namespace

int main(int argc, char **argv) {
    for (const auto &one : s_cases) {
        if (argc > 1 && std::strcmp(argv[1], "list") == 0) {
            dprintf(STDOUT_FILENO, "%s\n", one.name);
        } else if (argc > 1 && std::strcmp(argv[1], one.name) == 0) {
            one.run();
            wipe();
            std::exit(0);
        }
    }
    return argc > 1 && std::strcmp(argv[1], "list") == 0 ? 0 : 2;
}
