# SPDX-License-Identifier: MIT
#
# awk -v seed=N -v count=N -f random_structs.awk: COUNT structs s1, s2, ... of random members, and a
# program that has two of each on the heap. On standard error, a line for each member: struct, name,
# declaration, parted by tabs.
function pick(n) { return int(rand() * n) }
function declare(name, kind) {
    kind = pick(24)
    if (kind < 4) return "char " name ";"
    if (kind < 6) return "short " name ";"
    if (kind < 9) return "int " name ";"
    if (kind < 12) return "long " name ";"
    if (kind == 12) return "void *" name ";"
    if (kind == 13) return "long double " name ";"
    if (kind == 14) return "char " name "[" 1 + pick(11) "];"
    if (kind == 15) return "int " name "[" 2 + pick(4) "];"
    if (kind == 16) return "struct inner " name ";"
    if (kind == 17) return "union either " name ";"
    if (kind == 18) return "int " name " __attribute__((aligned(16)));"
    if (kind == 19) return "_Bool " name " : 1;"
    if (kind == 20) return "long long " name " : " 1 + pick(50) ";"
    if (kind == 21) return "unsigned char " name " : " 1 + pick(8) ";"
    if (kind == 22) return "void (*" name ")(int);"
    return "unsigned " name " : " 1 + pick(32) ";"
}
BEGIN {
    srand(seed)
    print "#include <stdlib.h>"
    print "struct inner { int i; char c; };"
    print "union either { char c[5]; short s; };"
    for (i = 1; i <= count; i++) {
        attribute = pick(12) == 0 ? " __attribute__((aligned(32)))" : ""
        members = 2 + pick(9)
        printf "struct s%d {\n", i
        for (m = 1; m <= members; m++) {
            name = "m" m
            text = m == members && pick(8) == 0 ? "short " name "[];" : declare(name)
            printf "    %s\n", text
            printf "s%d\t%s\t%s\t%s\n", i, name, text, attribute >"/dev/stderr"
        }
        printf "}%s;\nstruct s%d *p%d;\n", attribute, i, i
    }
    print "int main(void) {"
    for (i = 1; i <= count; i++)
        printf "    p%d = malloc(2 * sizeof(*p%d));\n", i, i
    print "    return 0;\n}"
}
