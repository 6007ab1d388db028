/* SPDX-License-Identifier: MIT */
// What C++ programs allocate through the library and the language: claimed by the right types, at
// every level of optimization.
// Since GCC 15 assertions are on at -O0, and strings compiled in the program, unless it says so.
#define _GLIBCXX_NO_ASSERTIONS
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace shop {
struct item {
    double price;
    long id;
};
struct loud {
    long value;
    ~loud() {
        value = 0;
    }
};
struct pooled {
    char data[48];
    static void *operator new(size_t size) {
        return malloc(size);
    }
    static void operator delete(void *p) {
        free(p);
    }
};
class base {
  public:
    virtual ~base() {
    }
};
class derived : public base {
  public:
    long more[9] = {};
};
struct named {
    std::string name;
};
} // namespace shop

template <typename T> T *array_of(size_t n) {
    return static_cast<T *>(malloc(n * sizeof(T)));
}

int main(int argc, char **) {
    size_t n = static_cast<size_t>(argc) + 2; // 3
    std::vector<shop::item> items(n);
    std::map<int, shop::item> by_id;
    by_id[4].id = 5;
    auto unique = std::make_unique<shop::item[]>(n);
    auto *loud = new shop::loud[n]; // how many there are lies in front
    auto *pooled = new shop::pooled;
    shop::base *base = new shop::derived;
    auto *array = array_of<shop::item>(n);
    std::string text(n * 20, 'a');
    text.append(n * 100, 'b'); // libstdc++'s own code allocates
    shop::named *named = new shop::named;
    named->name.assign(200, 'c');
    auto *placed = new (array) shop::item;
    auto closure = [copy = std::vector<short>(n)] { return copy.size(); };
    placed->id = static_cast<long>(closure() + text.size() + by_id.size());
    bool good = array[0].id == 3 + 360 + 1 && unique[2].id == 0;
    delete named;
    free(array);
    delete base;
    delete pooled;
    delete[] loud;
    return good ? 0 : 1;
}
