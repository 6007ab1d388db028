# SPDX-License-Identifier: MIT
#
# awk -v seed=N -v dir=TEMPLATES -f generate.awk: writes a C program that allocates a lot. What it
# prints depends on the seed alone: no address, nothing undefined goes into its sum. In templates
#   @T  the number of a record type    @I  a number of its own    @M  a member
#   @N  20 to 90    @S  2 to 8         @F  a call of an earlier function

# Park and Miller's generator: all products fit in a double.
function random(below) {
    state = state * 16807 % 2147483647
    return state % below
}

function read_file(name, list,    path, line, text, count) {
    path = dir "/" name ".txt"
    count = 0
    text = ""
    while ((getline line < path) > 0) {
        if (line == "%%") {
            list[count++] = text
            text = ""
        } else
            text = text line "\n"
    }
    close(path)
    if (text == "") {
        print "generate.awk: " path " cannot be read" > "/dev/stderr"
        exit failed = 1
    }
    list[count++] = text
    return count
}

function call() {
    return functions == 0 ? "a" : "f" random(functions) "(depth + 1, a + " random(100) ")"
}

function value(letter) {
    if (letter == "T") return type
    if (letter == "I") return number
    if (letter == "N") return 20 + random(71)
    if (letter == "S") return 2 + random(7)
    if (letter == "F") return call()
    number++
    return expand(members[random(member_count)])
}

# A number that stands twice in a statement is drawn once: sizes and bounds must agree.
function expand(text,    out, at, letter, drawn) {
    out = ""
    while ((at = index(text, "@")) > 0) {
        letter = substr(text, at + 1, 1)
        if (letter != "F" && letter != "M") {
            if (!(letter in drawn)) drawn[letter] = value(letter)
            out = out substr(text, 1, at - 1) drawn[letter]
        } else
            out = out substr(text, 1, at - 1) value(letter)
        text = substr(text, at + 2)
    }
    return out text
}

function statement() {
    number++
    type = random(types)
    if (random(3) == 0) {
        printf "%s", expand(others[random(other_count)])
        return
    }
    printf "{\n%s", expand(acquires[random(acquire_count)])
    printf "fill%d(p%d, a + %d);\n", type, number, random(100)
    printf "%s}\n", expand(consumes[random(consume_count)])
}

BEGIN {
    state = (seed * 7919 + 1) % 2147483647
    for (i = 0; i < 10; i++) random(2)
    read_file("prelude", prelude)
    read_file("type", type_text)
    member_count = read_file("member", members)
    acquire_count = read_file("acquire", acquires)
    consume_count = read_file("consume", consumes)
    other_count = read_file("other", others)
    printf "%s", prelude[0]
    types = 2 + random(4)
    for (type = 0; type < types; type++) printf "%s", expand(type_text[0])
    wanted = 6 + random(8)
    for (functions = 0; functions < wanted; functions++) {
        attribute = random(3) == 0 ? "__attribute__((noinline)) " : ""
        printf "static %suint64_t f%d(unsigned depth, uint64_t a) {\n", attribute, functions
        print "if (depth > 7 || fuel-- <= 0)\nreturn a;"
        for (i = 4 + random(8); i > 0; i--) statement()
        print "mix(a);\nreturn a;\n}"
    }
    print "int main(void) {\nfor (unsigned i = 0; i < 20; i++)"
    printf "mix(f%d(0, i));\n", functions - 1
    for (type = 0; type < types; type++) printf "end%d();\n", type
    print "printf(\"%016llx\\n\", (unsigned long long)sum);\nreturn sum & 31;\n}"
}
