#!/bin/sh
# SPDX-License-Identifier: MIT
#
# bench.sh [DIR [full]]: what memscope costs, and what other profilers cost, as ratios to the bare program:
# processor time of the process and of what it starts. Each round runs every variant in turn, so that a
# ratio compares neighbours in time. Without `full` it takes less than a minute; `full` adds programs (also
# Lua, SQLite and Redis, built from the distribution's sources), the other profilers that are installed, and
# more rounds. Fails when a program was not measured.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
: "${MEMSCOPE_SOURCE=$(cd "$here/../.." && pwd)}" "${MEMSCOPE_BUILD=$MEMSCOPE_SOURCE/build/release}"
mkdir -p "${1-/tmp/memscope-bench}"
dir=$(cd "${1-/tmp/memscope-bench}" && pwd)
how=${2-quick}
. "$here/../realworld/lib.sh"
cd "$dir"
export MEMSCOPE_DIR="$dir/journals"

flags='-O2 -g -fno-omit-frame-pointer -fno-optimize-sibling-calls -pthread'
# shellcheck disable=SC2086 # a list of flags
{
    gcc $flags -o bare "$here/alloc_pairs.c"
    "$memscope" cc $flags -o compiled "$here/alloc_pairs.c"
    [ -x "$cpu_time" ] || { cpu_time=$dir/cpu_time && gcc -O2 -D_GNU_SOURCE -o cpu_time "$here/cpu_time.c"; }
}

rounds=3 pairs=2000000 programs='one numbers'
if [ "$how" = full ]; then
    rounds=7 pairs=5000000 programs='one two handed deep numbers'
fi

# prepare VARIANT: sets what it takes to run a variant: $build, bare or compiled, $under, $options, $preload
# and $environment.
prepare() {
    build=bare under='' preload='' options='' environment=''
    case $1 in
    bare) ;;
    off) build=compiled options=preset=off ;;
    not_started) build=compiled options=start=0 ;;
    sample_bytes=512K) build=compiled options=sample_bytes=512K ;;
    sample_rate=0.01) build=compiled options=sample_rate=0.01 ;;
    no_stacks) build=compiled options=stack=0 ;;
    stacks_of_8) build=compiled options=max_stack_depth=8 ;;
    stacks_of_20) build=compiled options=max_stack_depth=20 ;;
    not_compiled) preload=$MEMSCOPE_BUILD/lib/libmemscope.so ;;
    heaptrack) under="heaptrack -o $dir/heaptrack" ;;
    memprof) build=memprof environment=MEMPROF_OPTIONS=log_path=$dir/memprof ;;
    jemalloc) preload=$jemalloc ;;
    jemalloc_512K) preload=$jemalloc environment=MALLOC_CONF=prof:true,lg_prof_sample:19 ;;
    jemalloc_all) preload=$jemalloc environment=MALLOC_CONF=prof:true,lg_prof_sample:0 ;;
    tcmalloc) preload=$tcmalloc ;;
    tcmalloc_512K) preload=$tcmalloc environment=TCMALLOC_SAMPLE_PARAMETER=524288 ;;
    massif) under="valgrind --tool=massif --massif-out-file=$dir/massif" ;;
    dhat) under="valgrind --tool=dhat --dhat-out-file=$dir/dhat" ;;
    esac
}

# name_program PROGRAM COUNT: $command, in the build that is prepared. COUNT is how much it does.
name_program() {
    [ "$build" = bare ] && kind=plain || kind=memscope
    case $1 in
    lua_*) command="lua/lua-$kind/src/lua $here/../realworld/lua/${1#lua_}.lua $2" ;;
    speedtest1) command="sqlite/speedtest1-$kind --memdb --size $2" ;;
    redis) command="redis/redis-$kind/src/redis-server --port $port --bind 127.0.0.1 --save '' --appendonly no" ;;
    *) command="./$build $1 $2" ;;
    esac
}

# The command that is prepared, as a child.
start() {
    # shellcheck disable=SC2086 # a command with its arguments
    "$cpu_time" time env LD_PRELOAD="$preload" $environment "MEMSCOPE_OPTIONS=out=$dir/bench.mscope:$options" \
        $under $command >run.log 2>&1
}

