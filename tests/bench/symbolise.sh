#!/bin/sh
# SPDX-License-Identifier: MIT
#
# symbolise.sh DIR [UNITS [ADDRESSES]]: compiles a C++ program of UNITS units (40: 100 MB of DWARF) in DIR,
# once, and finds the frames of ADDRESSES (100000) places in its code, in random order, with memscope
# (tests/bin/symbolise), addr2line and eu-addr2line, each where it is installed. eu-addr2line gets a
# hundredth of the addresses: see docs/cost.md. Prints seconds (elapsed, user, system) and MiB.
set -eu

[ $# -ge 1 ] || { echo "usage: symbolise.sh DIR [UNITS [ADDRESSES]]" >&2; exit 2; }
[ -x /usr/bin/time ] || { echo "skipped: there is no /usr/bin/time"; exit 77; }
: "${MEMSCOPE_BUILD:?the build tree}"
dir=$1 units=${2:-40} addresses=${3:-100000}
mkdir -p "$dir/$units"
cd "$dir/$units"

# Templates over templates, none of them the same in two units.
unit() {
    cat <<END
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>
namespace unit$1 {
template <int N> struct item {
    std::string name;
    long values[N + 1];
    std::vector<std::string> parts;
    std::map<std::string, std::vector<item<N / 2>>> below;
};
template <> struct item<0> { int x; };
template <int N> int work(std::map<std::string, item<N>> &all, const std::string &text) {
    std::unordered_map<std::string, std::set<long>> seen;
    std::vector<std::function<int(const item<N> &)>> steps;
    for (auto &entry : all) {
        seen[entry.first].insert(entry.second.values[0]);
        entry.second.parts.push_back(text + entry.first);
        std::sort(entry.second.parts.begin(), entry.second.parts.end(),
                  [](const std::string &a, const std::string &b) { return a.size() < b.size(); });
        steps.push_back([&](const item<N> &one) { return int(one.parts.size() + seen.size()); });
        std::make_shared<item<N>>(entry.second)->below[text].emplace_back();
    }
    int sum = 0;
    for (auto &entry : all)
        for (auto &step : steps)
            sum += step(entry.second);
    if constexpr (N > 1) {
        std::map<std::string, item<N / 2>> half;
        sum += work<N / 2>(half, text);
    }
    return sum;
}
int run(const std::string &text) {
    std::regex pattern("a+b*$1(c|d)");
    std::map<std::string, item<40 + $1>> all;
    all[text];
    return work<40 + $1>(all, text) + std::regex_match(text, pattern);
}
}
END
}

if [ ! -x program ]; then
    {
        echo '#include <string>'
        i=0
        while [ "$i" -lt "$units" ]; do
            unit "$i" >"u$i.cc"
            ${CXX:-g++} -std=c++17 -O2 -g -c "u$i.cc"
            echo "namespace unit$i { int run(const std::string &); }"
            i=$((i + 1))
        done
        echo 'int main(int, char **argv) { int sum = 0;'
        i=0
        while [ "$i" -lt "$units" ]; do
            echo "sum += unit$i::run(argv[0]);"
            i=$((i + 1))
        done
        echo 'return sum == -1; }'
    } >main.cc
    ${CXX:-g++} -std=c++17 -O2 -g -no-pie -o program main.cc u*.o
fi
# Places in functions, each once, always the same ones.
nm -S --defined-only program | awk 'NF == 4 && $3 ~ /^[tTwW]$/ { print $1, $2 }' | sort -u |
    while read -r start size; do echo "$((0x$start)) $((0x$size))"; done |
    awk -v wanted="$addresses" '
        { start[NR] = $1; size[NR] = $2; total += $2 }
        END {
            step = int(total / wanted); if (step < 1) step = 1
            srand(1)
            for (i = 1; i <= NR; i++)
                for (at = 0; at < size[i]; at += step) printf "%.9f %x\n", rand(), start[i] + at
        }' | sort -k1,1 | head -n "$addresses" | cut -d' ' -f2 >pc
while read -r pc; do printf '%x\n' $((0x$pc + 1)); done <pc >returns
head -n $((addresses / 100)) pc >few

run() { # NAME INPUT COMMAND...
    name=$1 input=$2
    shift 2
    /usr/bin/time -o time -f "%e %U %S %M" "$@" <"$input" >"out.$name"
    awk -v name="$name" -v count="$(wc -l <"$input")" \
        '{ printf "%-13s %7d addresses %7.2f s (%.2f user, %.2f system), %d MiB\n", name, count, $1, $2, $3, $4 / 1024 }' time
}
size -A program | awk '/debug/ { sum += $2 } END { printf "%d MB of debug information\n", sum / 1e6 }'
run memscope returns "$MEMSCOPE_BUILD/tests/bin/symbolise" program
run one-process returns "$MEMSCOPE_BUILD/tests/bin/symbolise" program own
run addr2line pc addr2line -f -i -e program
cmp -s out.memscope out.one-process || { echo "two processes give other frames than one" >&2; exit 1; }
# Functions and folders are spelled differently; the files and lines are what can be compared.
sed -n '0~2{s/ (discriminator.*//;s|.*/||;p}' out.memscope >lines.memscope
sed -n '0~2{s/ (discriminator.*//;s|.*/||;p}' out.addr2line >lines.addr2line
echo "$(diff lines.memscope lines.addr2line | grep -c '^[<>]') of $(wc -l <lines.addr2line) lines differ from addr2line's"
if command -v eu-addr2line >/dev/null; then
    run eu-addr2line few eu-addr2line -f -i -e program
fi
