# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Every number of the report against the program's own count, over random operations of 1 to 16 threads.

# types FIELDS: what ./truth has printed of its types, so many fields each, as JSON.
types() {
    awk -v fields="$1" '$1 == "type" { printf "%s[\"struct %s\"", n++ ? "," : "", $2
        for (i = 3; i < 3 + fields; i++) printf ",%s", $i
        printf "]" }' out
}

# threads FIELDS: the same of its threads.
threads() {
    awk -v fields="$1" 'BEGIN { printf "[" } $1 == "thread" { printf "%s[\"%s\"", n++ ? "," : "", $2
        for (i = 3; i < 3 + fields; i++) printf ",%s", $i
        printf "]" } END { print "]" }' out | jq -c sort
}

# everything_made: what is exact at any sampling rate.
everything_made() {
    check '[["struct red","struct green","struct blue"][] as $type | .types[] | select(.type_name == $type) |
        [.type_name, .total_count, .total_bytes]]' "[$(types 2)]"
    check '[["struct red","struct green","struct blue"][] as $type | [.sites[] | select(.type_name == $type)] |
        [.[0].type_name, (map(.total_allocations) | add), (map(.total_bytes) | add)]]' "[$(types 2)]"
    check '[.threads[] | select(.name | startswith("w")) | [.name, .total_allocations, .total_bytes]] | sort' \
        "$(threads 2)"
    check .summary.dropped_events 0
}

# what_made_up_the_peak STEPS SEED: the types were kept at a moment when the process had less than 1 % or 4 KiB
# under its peak, and are what it had then.
what_made_up_the_peak() {
    check '([.types[].bytes_at_peak] | add) == .summary.peak_known_bytes' true
    check '([.sites[].bytes_at_peak] | add) == .summary.peak_known_bytes' true
    check_true '.summary | .peak_memory_bytes - .peak_known_bytes <= ([.peak_memory_bytes / 100, 4096] | max)'
    MEMSCOPE_OPTIONS=preset=off ./truth 1 "$1" "$2" "$(jq .summary.peak_known_bytes report.json)" >moments
    kept=$(jq -r '[["red","green","blue"][] as $type |
        ([.types[] | select(.type_name == "struct " + $type) | .bytes_at_peak] | add // 0) | tostring] | join(" ")' report.json)
    grep -qx "moment $kept" moments || fail "there was no moment with $kept bytes: $(grep -m 3 moment moments)"
}

# everything THREADS STEPS SEED: all of it, when every block is recorded.
everything() {
    everything_made
    check '[["struct red","struct green","struct blue"][] as $type | .types[] | select(.type_name == $type) |
        [.type_name, .total_count, .total_bytes, .live_count, .live_bytes]]' "[$(types 4)]"
    check '[["struct red","struct green","struct blue"][] as $type | [.leaks[] | select(.type_name == $type)] |
        [.[0].type_name, (map(.count) | add), (map(.bytes) | add)]]' \
        "[$(awk '$1 == "type" { printf "%s[\"struct %s\",%s,%s]", n++ ? "," : "", $2, $5, $6 }' out)]"
    check '[.threads[] | select(.name | startswith("w")) |
        [.name, .total_allocations, .total_bytes, .live_bytes, .freed_elsewhere]] | sort' "$(threads 4)"
    check '[.sampling.exact, (.types | map(.live_bytes) | add) == .summary.current_memory_bytes]' '[true,true]'
    if [ "$1" -eq 1 ]; then
        check .summary.peak_memory_bytes "$(awk '$1 == "peak" { print $2 }' out)"
        what_made_up_the_peak "$2" "$3"
        check '.threads[] | .peak_bytes' "$(awk '$1 == "peak" { print $2 }' out)"
    else
        check_true "(.summary.peak_memory_bytes - $(awk '$1 == "peak" { print $2 }' out) | fabs) <= 65536 * $1"
    fi
}

# against_the_truth SEEDS STEPS
against_the_truth() {
    build truth -pthread
    seed=0
    while [ "$seed" -lt "$1" ]; do
        seed=$((seed + 1))
        for count in 1 2 5 16; do
            options=
            measure ./truth "$count" "$2" "$seed"
            everything "$count" "$2" "$seed"
        done
        options=sample_bytes=4K
        measure ./truth 5 "$2" "$seed"
        everything_made
    done
}

case_every_number() {
    against_the_truth 1 20000
}

case_every_number_long() {
    against_the_truth 60 100000
}
