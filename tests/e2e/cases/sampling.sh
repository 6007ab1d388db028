# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What is exact where only some blocks are sampled, what is estimated, and what each option changes.

rates= # that record_changing is given

# truth TYPE FIELD: what ./sampled has printed.
truth() {
    awk -v type="$1" -v field="$2" '$1 == type { print $field }' out
}

# What is counted for every block, whatever the rate.
exact_totals() {
    for type in small large text; do
        check "[.types[] | select(.type_name == \"struct $type\") | .total_count, .total_bytes]" \
            "[$(truth $type 2),$(truth $type 3)]"
    done
    allocations=$(awk '$1 != "usable" { sum += $2 } END { print sum }' out)
    live=$(awk '$1 != "usable" { sum += $4 } END { print sum }' out)
    check '.summary | [.total_allocations, .total_deallocations, .active_allocations, .dropped_events]' \
        "[$allocations,$((allocations - live)),$live,0]"
    check '.threads | map([.total_allocations, .total_bytes])' \
        "[[$allocations,$(awk '$1 != "usable" { sum += $3 } END { print sum }' out)]]"
}

case_sampled_totals() {
    build sampled
    for options in sample_rate=0.1:seed=1 sample_rate=0 sample_rate=0.9 sample_bytes=65536:seed=1 sample_bytes=1 \
        preset=demo preset=high_performance; do
        measure ./sampled
        exact_totals
        check '.sampling | [.exact, .heap_bytes]' '[false,"usable"]'
        check '.summary.current_memory_bytes, .timeline.heap_live_bytes[-1]' "$(truth usable 2)
$(truth usable 2)"
        check_true ".summary.peak_memory_bytes >= $(truth usable 2)"
    done
    options=sample_rate=1
    measure ./sampled
    exact_totals
    check '.sampling | [.exact, .heap_bytes]' '[true,"requested"]'
    check '[.types[].error_percent] | unique' '[0]'
}

# Threads, and frees of blocks by other threads.
case_sampled_threads() {
    build threads -pthread
    build ping_pong -pthread
    for options in sample_rate=0.1 sample_bytes=4096 sample_rate=0; do
        measure ./threads
        check '[.sites[] | select(.type_name == "struct message") | [.total_allocations, .total_bytes]]' \
            '[[80000,3840000]]'
        check '[.threads[] | select(.total_allocations >= 20000) | [.total_allocations, .total_bytes]] | unique' \
            '[[20000,960000]]'
        check '.summary.total_allocations - .summary.total_deallocations - .summary.active_allocations' 0
        measure ./ping_pong
        check '[.sites[] | select(.type_name == "struct ball") | [.total_allocations, .total_bytes]]' \
            '[[100000,2400000]]'
        check '[.leaks[] | select(.type_name == "struct ball")]' '[]'
        check '.summary.dropped_events' 0
    done
}

# blocks: how many live blocks the report has been made of, one leak each.
blocks() {
    jq '[.leaks[].count] | add // 0' report.json
}

# A rate of 0 records no block, 1 every block; a seed makes a run repeatable.
case_sample_rates() {
    build sampled
    options=sample_rate=0
    measure ./sampled
    check '[.leaks, .stacks]' '[[],[]]'
    check '[.types[].live_bytes] | unique' '[0]'
    check '[.types[].error_percent] | unique' '[null]'
    options=sample_rate=1
    measure ./sampled
    same "$(blocks)" "$(awk '$1 != "usable" { sum += $4 } END { print sum }' out)" 'blocks at a rate of 1'
    options=sample_rate=0.1:seed=7
    measure ./sampled
    cp report.json first.json
    measure ./sampled
    # Lifetimes and what samples of the timeline saw at most depend on when those were taken.
    of_types='.types | map(del(.average_lifetime_ns, .peak_bytes, .peak_objects, .padding_waste_bytes))'
    same "$(jq -c "$of_types" report.json)" "$(jq -c "$of_types" first.json)" 'the same seed'
    check .sampling.seed 7
    options=sample_rate=0.1:seed=8
    measure ./sampled
    [ "$(jq -c .types report.json)" != "$(jq -c .types first.json)" ] || fail 'another seed is the same draw'
    options=sample_rate=0.1
    measure ./sampled
    cp report.json first.json
    measure ./sampled
    [ "$(jq -c .types report.json)" != "$(jq -c .types first.json)" ] || fail 'two runs without a seed are one draw'
}

