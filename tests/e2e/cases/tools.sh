# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The program memscope: formats, tables, the compiler driver, the installed tree.

case_json_has_every_part() {
    build lives
    measure ./lives
    check '[.schema, .version]' '["memscope-report",1]'
    for part in process sampling summary hotspots system_snapshots sites types variables threads live leaks growing problems \
        findings lifetimes sizes marks phases timeline stacks modules; do
        check "has(\"$part\")" true
    done
    check '.process.command' '["./lives"]'
    check '.process.executable' "$PWD/lives"
    check '.process | [.exit, .exit_code]' '["exited",0]'
    check '.sampling | [.preset, .sample_rate, .exact]' '["full",1,true]'
    check '[.hotspots[].total_size] | . == (sort | reverse)' true
    check '(now * 1e9 - .process.start_time) as $age | $age > 0 and $age < 60e9' true
}

case_msgpack_is_the_same_as_json() {
    build lives
    measure ./lives
    "$memscope" export --format msgpack j.mscope -o report.msgpack
    "$MEMSCOPE_BUILD/tests/bin/msgpack_to_json" <report.msgpack >decoded.json
    jq -S "$plain_numbers" report.json >one
    jq -S "$plain_numbers" decoded.json >two
    cmp one two || fail "msgpack and JSON differ: $(diff one two | head -5)"
}

case_html_has_the_data() {
    build lives
    measure ./lives
    "$memscope" report j.mscope -o page.html >out
    grep -q page.html out || fail "the path is not printed: $(cat out)"
    for word in 'struct session' forgotten leak_sessions 'struct record'; do
        grep -qF "$word" page.html || fail "'$word' is not in the page"
    done
    if grep -oE '(src|href)="?https?:' page.html; then
        fail "the page loads something from the network"
    fi
}

case_tables() {
    build lives
    measure ./lives
    "$memscope" summary j.mscope >out
    grep -qF "$(jq .summary.total_allocations report.json)" out || fail "$(cat out)"
    "$memscope" types j.mscope >out
    grep -qF 'struct table_entry' out || fail "$(cat out)"
    "$memscope" hotspots j.mscope >out
    grep -qF 'grow_table' out || fail "$(cat out)"
    "$memscope" types --top 1 --json j.mscope | jq -e 'length == 1' >/dev/null || fail "types --top 1 --json"
    "$memscope" types --filter 'struct s*' --json j.mscope | jq -e '[.[].type_name] == ["struct session"]' \
        >/dev/null || fail "types --filter"
}

case_output_that_cannot_be_written() {
    build lives
    measure ./lives
    for command in "export --format json" summary types; do
        found=0
        # shellcheck disable=SC2086 # a command and its options
        "$memscope" $command j.mscope >/dev/full 2>err || found=$?
        same "$found" 2 "status of memscope $command on a full device"
        [ "$(wc -l <err)" -eq 1 ] || fail "not one line: $(cat err)"
    done
    found=0
    "$memscope" export --format json j.mscope -o /no/such/directory/x.json 2>err || found=$?
    same "$found" 2 "status for an output in no directory"
    one_line err /no/such/directory/x.json
}

# usage WORDS ARGUMENTS...: status 2 and one line.
usage() {
    words=$1
    shift
    found=0
    "$memscope" "$@" >out 2>err || found=$?
    same "$found" 2 "status of memscope $*"
    one_line err "$words"
}

case_usage_errors() {
    usage frobnicate frobnicate
    usage yaml export --format yaml j.mscope
    usage --no-such-option summary --no-such-option
    usage sort-by types --sort-by size
    "$memscope" --version | grep -qE '^memscope [0-9]+\.[0-9]+\.[0-9]+$' || fail "memscope --version"
    "$memscope" --help | grep -q export || fail "memscope --help"
}

case_compiler_without_plugin() {
    cat >gcc-99 <<'END'
#!/bin/sh
case " $* " in
*" -dumpversion "*|*" -dumpfullversion "*) echo 99 ;;
*) echo "compiled" ; exit 0 ;;
esac
END
    chmod +x gcc-99
    found=0
    MEMSCOPE_CC=$PWD/gcc-99 "$memscope" cc -c "$programs/says.c" -o says.o >out 2>err || found=$?
    same "$found" 2 "status for a compiler without a plugin"
    one_line err 99
}

# Another GCC than the one that built this tree, with the plugin made for it.
case_other_gcc() {
    default=$(gcc -dumpversion | cut -d. -f1)
    other=
    for major in 11 12 13 14 15; do
        if [ "$major" != "$default" ] && [ -e "$MEMSCOPE_BUILD/lib/memscope/gcc-$major/memscope.so" ] &&
            command -v "gcc-$major" >/dev/null; then
            other=$major
            export MEMSCOPE_CC="gcc-$major" MEMSCOPE_CXX="g++-$major"
            build lives
            readelf -p .comment lives | grep -q "GCC: .*) $major\." || fail "lives is not of gcc-$major"
            measure ./lives
            check .summary.total_allocations 621
            check .summary.typed_bytes_percent 100
            build classes
            measure ./classes
            check "[.types[] | select(.type_name == \"shapes::Circle\")] | length > 0" true
        fi
    done
    [ -n "$other" ] || skip "there is no other GCC with plugin headers, such as gcc-11 and gcc-11-plugin-dev"
}