# serve REQUESTS: the same for a Redis that is asked so much, and then ended.
port=27101
serve() {
    start &
    server=$! waited=0
    until [ "$(redis/redis-plain/src/redis-cli -p $port PING 2>/dev/null)" = PONG ]; do
        kill -0 $server 2>/dev/null && [ $waited -lt 300 ] || return 1
        sleep 0.1
        waited=$((waited + 1))
    done
    redis/redis-plain/src/redis-benchmark -p $port -c 20 -P 16 -r 20000 -d 64 -n "$1" \
        -t set,get,lpush,rpop,sadd,hset,zadd -q >load.log 2>&1 || return 1
    redis/redis-plain/src/redis-cli -p $port SHUTDOWN NOSAVE 2>/dev/null || :
    wait $server
}

# run VARIANT PROGRAM COUNT: microseconds of processor time in $cpu, KiB at most in $rss.
run() {
    prepare "$1"
    name_program "$2" "$3"
    rm -f bench.mscope
    case $2 in
    redis) serve "$3" ;;
    *) start ;;
    esac || fail "$1 of $2 ended with $?: $(tail -n 3 run.log)"
    cpu=$(cut -d' ' -f2 time)
    rss=$(cut -d' ' -f3 time)
}

# measure PROGRAM COUNT VARIANT...: lines "ROUND VARIANT MICROSECONDS" in times.PROGRAM.
measure() {
    program=$1 count=$2
    shift 2
    : >"times.$program"
    round=0
    while [ "$round" -lt "$rounds" ]; do
        for variant in "$@"; do
            run "$variant" "$program" "$count"
            echo "$round $variant $cpu" >>"times.$program"
        done
        round=$((round + 1))
    done
}

# table FILE COUNT BASE: a line for each variant in it, against the variant BASE of the same round.
table() {
    awk -v count="$2" -v base="$3" '
        $2 == base { bare[$1] = $3; if (!least_bare || $3 < least_bare) least_bare = $3 }
        { time[$1, $2] = $3; if (!($2 in least) || $3 < least[$2]) least[$2] = $3
          if (!($2 in seen)) { seen[$2] = 1; order[++variants] = $2 }
          rounds = $1 + 1 }
        END {
            for (v = 1; v <= variants; v++) {
                name = order[v]
                n = 0
                for (r = 0; r < rounds; r++) {
                    ratio = time[r, name] / bare[r]
                    for (i = n++; i > 0 && sorted[i] > ratio; i--)
                        sorted[i + 1] = sorted[i]
                    sorted[i + 1] = ratio
                }
                printf "  %-18s %8.1f %8.2f %8.2f   %.2f to %.2f\n", name, least[name] * 1000 / count,
                    least[name] / least_bare, sorted[int((n + 1) / 2)], sorted[1], sorted[n]
            }
        }' "$1"
}

has() {
    command -v "$1" >/dev/null
}

# library NAME: its path, empty when it is not installed.
library() {
    ldconfig -p 2>/dev/null | sed -n "s/.*$1 .*=> //p" | head -n 1
}

ours='bare off not_started sample_bytes=512K sample_rate=0.01 no_stacks stacks_of_8 stacks_of_20'
others='' missing='' slow='' under_programs=''
if [ "$how" = full ]; then
    PATH=$PATH:/sbin:/usr/sbin
    jemalloc=$(library 'libjemalloc\.so\.2') tcmalloc=$(library 'libtcmalloc\.so\.4')
    has heaptrack && slow="$slow heaptrack" under_programs=heaptrack || missing="$missing heaptrack"
    has valgrind && slow="$slow massif dhat" || missing="$missing valgrind"
    # shellcheck disable=SC2086
    clang $flags -fmemory-profile -o memprof "$here/alloc_pairs.c" 2>/dev/null && slow="$slow memprof" ||
        missing="$missing clang's-MemProf"
    [ -n "$jemalloc" ] && others="$others jemalloc jemalloc_512K" slow="$slow jemalloc_all" || missing="$missing jemalloc"
    [ -n "$tcmalloc" ] && others="$others tcmalloc tcmalloc_512K" || missing="$missing tcmalloc"
fi

grep -m 1 'model name' /proc/cpuinfo | sed 's/.*: //'
echo "processor time: ns a pair (least of $rounds), ratio of the least, median ratio, ratios from to"
for program in $programs; do
    # shellcheck disable=SC2086
    measure "$program" "$pairs" $ours not_compiled $others
    echo "$program, $pairs pairs:"
    table "times.$program" "$pairs" bare
done

