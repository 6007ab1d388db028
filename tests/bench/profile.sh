#!/bin/sh
# SPDX-License-Identifier: MIT
#
# profile.sh DIR [OPTIONS [PROGRAM]]: where the instructions, loads, stores and cache misses of a pair of malloc and free
# go (alloc_pairs.c PROGRAM, `one` if left out, with MEMSCOPE_OPTIONS=OPTIONS, `stack=0` if left out), by function of
# memscope's sources, also of functions that are inlined. Simulated by callgrind: the counts are the same in every run,
# the caches are those of this machine, without prefetching. First start and end, then both with all pairs are run; what stands
# here is the difference, per pair.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../realworld/lib.sh"
options=${2-stack=0} program=${3-one}
pairs=200000

cd "$dir"
export MEMSCOPE_DIR="$dir/journals"
# shellcheck disable=SC2086 # a list of flags
flags='-O2 -g -fno-omit-frame-pointer -fno-optimize-sibling-calls -pthread'
# shellcheck disable=SC2086
"$memscope" cc $flags -o profiled "$here/alloc_pairs.c"
# shellcheck disable=SC2086
gcc $flags -o profiled_bare "$here/alloc_pairs.c"

# simulate PROGRAM PAIRS OUT
simulate() {
    MEMSCOPE_OPTIONS="out=$dir/profile.mscope:$options" valgrind --tool=callgrind --cache-sim=yes \
        --callgrind-out-file="$3" "$1" "$program" "$2" 2>"$3.log" || fail "$1 ended with $?: $(tail -3 "$3.log")"
}

# Sums of a callgrind file by the function of the source that a line is in: "NAME Ir Dr Dw D1mr D1mw" as told by the first line
# at or above it that looks like the head of a function.
sum() {
    awk '
        function load(path,    line, n, name) {
            loaded[path] = 1
            name = n = 0
            while ((getline line < path) > 0) {
                n++
                if (line ~ /^[a-zA-Z_].*[(]/ && line !~ /;$/ && match(line, /[a-zA-Z_0-9]+[(]/)) {
                    name = substr(line, RSTART, RLENGTH - 1)
                    if (name == "__attribute__" || name == "aligned") {
                        rest = substr(line, RSTART + RLENGTH)
                        name = match(rest, /[a-z_0-9]+[(]/) ? substr(rest, RSTART, RLENGTH - 1) : name
                    }
                }
                function_at[path, n] = name
            }
            close(path)
        }
        function path_of(text,    id) {
            id = text
            sub(/[)].*/, ")", id)
            if (text ~ /[)] /)
                file[id] = substr(text, index(text, ") ") + 2)
            return file[id]
        }
        /^fl=/ { path = path_of(substr($0, 4)); next }
        /^f[ie]=/ { path = path_of(substr($0, 4)); next }
        /^cfi=/ || /^cfl=/ { path_of(substr($0, 5)); next }
        /^calls=/ { skip = 1; next } # what follows is spent in the one that is called
        /^[-+*0-9]/ {
            if ($1 == "*") at = last
            else if ($1 ~ /^[-+]/) at = last + $1
            else at = $1
            last = at
            if (skip) { skip = 0; next }
            where = path
            if (path ~ /runtime\/|include\/memscope/) {
                if (!(path in loaded)) load(path)
                sub(/.*runtime\//, "", where)
                where = where ":" function_at[path, at]
            } else
                where = path ~ /alloc_pairs/ ? "the-program" : "libc"
            ir[where] += $2; dr[where] += $3; dw[where] += $4; d1[where] += $6 + $7
        }
        END { for (w in ir) print w, ir[w], dr[w], dw[w], d1[w] + 0 }' "$1"
}

for build in profiled profiled_bare; do
    for count in 0 "$pairs"; do
        simulate "./$build" "$count" "$build.$count"
        sum "$build.$count" >"$build.$count.sums"
    done
done

# difference BUILD: what a pair adds, by function.
difference() {
    awk -v pairs="$pairs" '
        FNR == NR { for (i = 2; i <= 5; i++) start[$1, i] = $i; next }
        {
            for (i = 2; i <= 5; i++) value[i] = ($i - start[$1, i]) / pairs
            if (value[2] >= 0.05 || value[5] >= 0.005)
                printf "%s %.1f %.1f %.1f %.2f\n", $1, value[2], value[3], value[4], value[5]
        }' "$1.0.sums" "$1.$pairs.sums"
}

printf '%-44s %12s %7s %7s %10s\n' "$program, $options, per pair" instructions loads stores 'L1 misses'
{
    difference profiled | grep -v -e '^the-program' -e '^libc' | sort -k2,2 -rn
    difference profiled | awk '/^the-program/ || /^libc/'
    difference profiled | awk '{ for (i = 2; i <= 5; i++) all[i] += $i } END { print "all", all[2], all[3], all[4], all[5] }'
    difference profiled_bare | awk '{ for (i = 2; i <= 5; i++) all[i] += $i } END { print "bare-program", all[2], all[3], all[4], all[5] }'
} | awk '{ printf "%-44s %12.1f %7.1f %7.1f %10.2f\n", $1, $2, $3, $4, $5 }'
