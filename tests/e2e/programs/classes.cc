// SPDX-License-Identifier: MIT
// C++: new, new[], placement of a library's containers, an exception in between.
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <vector>

#include <memscope.h>

namespace shapes {
struct Circle {
    double x, y, radius;
    explicit Circle(double r) : x(0), y(0), radius(r) {
        if (r < 0)
            throw std::invalid_argument("radius");
    }
};
} // namespace shapes

static MEMSCOPE shapes::Circle *s_circle;

int main() {
    s_circle = new shapes::Circle(2);
    auto *many = new long[25];
    many[3] = 4;
    int caught = 0;
    try {
        s_circle = new shapes::Circle(-1);
    } catch (const std::invalid_argument &) {
        caught = 1;
    }
    std::vector<shapes::Circle> circles;
    for (int i = 0; i < 100; i++)
        circles.emplace_back(i);
    auto owned = std::make_unique<shapes::Circle>(5);
    long sum = many[3] + static_cast<long>(circles.back().radius + owned->radius);
    delete[] many;
    delete s_circle;
    return caught == 1 && sum == 4 + 99 + 5 ? 0 : 1;
}
