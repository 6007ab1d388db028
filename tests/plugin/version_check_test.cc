/* SPDX-License-Identifier: MIT */
/* What the plugin says to a compiler that it was not built for. Ends with 0 when all is as
 * expected. */
#include "../../plugin/version_check.h"

#include <cstdio>

static int s_failures;

static const ms_compiler_version s_built = {"12.2.0", "20220819", "", "", "../configure --a"};

static void s_expect(const char *what, const ms_compiler_version &running, const char *expected) {
    std::string said = ms_version_mismatch(s_built, running);
    if (said == expected)
        return;
    printf("%s:\n  expected: %s\n  said:     %s\n", what, expected, said.c_str());
    s_failures++;
}

int main() {
    s_expect("the same", {"12.2.0", "20220819", "", "", "../configure --a"}, "");
    s_expect("another major", {"13.1.0", "20230426", "", "", "../configure --a"},
             "memscope: this plugin was built for GCC 12.2.0, but this compiler is GCC 13.1.0; use "
             "the plugin in lib/memscope/gcc-13/");
    s_expect("another minor", {"12.3.0", "20230508", "", "", "../configure --a"},
             "memscope: this plugin was built for GCC 12.2.0, but this compiler is GCC 12.3.0; "
             "build the plugin again with this compiler");
    s_expect("another day", {"12.2.0", "20220901", "", "", "../configure --a"},
             "memscope: this plugin was built for GCC 12.2.0 of 20220819, but this compiler is of "
             "20220901; build the plugin again with this compiler");
    s_expect(
        "another configuration", {"12.2.0", "20220819", "", "", "../configure --b"},
        "memscope: this plugin was built for GCC 12.2.0, but this GCC 12.2.0 was configured in "
        "another way; build the plugin again with this compiler");
    s_expect("an experimental one",
             {"12.2.0", "20220819", "experimental", nullptr, "../configure --a"},
             "memscope: this plugin was built for GCC 12.2.0 of 20220819, but this compiler is of "
             "20220819; build the plugin again with this compiler");
    return s_failures != 0;
}
