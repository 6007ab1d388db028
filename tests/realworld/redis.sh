#!/bin/sh
# SPDX-License-Identifier: MIT
#
# redis.sh DIR [long]: builds Redis with the plain compiler and, by its own Makefile, with `memscope cc`;
# starts both servers on loopback, puts the same load on them in turn and reads known data back. Printed
# are the ratios of throughput and processor time, the share of bytes with a type, and the types at the
# height of the load, which must name Redis' own records.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib.sh"

runs=3 requests=100000
if [ "${2-}" = long ]; then
    runs=5 requests=500000
fi

# The two servers, by "plain" and "memscope"; pid_NAME and port_NAME once they run.
stop_servers() {
    for name in plain memscope; do
        eval "pid=\${pid_$name-}"
        [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :
    done
}
trap stop_servers EXIT

cli() {
    eval "port=\$port_$1"
    shift
    "$dir/redis-plain/src/redis-cli" -h 127.0.0.1 -p "$port" "$@"
}

start_server() {
    tries=0
    port=$((20000 + $$ % 20000))
    while [ "$tries" -lt 20 ]; do
        tries=$((tries + 1))
        port=$((port + 7))
        rm -rf "$dir/data-$1" # what an earlier run has saved
        mkdir -p "$dir/data-$1"
        MEMSCOPE_OPTIONS="out=$dir/redis.mscope" "$dir/redis-$1/src/redis-server" --port "$port" \
            --bind 127.0.0.1 --save '' --appendonly no --dir "$dir/data-$1" --daemonize no \
            --io-threads 1 >"$dir/server-$1.log" 2>&1 &
        pid=$!
        eval "pid_$1=$pid port_$1=$port"
        waited=0
        while kill -0 "$pid" 2>/dev/null && [ "$waited" -lt 100 ]; do
            # PONG may come from a server of somebody else on that port: ours has our pid.
            if [ "$(cli "$1" INFO server 2>/dev/null | tr -d '\r' | sed -n 's/^process_id://p')" = "$pid" ]; then
                return 0
            fi
            sleep 0.1
            waited=$((waited + 1))
        done
        grep -q 'Address already in use' "$dir/server-$1.log" || break
    done
    tail -n 20 "$dir/server-$1.log" >&2
    fail "the server redis-$1 does not start"
}

# Microseconds of processor time that the server has used.
server_cpu() {
    cli "$1" INFO cpu | tr -d '\r' |
        awk -F: '/^used_cpu_(sys|user):/ { sum += $2 } END { printf "%d", sum * 1e6 }'
}

# load NAME: requests on many keys of every kind; microseconds to wall_NAME and cpu_NAME if they are the
# least so far.
load() {
    eval "port=\$port_$1 best_wall=\${wall_$1-} best_cpu=\${cpu_$1-}"
    before=$(server_cpu "$1")
    "$cpu_time" "$dir/time" "$dir/redis-plain/src/redis-benchmark" -h 127.0.0.1 -p "$port" -c 20 -P 16 \
        -r 20000 -d 64 -n "$requests" -t set,get,lpush,rpop,sadd,hset,zadd -q >"$dir/benchmark.log" ||
        fail "redis-benchmark ended with $?"
    cpu=$(($(server_cpu "$1") - before))
    wall=$(cut -d' ' -f1 "$dir/time")
    [ -n "$best_wall" ] && [ "$wall" -ge "$best_wall" ] || eval "wall_$1=$wall"
    [ -n "$best_cpu" ] && [ "$cpu" -ge "$best_cpu" ] || eval "cpu_$1=$cpu"
}

# Known data in, and the same data out.
known_data() {
    i=0
    while [ "$i" -lt 500 ]; do
        echo "SET known:$i value-$i"
        echo "RPUSH known:list item-$i"
        echo "HSET known:hash field-$i $((i * i))"
        i=$((i + 1))
    done | cli "$1" >/dev/null
    cli "$1" GET known:321
    cli "$1" LRANGE known:list 0 -1
    cli "$1" HGETALL known:hash | paste - - | LC_ALL=C sort
    cli "$1" EVAL "return redis.call('GET', KEYS[1]) .. '!'" 1 known:7
    cli "$1" STRLEN known:321
}

fetch redis
source=$dir/redis/source
flags='MALLOC=libc BUILD_TLS=no USE_SYSTEMD=no'
# shellcheck disable=SC2086 # a list of flags
[ -x "$dir/redis-plain/src/redis-server" ] || build_in "$dir/redis-plain" "$source" make -C src -j2 $flags
# shellcheck disable=SC2086
build_in "$dir/redis-memscope" "$source" make -C src -j2 $flags "CC=$memscope cc"
warnings_plain=$(grep -cE 'warning:' "$dir/redis-plain.log" || :)
warnings=$(grep -cE 'warning:' "$dir/redis-memscope.log" || :)
[ "$warnings" -le "$warnings_plain" ] ||
    fail "memscope cc brings new warnings: $(grep -m 3 -E 'warning:' "$dir/redis-memscope.log")"

export MEMSCOPE_DIR="$dir/journals"
cd "$dir"
rm -f redis.mscope redis.*.mscope
start_server plain
start_server memscope
run=0
while [ "$run" -lt "$runs" ]; do
    load plain
    load memscope
    run=$((run + 1))
done
known_data plain >data.plain
known_data memscope >data.measured
cmp data.plain data.measured || fail "the two servers answer differently"
[ "$(wc -l <data.plain)" -eq 1003 ] || fail "not all known data came back: $(wc -l <data.plain) lines"

# A child that saves, while the parent is measured.
cli memscope BGSAVE >/dev/null
waited=0
while ! cli memscope INFO persistence | grep -q 'rdb_bgsave_in_progress:0'; do
    waited=$((waited + 1))
    [ "$waited" -lt 200 ] || fail "BGSAVE does not end"
    sleep 0.1
done
cli memscope INFO persistence | grep -q 'rdb_last_bgsave_status:ok' || fail "BGSAVE failed"

used=$(cli memscope INFO memory | tr -d '\r' | sed -n 's/^used_memory://p')
"$memscope" export --format json redis.mscope -o redis-running.json || fail "no report of the running server"
cli memscope SHUTDOWN NOSAVE || :
cli plain SHUTDOWN NOSAVE || :
status=0
wait "$pid_memscope" || status=$?
[ "$status" -eq 0 ] || fail "the measured server ended with $status"
wait "$pid_plain" || fail "the plain server ended with $?"
pid_plain='' pid_memscope=''
"$memscope" export --format json redis.mscope -o redis.json || fail "no report of the server that ended"

echo "redis: throughput x$(ratio "$wall_plain" "$wall_memscope"), processor time of the server" \
    "x$(ratio "$cpu_memscope" "$cpu_plain")"
jq -r --arg used "$used" '"redis: \(.summary.total_allocations) allocations, \(.summary.total_bytes) bytes, " +
    "typed \(.summary.typed_bytes_percent * 100 | round / 100) %; live \(.summary.current_memory_bytes) bytes, " +
    "Redis itself counts \($used) with what malloc rounds up"' redis-running.json
print_types redis-running.json live_bytes

expect() {
    jq -e "$2" "$1" >/dev/null || fail "$1: not so: $2"
}
expect redis-running.json '.process.exit == "running"'
expect redis.json '.process | .exit == "exited" and .exit_code == 0'
expect redis.json '.sampling.exact and .summary.dropped_events == 0'
expect redis-running.json '.summary.typed_bytes_percent >= 95'
# Redis counts usable sizes of what goes through its zmalloc; memscope what was asked for, of everything.
expect redis-running.json ".summary.current_memory_bytes > 0.6 * $used and .summary.current_memory_bytes < 1.1 * $used"
for type in '^(struct )?dictEntry$' '^(robj|struct redisObject)$' 'sds'; do
    expect redis-running.json "[.types | sort_by(-.live_bytes) | .[0:10][].type_name | strings | select(test(\"$type\"))] | length > 0"
done

# Layouts, as pahole has them. Of a name that is a typedef too, pahole -C prints only that: then the struct
# is looked for among all.
if command -v pahole >/dev/null; then
    sums=$MEMSCOPE_SOURCE/tests/e2e/tools/pahole_sums.awk
    server=$dir/redis-memscope/src/redis-server
    pahole "$server" >pahole.all 2>/dev/null || :
    jq -r '.layouts[].type_name | select(startswith("struct "))' redis-running.json >structs
    [ "$(wc -l <structs)" -ge 20 ] || fail "only $(wc -l <structs) structs have a layout"
    while read -r type; do
        pahole -C "${type#struct }" "$server" >pahole.one 2>/dev/null || :
        grep -q 'size:' pahole.one ||
            awk -v head="$type {" '$0 == head { on = 1 } on { print } on && /^}/ { exit }' pahole.all >pahole.one
        of_pahole=$(awk -f "$sums" pahole.one)
        of_memscope=$(jq -r --arg name "$type" '.layouts[] | select(.type_name == $name) |
            [.size, .padding_bytes, .cache_lines] + [.members[] | .bit_offset // .offset * 8] |
            map(tostring) | join(" ")' redis-running.json)
        [ "$of_pahole" = "$of_memscope" ] || fail "$type: pahole has '$of_pahole', memscope '$of_memscope'"
    done <structs
    echo "redis: the layouts of $(wc -l <structs) structs are those of pahole"
fi
