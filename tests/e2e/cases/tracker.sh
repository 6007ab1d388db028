# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What a program tracks by hand: memscope/tracker.h.

# plain NAME [FLAGS...]: ./NAME from programs/NAME.c by the compiler alone.
plain() {
    plain_name=$1
    shift
    # shellcheck disable=SC2046 # words
    "${compiler:-gcc}" -std=gnu11 -g -O1 -Wall -Wextra -Wpedantic -Wno-vla -Werror \
        -I"$MEMSCOPE_BUILD/include" -o "$plain_name" "$programs/$plain_name.c" "$@" $("$memscope" config --libs)
}

# tracked_variables GROWN: report.json has what tracked.c tracks, with the types that it declares; GROWN
# blocks are counted at `grown`.
tracked_variables() {
    place() { line tracked "$1"; }
    check '[.variables[] | select(.kind != "static") | [.kind, .var_name, .type_name,
            (.location | split(":")[-1] | tonumber), .live_bytes, .total_allocations]] | sort' \
        "[[\"object\",\"line\",\"char[80]\",$(place line),80,1],[\"object\",\"number\",\"int\",$(place number),4,5],\
[\"object\",\"pair\",\"struct pair\",$(place pair),0,1],[\"object\",\"several\",\"int[]\",$(place several),16,1],\
[\"tracked\",\"fixed\",\"char\",$(place fixed),40,1],[\"tracked\",\"grown\",\"char\",$(place grown),3000,$1],\
[\"tracked\",\"nothing\",\"char\",$(place nothing),0,0],\
[\"tracked\",\"row\",\"char\",$(place 'first row'),500,10],[\"tracked\",\"row\",\"char\",$(place 'second row'),1000,1]]"
    # By name and place: two variables of one name stay two.
    check '[.hotspots[] | select(.var_name == "row") | [.allocation_count, .total_size, .live_size, .function]]' \
        '[[10,1000,500,"fill"],[1,1000,1000,"fill_more"]]'
    check '.process.exit' running
}

# tracked_by COMPILER [FLAGS...]: tracked.c by that compiler alone.
tracked_by() {
    compiler=$1
    shift
    plain tracked "$@"
    record ./tracked out.json
    same "$status" 0 "status of ./tracked: $(cat err)"
    [ ! -s err ] || fail "tracked wrote to standard error: $(cat err)"
    for report in out asked; do
        mv $report.json report.json
        tracked_variables 2
    done
    to_json
    check '[.leaks[] | select(.var_name == "row") | [.bytes, .count]]' '[[1000,1],[500,5]]'
    # Nothing is left beside the files, and the malloc of the tracker is in no number.
    same "$(ls out.json.* asked.json.* 2>/dev/null)" '' 'temporary files'
    check .summary.total_allocations 15
}

case_tracked() {
    tracked_by gcc
}

case_tracked_by_clang() {
    command -v clang >/dev/null || skip 'there is no clang'
    tracked_by clang
    tracked_by clang -O2 -gdwarf-4
    tracked_by clang -O2 -fdebug-types-section
}

# Names of parameters of the header's own, and of variables around, are not those of the program's. Types have their
# namespaces, whatever else of the program was asked for before.
tracked_cxx_by() {
    for flags in -O0 -O2 '-O2 -gdwarf-4' '-O2 -fdebug-types-section'; do
        # shellcheck disable=SC2046,SC2086 # words
        $1 -std=c++11 -g $flags -Wall -Wextra -Wpedantic -Werror -I"$MEMSCOPE_BUILD/include" -o tracked_cxx \
            "$programs/tracked_cxx.cc" $("$memscope" config --libs)
        measure ./tracked_cxx
        check '[.variables[] | select(.kind == "object") | [.var_name, .type_name, .live_bytes]] | sort' \
            '[["line","char[8]",8],["owner","shop::holder<int>",8],["value","double",8]]'
        check '[.variables[] | select(.kind == "tracked") | [.var_name, .type_name, .live_bytes]] | sort' \
            '[["cheap","const shop::price",8],["file","char",10],["item","pair",24],["name","pair",24]]'
        check '[.hotspots[] | select(.var_name != null) | .function] | unique' '["main"]'
    done
}

case_tracked_cxx() {
    tracked_cxx_by g++
}

case_tracked_cxx_by_clang() {
    command -v clang++ >/dev/null || skip 'there is no clang++'
    tracked_cxx_by clang++
}