# Addresses of the deepest stack: several frames may be inlined at one.
deepest='[.stacks[].frames | map(.address) | unique | length] | max'

# The values of each preset, and that a key wins over its preset.
case_presets() {
    build sampled
    options=preset=full
    measure ./sampled
    check '[.sampling.sample_rate, .sampling.exact]' '[1,true]'
    check_true "($deepest) >= 2"
    options=preset=demo
    measure ./sampled
    check '[.sampling.preset, .sampling.sample_rate, (.stacks | length)]' '["demo",0.1,0]'
    options=preset=demo:stack=1
    measure ./sampled
    check "$deepest" "$(depth_of 5)"
    options=preset=high_performance
    measure ./sampled
    check '[.sampling.preset, .sampling.sample_rate, (.stacks | length)]' '["high_performance",0.01,0]'
    options=preset=high_performance:sample_rate=0.5:stack=1:max_stack_depth=1
    measure ./sampled
    check "[.sampling.sample_rate, ($deepest)]" '[0.5,1]'
    options=max_stack_depth=2
    measure ./sampled
    check "$deepest" 2
    options=stack=0
    measure ./sampled
    check '.stacks | length' 0
}

# depth_of LIMIT: frames of the deepest stack of ./sampled, at most LIMIT.
depth_of() {
    MEMSCOPE_OPTIONS=out=$PWD/deep.mscope ./sampled >/dev/null
    "$memscope" export --format json deep.mscope | jq "[($deepest), $1] | min"
}

# record_changing RATE...: ./sampled in parts, with another RATE before each but the first.
record_changing() {
    rm -f input j.mscope
    mkfifo input
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope:$options" ./sampled 150000 $(($# + 1)) <input >out 2>err &
    pid=$!
    exec 7>input
    wait_for 10 test -s j.mscope
    for rate; do
        "$memscope" sample j.mscope "$rate" || fail "the rate cannot be changed to $rate"
        printf x >&7
    done
    exec 7>&-
    wait "$pid" || fail "sampled ended with $?: $(cat err)"
}

