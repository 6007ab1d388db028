/* SPDX-License-Identifier: MIT */
/* tracked_cxx: what a C++ program tracks by hand. */
#include <cstdlib>

#include <memscope.h>

struct pair {
    long first, second, third;
};

namespace shop {
template <typename T> class holder {
    T *m_held = nullptr;

  public:
    T *operator&() const {
        return m_held;
    }
};
struct price {
    int value;
};
} // namespace shop

int main() {
    memscope_tracker *tracker = memscope_tracker_new();
    char line[8] = "";
    shop::holder<int> owner;
    int value = 1;
    if (line[0] == 0) {
        double value = 2;
        MEMSCOPE_TRACK(tracker, value);
    }
    pair *const item = static_cast<pair *>(std::malloc(sizeof(pair)));
    char *file = static_cast<char *>(std::malloc(10));
    pair *made = static_cast<pair *>(std::malloc(sizeof(pair)));
    pair *&name = made;
    const shop::price *cheap = static_cast<shop::price *>(std::calloc(2, sizeof(shop::price)));
    MEMSCOPE_TRACK(tracker, line);
    MEMSCOPE_TRACK(tracker, owner);
    MEMSCOPE_TRACK(tracker, item);
    MEMSCOPE_TRACK(tracker, file);
    MEMSCOPE_TRACK(tracker, name);
    MEMSCOPE_TRACK(tracker, cheap);
    return value - 1; /* nothing ends */
}