case_tracked_with_the_plugin() {
    build tracked
    record ./tracked out.json
    same "$status" 0 "status of ./tracked: $(cat err)"
    mv out.json report.json
    tracked_variables 1
    check '[.hotspots[] | select(.var_name == "grown" and .live_size != 0) | .live_size]' '[3000]'
}

case_tracked_statically() {
    build tracked -static
    PATH="$(dirname "$memscope"):$PATH" record ./tracked out.json
    same "$status" 0 "status of ./tracked: $(cat err)"
    mv out.json report.json
    tracked_variables 1
    rm asked.json
    record ./tracked out.json
    same "$status" 3 'status without the program in $PATH'
    [ ! -e out.json ] || fail 'out.json is there'
}

# Where nothing is recorded, trackers work and there is nothing to write.
case_tracked_switched_off() {
    plain track_global
    MEMSCOPE_OPTIONS=preset=off ./track_global out.json 2>err || fail "status $?"
    plain tracked
    status=0
    MEMSCOPE_OPTIONS=preset=off ./tracked out.json 2>>err || status=$?
    same "$status" 3 'status of tracked, whose memscope_export fails'
    [ ! -e out.json ] || fail 'out.json is there'
    [ ! -s err ] || fail "something was said: $(cat err)"
}

# The tracker of the process writes at its end, once: what a forked child tracks is not in it, and
# the child writes nothing.
case_track_global() {
    plain track_global
    options=stack=0
    measure ./track_global out.json
    mv out.json report.json
    check '.process.exit' exited
    check '[.variables[] | [.var_name, .live_bytes]]' '[["kept",64]]'
    check_true '.hotspots[] | select(.var_name == "kept") | .stack_id != null'
    # a file that cannot be written, a format there is none of
    record ./track_global nowhere/out.json
    same "$status" 0 'status'
    grep -q 'nowhere/out.json is not written' err || fail "err: $(cat err)"
    record ./track_global out.xml
    same "$status" 0 'status'
    grep -q 'out.xml is not written' err || fail "err: $(cat err)"
    sed -n 1p err | grep -q 'out.xml has the extension of no format (json msgpack pb.gz .* html)' ||
        fail "it is not said at the call: $(cat err)"
    # exactly the name given
    record ./track_global -.json
    [ -s ./-.json ] || fail "no -.json: $(ls)"
}

case_tracker_samples() {
    samples=$MEMSCOPE_BUILD/samples
    says() {
        same "$("$samples/tracker_$1")" "$2" "$1"
    }
    says basic 'node: 100 blocks made, 50 live, 800 bytes'
    says monitoring 'threads 1, heap 4 MiB
there is a history'
    says sampling 'message: 1000 blocks, with a stack'
    says multi_threaded 'buffer: 4000 blocks made, 3000 live'
    says events 'nothing is written down: run it with MEMSCOPE_OPTIONS=events=1000'
    export MEMSCOPE_OPTIONS=events=1000
    says events 'alloc, 4096 bytes
realloc, 8192 bytes
realloc, 16384 bytes
free, 16384 bytes'
    unset MEMSCOPE_OPTIONS
    echo 'the cat and the dog and 1 fish' >words
    same "$("$samples"/tracker_auto_export out.json <words)" '6 different words' 'auto_export'
    mv out.json report.json
    check '[.variables[] | [.kind, .var_name, .live_bytes]]' '[["object","s_buckets",8192],["tracked","word",119]]'
}

# What a program is told inside is what the report says.
analysed_as_exported() {
    record ./analysed
    same "$status" 0 "status of analysed: $(cat err)"
    mv asked.json report.json
    check '(.hotspots[] | select(.var_name == "row") | [.var_name, .location, .total_size, .allocation_count,
            .live_size, .live_count] | map(tostring) | join(" ")),
        (.summary | [.total_allocations, .total_deallocations, .active_allocations, .peak_memory_bytes,
            .current_memory_bytes] | map(tostring) | join(" ")), 1' "$(cat out)"
    same "$(wc -l <out)" 4 'lines of analysed'
}

case_analysed() {
    plain analysed
    analysed_as_exported
    # monitor=0 does not hold where a tracker wants it
    options=monitor=0
    analysed_as_exported
    MEMSCOPE_OPTIONS=preset=off ./analysed >out 2>err && fail 'memscope_export worked'
    same "$(cat out)" "0 0 0 0 0
0" 'what analysed prints when all is off'
    [ ! -s err ] || fail "something was said: $(cat err)"
    options=
    build analysed
    analysed_as_exported
}