case_compiler_driver() {
    echo 'int main(void) { return 0; }' >plain.c
    "$memscope" cc -c plain.c -o plain.o || fail "-c"
    "$memscope" cc -E plain.c >out || fail "-E"
    "$memscope" cc -S plain.c -o plain.s || fail "-S"
    "$memscope" cc plain.s -o plain || fail "an assembler file"
    "$memscope" cc -M plain.c >out || fail "-M"
    "$memscope" cc --version >out || fail "--version"
    "$memscope" cc -print-file-name=plugin >out || fail "-print-file-name"
    "$memscope" cc -r plain.o -o together.o || fail "-r"
    "$memscope" cc plain.o -o plain || fail "link"
    ./plain || fail "./plain"
    echo '-c plain.c -o at.o' >arguments
    "$memscope" cc @arguments || fail "@file"
    [ -e at.o ] || fail "@file made nothing"
    found=0
    "$memscope" cc -c no-such-file.c 2>err || found=$?
    same "$found" 1 "status of a failed compilation"
    gcc $("$memscope" config --cflags) -c "$programs/lives.c" -o lives.o || fail "config --cflags"
    gcc lives.o -o lives $("$memscope" config --libs) || fail "config --libs"
    measure ./lives
    [ -e "$("$memscope" config --plugin)" ] || fail "config --plugin"
}

case_make_with_memscope_cc() {
    cp "$programs/lives.c" .
    printf 'CFLAGS = -O2 -g\nlives: lives.o\n' >Makefile
    make -s CC="$memscope cc" || fail "make CC='memscope cc'"
    measure ./lives
    check .summary.typed_bytes_percent 100
}

# Moved as a whole, the installed tree works, and nothing of it refers to where it was built.
case_installed_tree_can_be_moved() {
    cmake --install "$MEMSCOPE_BUILD" --prefix "$PWD/first" >out
    mv first second
    memscope=$PWD/second/bin/memscope
    build lives
    measure ./lives
    check .summary.typed_bytes_percent 100
    if ldd ./lives | grep -F "$MEMSCOPE_BUILD"; then
        fail "the program uses the build tree"
    fi
    if readelf -d second/bin/memscope second/lib/libmemscope.so | grep -F "$MEMSCOPE_BUILD"; then
        fail "the installed files name the build tree"
    fi
    "$memscope" report j.mscope -o page.html >out
    grep -qF forgotten page.html || fail "no data in the page"
    "$memscope" run -o k.mscope -- ls >out 2>err || fail "memscope run: $(cat err)"
}

case_sample_prints_the_same() {
    for name in identifier_index; do
        "$MEMSCOPE_BUILD/samples/${name}_plain" -m 300 /usr/include >plain.out
        measure "$MEMSCOPE_BUILD/samples/$name" -m 300 /usr/include
        cmp plain.out out || fail "$name prints something else when it is measured"
    done
    # libc keeps the buffer of stdout, a block without a type.
    check '[.leaks[] | select(.type_name != null) | [.var_name, .type_name]] | unique' '[["excerpt","char"]]'
    check '[.leaks[] | select(.type_name != null) | .count] | add' 20
    for name in 'struct index.buckets' 'struct term.postings' s_paths text ranking excerpt; do
        check "[.variables[] | select(.var_name == \"$name\")] | length > 0" true
    done
    check '.types[] | select(.type_name == "struct posting") | [.size, .padding_bytes]' '[48,14]'
}

case_package_for_other_builds() {
    cmake --install "$MEMSCOPE_BUILD" --prefix "$PWD/first" >out
    mv first tree
    mkdir project
    cp "$programs/lives.c" "$programs/classes.cc" project
    cat >project/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(consumer C CXX)
find_package(memscope 0.1 REQUIRED)
add_executable(lives lives.c)
memscope_instrument(lives)
add_executable(annotated_only lives.c)
memscope_instrument(annotated_only TRACK annotated)
add_executable(classes classes.cc)
memscope_instrument(classes)
END
    cmake -S project -B made -DCMAKE_PREFIX_PATH="$PWD/tree" -DCMAKE_BUILD_TYPE=RelWithDebInfo >out 2>&1 ||
        fail "$(cat out)"
    cmake --build made >out 2>&1 || fail "$(cat out)"
    measure made/lives
    check .summary.typed_bytes_percent 100
    measure made/annotated_only
    check '[.sites[] | select(.var_name == "forgotten") | .total_allocations] | add' 7
    check_true '.summary.typed_bytes_percent < 100'
    measure made/classes

    export PKG_CONFIG_PATH=$PWD/tree/lib/pkgconfig
    # shellcheck disable=SC2046 # lists of flags
    gcc -g $(pkg-config --cflags memscope) -o plain "$programs/lives.c" -Wl,--no-as-needed \
        $(pkg-config --libs memscope) "-Wl,-rpath,$PWD/tree/lib" || fail "pkg-config"
    measure ./plain
    check .summary.total_allocations 621
}
