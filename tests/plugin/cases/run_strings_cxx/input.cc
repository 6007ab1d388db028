// SPDX-License-Identifier: MIT
// Strings of all characters: of those that libstdc++ has compiled the blocks have a variable.
// Since GCC 15 assertions are on at -O0, and strings compiled in the program, unless it says so.
#define _GLIBCXX_NO_ASSERTIONS
#include <cstdio>
#include <string>

static void say(const char *text) {
    std::printf("%s\n", text);
    std::fflush(stdout);
}

template <typename String> static void grow(const char *name) {
    say(name);
    String text;
    text.resize(100);
    text += text;
}

int main() {
    grow<std::string>("string");
    grow<std::wstring>("wstring");
    grow<std::u16string>("u16string");
    grow<std::u32string>("u32string");
}
