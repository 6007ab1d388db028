# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The probes for eBPF profilers: notes that say where they are, and what they tell of sampled blocks.

need_probes() {
    readelf -n "$runtime" | grep -q stapsdt || skip 'built without sys/sdt.h'
}

# note NAME FIELD: of that probe of the library.
note() {
    readelf -nW "$runtime" | sed -n "/Name: $1\$/,/Arguments:/s/.*$2: *\\([^,]*\\).*/\\1/p"
}

# Tracers that do not read the note's arguments take them from a function's registers.
case_probes_are_noted() {
    need_probes
    readelf -nW "$runtime" | grep -q 'Provider: otel_memory' || fail 'there is no provider otel_memory'
    for name in alloc free; do
        [ "$(($(note $name Semaphore)))" -ne 0 ] || fail "otel_memory:$name has no semaphore"
    done
    if [ "$(uname -m)" = x86_64 ]; then
        same "$(note alloc Arguments)" '8@%rdi 8@%rsi 8@%rdx' 'arguments of alloc'
        same "$(note free Arguments)" '8@%rdi' 'arguments of free'
    fi
}

# probe OPTIONS: what ./probed fires with them, in fired: "alloc ADDRESS SIZE WEIGHT", "free ADDRESS".
probe() {
    cat >commands <<'END'
set debuginfod enabled off
set breakpoint pending off
break main
run
break -probe-stap otel_memory:alloc
commands
silent
printf "alloc %#lx %lu %lu\n", $_probe_arg0, $_probe_arg1, $_probe_arg2
continue
end
break -probe-stap otel_memory:free
commands
silent
printf "free %#lx\n", $_probe_arg0
continue
end
continue
END
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope:monitor=0:$1" gdb -nx -batch -x commands ./probed >told 2>&1 </dev/null ||
        fail "gdb ended with $?: $(cat told)"
    grep -q 'exited normally' told || fail "probed did not end well: $(cat told)"
    grep -E '^(alloc|free) ' told >fired || :
    rm -f j.mscope
}

case_probes_fire() {
    need_probes
    command -v gdb >/dev/null || skip 'no gdb here'
    build probed
    # Each block is sampled, but for one in 10^10, and stands for itself.
    probe sample_bytes=1
    awk '{ print $1, $3, $4 }' fired | sed 's/ *$//' | head -5 >first
    printf '%s\n' 'alloc 1001 1001' free 'alloc 3001 3001' free 'alloc 501 501' >expected
    cmp -s first expected || fail "not what was expected: $(cat first)"
    same "$(grep -c '^alloc' fired) $(grep -c '^free' fired)" '203 202' 'probes that were fired'
    # Each free is of the block that is there.
    awk '$1 == "alloc" { if ($2 in live) exit 1; live[$2] = 1 } $1 == "free" { if (!($2 in live)) exit 1; delete live[$2] }' fired ||
        fail "frees do not fit: $(cat fired)"
    probe sample_rate=0.5:seed=3
    sampled=$(grep -c '^alloc' fired)
    [ "$sampled" -gt 60 ] && [ "$sampled" -lt 140 ] || fail "$sampled of 203 blocks at a rate of 0.5"
    awk '$1 == "alloc" && $4 != 2 * $3 { exit 1 }' fired || fail "weights: $(cat fired)"
    # Nobody samples where everything is recorded.
    probe sample_rate=1
    [ ! -s fired ] || fail "fired without a sampler: $(cat fired)"
}