# Those that are slow get a tenth, and the time that they take for nothing is left out.
if [ -n "$slow" ]; then
    few=$((pairs / 10)) rounds=3
    for program in one numbers; do
        # shellcheck disable=SC2086
        measure "$program" "$few" bare $slow
        mv "times.$program" times.few
        # shellcheck disable=SC2086
        measure "$program" 0 bare $slow
        awk 'FNR == NR { if (!($2 in idle) || $3 < idle[$2]) idle[$2] = $3; next }
            { print $1, $2, $3 - idle[$2] }' "times.$program" times.few >times.slow
        echo "$program, $few pairs, without start and end:"
        table times.slow "$few" bare
    done
fi
# Programs of others, which their scripts in realworld/ build. The columns are milliseconds a run.
others_programs() {
    rounds=5
    for name in lua sqlite redis; do
        MEMSCOPE_BUILD=$MEMSCOPE_BUILD MEMSCOPE_SOURCE=$MEMSCOPE_SOURCE CPU_TIME=$cpu_time \
            "$here/../realworld/$name.sh" "$dir/$name" >"$name.log" 2>&1 || {
            missing="$missing $name($(tail -n 1 "$name.log"))"
            continue
        }
        grep -E 'processor time|throughput' "$name.log" || :
        case $name in
        lua) set -- lua_tables 10 lua_strings 10 lua_closures 10 ;;
        sqlite) set -- speedtest1 10 && build_speedtest1 ;;
        redis) set -- redis 100000 ;;
        esac
        while [ $# -gt 0 ]; do
            # shellcheck disable=SC2086 # lists
            measure "$1" "$2" $ours not_compiled $others $under_programs
            echo "$1 $2, milliseconds a run:"
            table "times.$1" 1000000 bare
            shift 2
        done
    done
}

# speedtest1 is SQLite's own measure, in its sources.
build_speedtest1() {
    source=$dir/sqlite/sqlite3-one-file
    for kind in plain memscope; do
        [ $kind = plain ] && compiler=gcc || compiler="$memscope cc"
        # shellcheck disable=SC2086 # a command with its arguments
        $compiler -O2 -g -fno-omit-frame-pointer -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION -I "$source" \
            -o "sqlite/speedtest1-$kind" "$source/test/speedtest1.c" "$source/sqlite3.c" -lm >speedtest1.log 2>&1 ||
            fail "speedtest1 does not compile: $(tail -n 3 speedtest1.log)"
    done
}
[ "$how" != full ] || others_programs

[ -z "$missing" ] || echo "not installed:$missing"

# least VARIANT PROGRAM: microseconds, of times.PROGRAM.
least() {
    awk -v name="$1" '$2 == name && (!n++ || $3 < least) { least = $3 } END { print least }' "times.$2"
}

[ "$how" = full ] || measure deep $((pairs / 2)) stacks_of_8 stacks_of_20
deep=$([ "$how" = full ] && echo "$pairs" || echo $((pairs / 2)))
awk -v more="$(least stacks_of_20 deep)" -v less="$(least stacks_of_8 deep)" -v pairs="$deep" \
    'BEGIN { printf "a frame of a stack: %.2f ns\n", (more - less) * 1000 / 12 / pairs }'

held=1000000
run bare held $held && bare_held=$rss
run bare held 0 && bare_idle=$rss
run stacks_of_20 held 0 && idle=$rss
idle_journal=$(wc -c <bench.mscope)
run stacks_of_20 held $held && full_held=$rss
awk -v held=$held -v bare_held="$bare_held" -v bare_idle="$bare_idle" -v idle="$idle" -v full_held="$full_held" \
    -v idle_journal="$idle_journal" -v journal="$(wc -c <bench.mscope)" 'BEGIN {
        printf "memory: %d KiB in a program that does nothing, %.1f bytes a live block of 32 bytes\n",
            idle - bare_idle, (full_held - bare_held - (idle - bare_idle)) * 1024 / held
        printf "journal: %d KiB, %.1f bytes a live block\n", idle_journal / 1024, (journal - idle_journal) / held }'

rm -f bench.mscope
MEMSCOPE_OPTIONS="out=$dir/bench.mscope" ./compiled held 100000
"$memscope" export --format json bench.mscope -o bench.json
jq -e '.summary | .total_allocations == 100000 and .active_allocations == 100000 and .typed_bytes_percent == 100' \
    bench.json >/dev/null || fail "the program was not measured: $(jq -c .summary bench.json)"
