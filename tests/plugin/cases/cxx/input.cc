/* SPDX-License-Identifier: MIT */
// C++: operator new, templates, exceptions, methods.
#include <cstdlib>
#include <new>

namespace shop {
struct item {
    int id;
    explicit item(int n) : id(n) {
    }
};
template <typename T> struct list {
    T *first = nullptr;
    void grow(unsigned n) {
        first = static_cast<T *>(malloc(n * sizeof(T)));
    }
};
class base {
  public:
    virtual ~base() {
    }
};
class derived : public base {};
} // namespace shop

void may_throw();
static shop::item *started = new shop::item(3);

struct guard {
    ~guard() {
        may_throw();
    }
};

shop::item *make(int n) {
    return new shop::item(n);
}

void use(unsigned n, void *place) {
    guard g;
    shop::item *one = new shop::item(1);
    shop::list<shop::item> items;
    items.grow(n);
    shop::list<int> numbers;
    numbers.grow(n);
    shop::base *b = new shop::derived;
    int *array = new int[n];
    shop::item *quiet = new (std::nothrow) shop::item(2);
    shop::item *placed = new (place) shop::item(4);
    delete one;
    delete b;
    delete[] array;
    delete quiet;
    delete started;
    delete placed;
    free(items.first);
    free(numbers.first);
    auto lambda = [n] { return static_cast<char *>(malloc(n)); };
    free(lambda());
}

// Typedefs inside a class stand for what they name.
template <typename T> struct pool {
    typedef T value_type;
    typedef T *pointer;
    static pointer take(unsigned n) {
        return static_cast<pointer>(malloc(n));
    }
    static value_type *one() {
        return static_cast<value_type *>(malloc(sizeof(value_type)));
    }
};

void use_pools(unsigned n) {
    free(pool<char>::take(n));
    free(pool<shop::item>::one());
}
