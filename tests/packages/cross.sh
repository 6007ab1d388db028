#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cross.sh: builds memscope with the means to compile for aarch64, compiles programs for it, runs them by qemu, and
# compares their reports with those of the same programs on this machine. What has to do with addresses of the
# processor's own kind (swapcontext's stacks, the size of jmp_buf) is in other tests.
. "$(dirname "$0")/lib.sh"

target=aarch64-linux-gnu
root=/usr/$target
command -v $target-gcc >/dev/null || skip "there is no $target-gcc (package gcc-$target)"
[ -e "$($target-gcc -print-file-name=plugin)/include/gcc-plugin.h" ] ||
    skip "there are no headers of $target-gcc's plugins (package gcc-$($target-gcc -dumpversion)-plugin-dev-$target)"
command -v qemu-aarch64 >/dev/null || skip "there is no qemu-aarch64 (package qemu-user)"

cmake -S "$MEMSCOPE_SOURCE" -B build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DMEMSCOPE_WERROR=ON \
    -DMEMSCOPE_BUILD_TESTS=OFF -DMEMSCOPE_PLUGIN_GCCS= -DMEMSCOPE_TARGETS=$target >build.log 2>&1 &&
    cmake --build build >>build.log 2>&1 && cmake --install build --prefix "$work/installed" >>build.log 2>&1 ||
    fail "memscope does not build for $target: $(tail -n 20 build.log)"
memscope=$work/installed/bin/memscope
programs=$MEMSCOPE_SOURCE/tests/e2e/programs

# measure DIRECTORY PROGRAM RUNNER...: its report in DIRECTORY/PROGRAM.json, its output and status beside it.
measure() {
    place=$1 program=$2
    shift 2
    status=0
    MEMSCOPE_OPTIONS="out=$work/$place/$program.mscope" timeout 120 "$@" "$place/$program" </dev/null \
        >"$place/$program.out" 2>"$place/$program.err" || status=$?
    echo $status >"$place/$program.status"
    "$memscope" export --format json -o "$place/$program.json" "$place/$program.mscope" 2>export.err ||
        fail "$program of $place: $(cat export.err)"
}

# What the two must agree in. Blocks without a type are the C library's.
agreed='{
    types: [.types[] | select(.type_name != null) | [.type_name, .total_allocations, .total_bytes, .live_count, .live_bytes, .padding_bytes]] | sort,
    variables: [.variables[] | [.var_name, .type_name, .kind, .total_allocations, .total_bytes, .live_count]] | sort,
    leaks: [.leaks[] | select(.type_name != null) | [.type_name, .var_name, .count, .bytes, .line, .lost_line]] | sort,
    problems: [.problems[] | [.kind, .count]] | sort,
    stacks: [.stacks[].frames | map(.function) | select(index("main")) | .[: index("main") + 1] | select(all(. != null))] | unique
}'

# same PROGRAM [FLAGS...]
same() {
    program=$1
    shift
    mkdir -p here there
    "$memscope" cc -std=gnu11 -g -O1 -pthread "$@" -o "here/$program" "$programs/$program.c" &&
        MEMSCOPE_CC=$target-gcc "$memscope" cc -std=gnu11 -g -O1 -pthread "$@" -o "there/$program" "$programs/$program.c" ||
        fail "$program cannot be built with '$*'"
    measure here "$program"
    measure there "$program" qemu-aarch64 -L $root
    for place in here there; do
        jq -S "$agreed" "$place/$program.json" >"$place/$program.agreed" || fail "no report of $program"
    done
    for part in agreed out status; do
        cmp -s "here/$program.$part" "there/$program.$part" ||
            fail "$program ($*) on $target: $(diff "here/$program.$part" "there/$program.$part" | head -n 20; cat "there/$program.err")"
    done
    compared=$((compared + 1))
}

compared=0
for program in annotated budget callback confined copied counts family growing inlined keeps_errno leak_asked leak_places \
    leak_set left lives lost own_malloc padded paused phases ping_pong pools registers says shapes spelled survivor threads \
    tracked truth wrong_frees; do
    same $program
done
same truth -static
# Return addresses that the processor has signed.
MEMSCOPE_CC=$target-gcc "$memscope" cc -g -O1 -pthread -mbranch-protection=standard -o there/truth "$programs/truth.c" ||
    fail "truth cannot be built with signed return addresses"
measure there truth qemu-aarch64 -L $root
jq -S "$agreed" there/truth.json >there/truth.agreed
cmp -s here/truth.agreed there/truth.agreed || fail "signed return addresses: $(diff here/truth.agreed there/truth.agreed | head -n 20)"
jq -e '[.stacks[] | select(.frames | map(.function) | index("main"))] | length > 3' there/truth.json >/dev/null ||
    fail "there are no stacks of $target"
# The names of the target's C library come from its folder.
"$memscope" export --sysroot $root --format folded -o folded there/truth.mscope || fail "no stacks of truth"
grep -q '__libc_start_main' folded || fail "the C library of $target has no names: $(head -n 5 folded)"
# A compiler for a machine that this memscope was not built for.
cat >mips-linux-gnu-gcc <<'EOF'
#!/bin/sh
[ "$1" = -dumpmachine ] && echo mips-linux-gnu || echo 12
EOF
chmod +x mips-linux-gnu-gcc
! MEMSCOPE_CC=$work/mips-linux-gnu-gcc "$memscope" cc -c "$programs/truth.c" 2>err || fail "it compiles for a machine that it does not know"
grep -q 'mips-linux-gnu, which this tree of memscope was not built for: configure it with -DMEMSCOPE_TARGETS=mips-linux-gnu' err || fail "$(cat err)"
echo "$compared programs on $target have the reports that they have here"
