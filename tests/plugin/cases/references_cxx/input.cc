// SPDX-License-Identifier: MIT
// C++: annotated references, variables that lambdas capture, structured bindings.
struct thing {
    int value;
};
struct couple {
    int *first, *second;
};
couple make();
int *global;

// What is assigned through a reference to a pointer is its block; binding it is no assignment.
void references(int *pointer) {
    int *&to_pointer [[gnu::memscope]] = pointer;
    to_pointer = new int;
    int *&&to_temporary [[gnu::memscope("label")]] = static_cast<int *>(nullptr);
    to_temporary = new int;
    auto &&deduced [[gnu::memscope]] = pointer;
    deduced = new int;
    int *&plain = pointer;
    plain = new int;
}

// Other references hold what they refer to, as pointers do.
int to_object() {
    thing &object [[gnu::memscope]] = *new thing();
    int local = 1;
    int &number [[gnu::memscope]] = local;
    number = 2;
    return object.value;
}

void parameter(int *&out [[gnu::memscope]], thing &object [[gnu::memscope]]) {
    out = new int;
    object.value = 1;
}

struct holder {
    int *&member [[gnu::memscope]];
    explicit holder(int *&pointer) : member(pointer) {
        member = new int;
    }
};

template <typename T> void in_template() {
    T &of_template [[gnu::memscope]] = *new T();
    of_template = T();
}
void instances() {
    in_template<long>();
    in_template<thing>();
}

// Captured by reference it is the variable, by copy another one.
void lambdas() {
    int *captured [[gnu::memscope("caught")]] = nullptr;
    int *other = nullptr;
    [&captured, &other] {
        captured = new int;
        other = new int;
    }();
    [&] { captured = new int; }();
    [captured]() mutable { captured = new int; }();
    [copy = captured]() mutable { copy = new int; }();
    [&](auto value) { captured = new int(value); }(1);
    [](int *argument [[gnu::memscope]]) { argument = new int; }(captured);
    auto closure [[gnu::memscope]] = [captured] { return captured; };
    closure();
}

void bindings() {
    [[gnu::memscope]] auto [one, two] = make();
    one = new int;
    two = one;
}