# estimates SEEDS LEAST BIAS: over so many seeds the mean of what is estimated is within BIAS percent, and three
# standard errors of that mean, of the truth, and at least LEAST percent of the estimates are within their ±.
estimates() {
    : >estimates
    seed=0
    while [ "$seed" -lt "$1" ]; do
        seed=$((seed + 1))
        options=$sampling:seed=$seed
        if [ -n "$rates" ]; then
            # shellcheck disable=SC2086 # a list of rates
            record_changing $rates
        else
            record ./sampled
        fi
        "$memscope" export --format json j.mscope | jq -r '.types[] | select(.type_name != null) |
            [.type_name, .live_bytes, .error_percent // 0, .live_count] | @tsv' | sed 's/^struct //' >>estimates
    done
    awk -v least="$2" -v bias="$3" -v runs="$1" '
        NR == FNR { if ($1 != "usable") { live[$1] = $5; count[$1] = $4 } next }
        { bytes[$1] += $2; blocks[$1] += $4; off = $2 - live[$1]; error[$1] += $3
            within[$1] += (off < 0 ? -off : off) <= $2 * $3 / 100 + 1 }
        END { for (type in live) {
            printf "%s: bytes %.4f, blocks %.4f of the truth, within the limits %.3f\n", type, bytes[type] / runs / live[type],
                blocks[type] / runs / count[type], within[type] / runs
            off = bytes[type] / runs / live[type] - 1
            if (off < 0) off = -off
            if (off * 100 > bias + 3 * error[type] / runs / 1.96 / sqrt(runs) || within[type] * 100 < least * runs) bad = 1 }
            exit bad }' out estimates || fail "the estimates with $sampling are off"
}

# The probability of each block is the one that it was chosen with, of a block of realloc, too.
case_changing_rates() {
    build sampled
    rates='16K 256' sampling=sample_bytes=4K estimates 4 75 1
    to_json
    exact_totals
    check '.sampling | [.sample_rate, .sample_bytes, .rate_changes, .exact]' '[1,256,2,false]'
    "$memscope" summary j.mscope >summary
    grep -q 'a stack each 256 B at the end, changed 2 times' summary || fail "not in: $(cat summary)"
    rates='2K 0.5' sampling=sample_rate=0.1 estimates 4 75 1
    to_json
    check '.sampling | [.sample_rate, .sample_bytes, .rate_changes]' '[0.5,0,2]'
    exact_totals
}

case_changing_rates_long() {
    build sampled
    rates='16K 1K' sampling=sample_bytes=4K estimates 200 92 1
    rates='2K 0.2' sampling=sample_rate=0.1 estimates 200 92 1
}

case_sampled_estimates() {
    build sampled
    sampling=sample_rate=0.1 estimates 12 75 1
    sampling=sample_bytes=4K estimates 12 75 1
}

case_sampled_estimates_long() {
    build sampled
    sampling=sample_rate=0.1 estimates 400 92 1
    sampling=sample_bytes=4K estimates 400 92 1
}

# What grow of ./churn has made by the lines and functions that it was called through, a line each: what is made does
# not depend on how threads take turns.
grown_by_stack() {
    jq -r '.stacks[] | select(.frames[0].function == "grow")
        | [(.frames | map("\(.function):\(.line)") | join(";")), .total_bytes, .total_allocations, .total_error_percent // 0] | @tsv' report.json
}

# estimates_by_stack SEEDS LEAST: as estimates, of what was made with each stack; so many that 4.5 standard errors are let pass.
estimates_by_stack() {
    options=
    measure ./churn
    grown_by_stack >truth
    : >estimates
    seed=0
    while [ "$seed" -lt "$1" ]; do
        seed=$((seed + 1))
        options=$sampling:seed=$seed
        measure ./churn
        grown_by_stack >>estimates
        "$memscope" export --format folded --value total j.mscope -o total || fail "folded totals"
        awk -v all="$(jq .summary.total_bytes report.json)" '{ sum += $NF }
            END { off = sum / all - 1; exit off * off > 1e-6 }' total || fail "folded totals do not add up to the exact total"
    done
    awk -F '\t' -v least="$2" -v runs="$1" '
        NR == FNR { if ($2 > 300000) { made[$1] = $2; count[$1] = $3 } next }
        $1 in made { bytes[$1] += $2; blocks[$1] += $3; off = $2 - made[$1]; error[$1] += $2 * $4 / 100
            all++; within += (off < 0 ? -off : off) <= $2 * $4 / 100 + 1 }
        END { for (stack in made) {
            stacks++
            off = bytes[stack] / runs - made[stack]
            limit = made[stack] / 100 + 4.5 * error[stack] / runs / 1.96 / sqrt(runs)
            printf "bytes %.4f, blocks %.4f of the truth: %.60s\n", bytes[stack] / runs / made[stack],
                blocks[stack] / runs / count[stack], stack
            if (off > limit || -off > limit) bad = 1 }
            printf "%d stacks, within the limits %.3f\n", stacks, within / all
            exit bad || stacks < 10 || within * 100 < least * all }' truth estimates ||
        fail "the estimates by stack with $sampling are off"
}

case_sampled_stack_totals() {
    build churn -pthread
    sampling=sample_bytes=4K estimates_by_stack 5 80
    sampling=sample_rate=0.05 estimates_by_stack 5 80
}

case_sampled_stack_totals_long() {
    build churn -pthread
    sampling=sample_bytes=16K estimates_by_stack 100 90
    sampling=sample_rate=0.01 estimates_by_stack 100 90
}

# What was made while nothing was recorded is freed later: what is live is estimated then.
case_sampled_pause() {
    build paused
    options=sample_rate=0.5:seed=1
    measure ./paused
    check .sampling.heap_bytes estimated
    check '.summary.peak_memory_bytes' null
    check '[.sites[] | select(.type_name == "struct node") | .total_allocations]' '[3000]'
    check_true '.summary.active_allocations > 800 and .summary.active_allocations < 1200'
}
