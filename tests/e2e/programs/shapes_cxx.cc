// SPDX-License-Identifier: MIT
// Classes of every kind, one block of each: see shapes.c.
#include <cstdlib>
#include <new>

struct Empty {};

struct Plain {
    char a;
    double b;
    char c;
};

struct FromEmpty : Empty {
    char a;
    long b;
    char c;
};

class Virtual {
  public:
    virtual ~Virtual() = default;

  private:
    char m_a = 0;
    long m_b = 0;
    char m_c = 0;
};

struct Full {
    long a;
    int b, c;
};

struct FromFull : Full {
    char d;
    long e;
    short f;
};

struct Padded {
    long a;
    char b;

  protected: // not an aggregate: what is derived from it may use its padding
    char c;
};

struct FromPadded : Padded {
    char d;
    long e;
    char f;
};

class FromVirtualBase : public virtual Plain {
    char m_a = 0;
    long m_b = 0;
    char m_c = 0;
};

template <typename T> struct Pair {
    char first;
    T second;
    char third;
};

int main() {
    bool failed = false;
#define MAKE(name, ...)                                                                            \
    __VA_ARGS__ *name = new (std::nothrow) __VA_ARGS__();                                          \
    failed |= name == nullptr
    MAKE(plain, Plain);
    MAKE(from_empty, FromEmpty);
    MAKE(virtual_one, Virtual);
    MAKE(from_full, FromFull);
    MAKE(from_padded, FromPadded);
    MAKE(from_virtual, FromVirtualBase);
    MAKE(pair, Pair<double>);
    return failed;
}
