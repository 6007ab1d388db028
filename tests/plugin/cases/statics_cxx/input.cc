// SPDX-License-Identifier: MIT
// Global and static objects of C++: members, inline variables, templates; no tables of virtual
// functions, no guards.
#include <memscope.h>

struct base {
    virtual ~base() = default;
    virtual int value() {
        return 1;
    }
};

namespace space {
int inside[2];
class cls {
  public:
    static long count;
    inline static short inlined = 3;
    int method() {
        static base local;
        count++;
        inlined++;
        return local.value();
    }
};
long cls::count;
} // namespace space

namespace {
int hidden[3];
}

template <typename T> T per_type = T(1);
template <typename T> struct holder { static T held[4]; };
template <typename T> T holder<T>::held[4];

inline int header_variable[5];
thread_local base object;

int use(int n) {
    const int &extended = n + 1;
    static const int &static_extended = 12;
    auto lambda = [](int m) {
        static int in_lambda = m;
        return in_lambda++;
    };
    hidden[n] = 1;
    return space::cls().method() + per_type<int> + (int)per_type<double> + holder<char>::held[n] +
           header_variable[n] + lambda(n) + object.value() + extended + static_extended + hidden[0];
}
