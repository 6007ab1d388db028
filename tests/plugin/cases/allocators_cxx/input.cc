/* SPDX-License-Identifier: MIT */
/* operator new and delete of a class are allocators; the global ones are not. */
#include <cstddef>

struct Pooled {
    long value[4];
    static void *operator new(std::size_t size);
    static void operator delete(void *block);
    static void *operator new(std::size_t, void *place) {
        return place;
    }
};
struct Plain {
    long value[2];
};

namespace own {
void *get(std::size_t size, int kind);
}

void use(void *place) {
    Pooled *pooled = new Pooled;
    Plain *plain = new Plain;
    long *numbers = static_cast<long *>(own::get(64, 1));
    Pooled *placed = new (place) Pooled;
    placed->value[0] = numbers[0];
    delete pooled;
    delete plain;
}
