// SPDX-License-Identifier: MIT
/* Blocks whose last pointer goes out of scope in C++, also by exceptions, each of a type of its
 * own. The marks name lines in the tests. */
#include <cstdlib>
#include <string>
#include <vector>

#include <memscope.h>

#define TYPE(name)                                                                                 \
    struct name {                                                                                  \
        void *link;                                                                                \
        int value;                                                                                 \
    }
TYPE(by_throw);
TYPE(by_inner_throw);
TYPE(by_call);
TYPE(by_calls);
TYPE(by_parameter);
TYPE(by_destructor);
TYPE(by_range);
TYPE(by_lambda);
TYPE(by_method);
TYPE(by_condition);
TYPE(caught);

/* The compiler must not see that a block is not used. */
static void *volatile s_hide;
static __attribute__((noipa)) void *keep(void *block) {
    s_hide = block;
    return block;
}

template <class T> T *make() {
    return static_cast<T *>(keep(std::malloc(sizeof(T))));
}

static __attribute__((noipa)) void throw_if(bool is_true) {
    if (is_true)
        throw std::string("thrown");
}

static __attribute__((noipa)) int throws(int n) {
    MEMSCOPE by_throw *p = make<by_throw>();
    if (n == 0) {
        std::free(p);
        MEMSCOPE by_inner_throw *inner = make<by_inner_throw>();
        if (keep(inner) != nullptr)
            throw n; /* by_inner_throw */
        keep(inner);
    }
    keep(p);
    throw std::string("thrown"); /* by_throw */
}

static __attribute__((noipa)) void calls() {
    MEMSCOPE by_call *p = make<by_call>();
    throw_if(true); /* by_call */
    s_hide = p;
}

static __attribute__((noipa)) void calls_more() {
    MEMSCOPE by_calls *p = make<by_calls>();
    throw_if(p == nullptr);
    throw_if(p != nullptr);
} /* by_calls */

static __attribute__((noipa)) std::string parameter(MEMSCOPE by_parameter *given) {
    std::string text("more than what fits into the object itself");
    return std::string(text) + (keep(given) != nullptr ? "y" : "n"); /* by_parameter */
}

struct destroyed {
    by_destructor *block;
    ~destroyed() {
        keep(block);
    }
};
static __attribute__((noipa)) const char *destructor() {
    MEMSCOPE by_destructor *q = make<by_destructor>();
    destroyed d{q};
    return std::string("abc").size() == 3 ? "yes" : "no"; /* by_destructor */
}

static __attribute__((noipa)) void range() {
    std::vector<int> numbers = {1, 2, 3};
    for (int number : numbers) {
        MEMSCOPE by_range *each = make<by_range>();
        each->value = number;
        keep(each);
    } /* by_range */
}

static __attribute__((noipa)) void lambda() {
    auto function = [](int n) {
        MEMSCOPE by_lambda *p = make<by_lambda>();
        p->value = n;
        keep(p);
    }; /* by_lambda */
    function(1);
}

struct holder {
    int value;
    explicit holder(int n) : value(n) {
        MEMSCOPE by_method *p = make<by_method>();
        keep(p);
    } /* by_method */
    virtual ~holder() = default;
};

static __attribute__((noipa)) void condition() {
    if (MEMSCOPE by_condition *p = make<by_condition>()) /* by_condition */
        keep(p);
    keep(nullptr);
}

static MEMSCOPE caught *s_caught;
static __attribute__((noipa)) void caught_here() {
    MEMSCOPE caught *p = make<caught>();
    try {
        throw_if(true);
    } catch (const std::string &) {
        s_caught = p;
    }
    keep(p);
}

template <class F> void try_it(F function) {
    try {
        function();
    } catch (...) {
    }
}

int main() {
    try_it([] { throws(0); });
    try_it([] { throws(1); });
    try_it(calls);
    try_it(calls_more);
    parameter(make<by_parameter>());
    destructor();
    range();
    lambda();
    holder h(1);
    condition();
    caught_here();
    return keep(&h) == nullptr;
}
