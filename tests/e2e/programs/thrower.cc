// SPDX-License-Identifier: MIT
// Exceptions over frames that hold blocks, and blocks of thread_local objects, static objects and
// destructors that run when all else has ended.
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <thread>

struct Held {
    long values[3] = {};
};
struct Local {
    std::unique_ptr<Held> held = std::make_unique<Held>();
    ~Local() {
        held = std::make_unique<Held>(); // in the thread's last moments
    }
};
static Local s_static;
static thread_local Local s_local;

static __attribute__((noipa)) void fall(int depth) {
    auto held = std::make_unique<Held>();
    if (depth == 0)
        throw std::runtime_error("a message that is too long to lie in the string itself");
    fall(depth - 1);
    held->values[0]++;
}

static void run() {
    for (int i = 0; i < 10; i++) {
        try {
            fall(5);
        } catch (const std::runtime_error &) {
            s_local.held->values[1]++;
        }
    }
}

int main() {
    for (int i = 0; i < 5; i++) {
        std::thread thread(run);
        thread.join();
    }
    run();
    s_static.held->values[2] = 1;
    std::puts("done");
    return 0;
}
