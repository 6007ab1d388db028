// SPDX-License-Identifier: MIT
// sales ORDERS: an order comes in, its lines are added up by customer, and the last orders are kept
// for later questions.
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shop {

struct Line {
    int product;
    bool gift;
    double price;
};

struct Order {
    long number;
    std::string customer;
    std::vector<Line> lines;

    double total() const {
        double sum = 0;
        for (const Line &line : lines)
            sum += line.price;
        return sum;
    }
};

/* The newest CAPACITY of what was added. */
template <typename T, std::size_t CAPACITY> class History {
  public:
    void add(std::unique_ptr<T> value) {
        if (m_values.size() == CAPACITY)
            m_values.pop_front();
        m_values.push_back(std::move(value));
    }
    std::size_t size() const {
        return m_values.size();
    }

  private:
    std::deque<std::unique_ptr<T>> m_values;
};

} // namespace shop

int main(int argc, char **argv) {
    long wanted = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
    if (wanted <= 0) {
        std::fputs("usage: sales ORDERS\n", stderr);
        return 2;
    }
    std::map<std::string, double> sales;
    shop::History<shop::Order, 1000> history;
    for (long number = 0; number < wanted; number++) {
        auto order = std::make_unique<shop::Order>();
        order->number = number;
        order->customer = "customer number " + std::to_string(number % 500);
#ifdef RESERVE
        order->lines.reserve(5);
#endif
        for (int i = 0; i < 5; i++)
            order->lines.push_back({i, i == 4, 1.25 * i});
        sales[order->customer] += order->total();
        history.add(std::move(order));
    }
    double sum = 0;
    for (const auto &[customer, total] : sales)
        sum += total;
    std::printf("%zu customers, %g in all, %zu orders in the history\n", sales.size(), sum,
                history.size());
    return 0;
}
