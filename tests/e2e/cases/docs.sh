# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What README.md, docs/ and the samples' READMEs say, done: scripts/check-snippets says what the marks of their blocks mean.

# An installed tree whose headers and library the compiler finds, as in /usr; a program and a Makefile; the samples.
set_up() {
    cmake --install "$MEMSCOPE_BUILD" --prefix "$PWD/tree" >out
    PATH=$PWD/tree/bin:$PATH PKG_CONFIG_PATH=$PWD/tree/lib/pkgconfig C_INCLUDE_PATH=$PWD/tree/include
    export PATH PKG_CONFIG_PATH C_INCLUDE_PATH
    cp -r "$MEMSCOPE_SOURCE/samples" "$MEMSCOPE_SOURCE/docs" "$MEMSCOPE_SOURCE/README.md" .
    cp samples/builds/squares.c program.c
    echo 'program: program.c' >Makefile
    home=$PWD
}

# background PROGRAM: starts ./PROGRAM, of documents/, and sets $process, and $address to what it prints.
background() {
    cp "$MEMSCOPE_SOURCE/tests/e2e/documents/$1.c" .
    memscope cc -g -O0 -o "$1" "$1.c" || fail "memscope cc $1.c"
    rm -f address
    "./$1" >address &
    process=$!
    running="$running $process"
    wait_for 10 grep -q 0x address
    address=$(cat address)
}

# Programs that run, in the place of those that the pages have. What runs until it is told to end is told so.
set_up_service() {
    background service
    cp service redis-server
    memscope run -q -- ./redis-server >/dev/null &
    running="$running $!"
    wait_for 10 sh -c 'memscope list | grep -q redis-server'
    mkdir -p journals
    cat >before <<'END'
memscope() {
    case $1 in
    run) timeout --preserve-status -s TERM 0.3 memscope "$@" ;;
    top) shift && command memscope top --once --interval 0.1 "$@" ;;
    serve)
        shift
        case $* in *--listen*) ;; *) set -- --listen 127.0.0.1:0 "$@" ;; esac
        rm -f served && mkfifo served
        command memscope serve "$@" >served &
        head -n 1 served | grep -q http && sleep 0.2 && kill $! && wait $!
        ;;
    *) command memscope "$@" ;;
    esac
}
END
    # The port of an example may be taken.
    echo "s/0x55e0c0ffee10/$address/; s/serve 4711/serve $process/; s,/var/tmp/journals,journals," >places
}

set_up_table() {
    background table
    echo "s/28261/$process/; s/0x5647de8262c8/$address/" >places
}

set_up_net() {
    cp "$MEMSCOPE_SOURCE/tests/e2e/documents/net.c" .
    memscope cc -g -O0 -o net net.c && ./net
}

set_up_report() {
    memscope cc -g -O1 -o program program.c && ./program >/dev/null
    memscope export -o report.json
    memscope export -o report.pb.gz
    # go starts no server and no browser here; it and the validator may be missing.
    cat >before <<'END'
HOME=$PWD
go() {
    command -v go >/dev/null || return 0
    case $* in *-http=:*) set -- "$1" "$2" -top "$4" "$5" ;; esac
    command go "$@"
}
python3() {
    PATH=/usr/bin:$PATH
    ! command python3 -c "import $2" 2>/dev/null || command python3 "$@"
}
END
}

set_up_journal() {
    set_up_net
    echo 's/^python3 /PATH=\/usr\/bin:$PATH python3 /' >>places
}

set_up_test() {
    memscope cc -g -o test program.c
}

set_up_extensions() {
    memscope run -q -- ./program >/dev/null
    for source in samples/extension/*.c; do
        name=${source##*/}
        gcc -shared -fPIC -o "${name%.c}.so" "$source"
    done
}

set_up_build_tree() {
    mkdir -p repository/build
    ln -s "$MEMSCOPE_BUILD" repository/build/dev
    ln -s "$MEMSCOPE_SOURCE/tests" repository/tests
    folder=repository
}

# commands BLOCK: what of it is run: all, or what stands behind the prompts.
commands() {
    if grep -q '^\$ ' "$1"; then sed -n 's/^\$ //p' "$1"; else cat "$1"; fi
}

# without_numbers [FILE]
without_numbers() {
    sed -E 's/0x[0-9a-f]+//g; s/(^|[[:space:](])[0-9][0-9.,]*( (B|KiB|MiB|GiB|ns|µs|ms|s|%)(\b|$))?/\1/g' "$@"
}

# shown_in OUTPUT BLOCK: prints what BLOCK shows and OUTPUT does not have: a line whose words, but for numbers, are not in one
# line of OUTPUT in that order. (On a terminal, tables have fewer columns.)
shown_in() {
    without_numbers "$1" >words
    grep -v -e '^\$ ' -e '^\.\.\.$' -e '^$' "$2" |
        without_numbers |
        awk 'NR == FNR { lines[++count] = $0; next }
            {
                for (i = 1; i <= count; i++) {
                    next_word = 1
                    words = split(lines[i], found)
                    for (j = 1; j <= words && next_word <= NF; j++)
                        next_word += found[j] == $next_word
                    if (next_word > NF)
                        next
                }
                print
            }' words -
}

# run_block BLOCK: runs it, and compares what it shows.
run_block() {
    commands "$1" | sed -f places >commands
    status=0
    (cd "$folder" && cat "$home/before" "$home/commands" | sh -eu) >output 2>&1 || status=$?
    [ "$status" -eq 0 ] || fail "$place: the commands
$(cat commands)
end with $status: $(tail -n 20 output)"
    if grep -q '^\$ ' "$1"; then
        shown_in output "$1" >missing
        [ ! -s missing ] || fail "$place: not in what the commands print: $(cat missing)
$(cat output)"
    fi
}

# compile_block BLOCK NAME
compile_block() {
    grep -vx ' *\.\.\. *' "$1" >snippet
    sed -e '/\/\* the snippet \*\//{' -e 'r snippet' -e 'd' -e '}' "$MEMSCOPE_SOURCE/tests/e2e/documents/$2.c" >compiled.c
    set -- -std=gnu11 -g -Wall -Wextra -Werror -Wno-unused -Wno-unused-parameter compiled.c
    if grep -q '^int main' compiled.c; then
        memscope cc -o compiled "$@" && ./compiled
    else
        memscope cc -c -o compiled.o "$@"
    fi >output 2>&1 || fail "$place: this does not compile, or does not run: $(cat output)"
}

# do_pages PAGE...: what they have marked, in their order.
do_pages() {
    run=0 compiled=0 number=0
    mkdir blocks
    awk -v into=blocks -f "$MEMSCOPE_SOURCE/scripts/snippets.awk" "$@" >list
    while IFS='	' read -r place _ mark; do
        number=$((number + 1))
        : >before
        # The whole of /usr/include takes long.
        echo 's,/usr/include$,&/linux,' >places
        folder=. running=
        # samples.sh does those of a sample, word by word.
        case $place in
        */samples/*) [ "${mark#run}" = "$mark" ] || [ "${mark#run in}" != "$mark" ] || continue ;;
        esac
        case $mark in
        'run in '*) folder=${mark#run in } ;;
        'run with '*) "set_up_${mark#run with }" ;;
        'file '*) cp "blocks/$number" "${mark#file }" ;;
        'compile '*) compile_block "blocks/$number" "${mark#compile }" && compiled=$((compiled + 1)) ;;
        esac
        case $mark in run*) run_block "blocks/$number" </dev/null && run=$((run + 1)) ;; esac
        for process in $running; do
            kill "$process" && wait "$process" 2>killed || :
        done
    done <list
    echo "$run blocks were run, $compiled compiled"
}

case_docs_commands() {
    set_up
    do_pages "$MEMSCOPE_SOURCE/README.md" "$MEMSCOPE_SOURCE"/docs/*.md "$MEMSCOPE_SOURCE"/samples/*/README.md
    [ "$run" -ge 20 ] && [ "$compiled" -ge 9 ] || fail "that is too few"
}

# The tables of docs/journal.md as assertions, and its list of tables beside that of the sources.
case_docs_journal() {
    page=$MEMSCOPE_SOURCE/docs/journal.md
    {
        printf '#include <stddef.h>\n#include "store/layout.h"\n'
        printf '#define X(number, name, size) SIZE_##name = size,\nenum { MS_TABLES(X) };\n'
        awk -F ' *[|] *' '
            /^## / { structure = ""; if (match($0, /`struct [a-z_]+`$/)) structure = substr($0, RSTART + 8, RLENGTH - 9) }
            /field of `/ { match($0, /`[a-z_]+`/); structure = substr($0, RSTART + 1, RLENGTH - 2) }
            structure != "" && $2 ~ /^[0-9]+$/ {
                gsub(/`/, "", $4)
                printf "static_assert(offsetof(struct %s, %s) == %s && sizeof(((struct %s *)0)->%s) == %s, \"\");\n",
                    structure, $4, $2, structure, $4, $3
            }
            structure == "" && $2 ~ /^[0-9]+$/ && $3 ~ /^`/ {
                gsub(/`/, "", $3)
                printf "static_assert(MS_TABLE_%s == %s && SIZE_%s == %s, \"\");\n", $3, $2, $3, $4
                count++
            }
            END { print "static_assert(MS_TABLE_COUNT == " count ", \"\");" }' "$page"
        echo "static_assert(MS_JOURNAL_VERSION == $(sed -n 's/.*This page is about version \([0-9]*\).*/\1/p' "$page"), \"\");"
        echo 'static_assert(sizeof(struct ms_site) == 128 && MS_FIRST_EXTENT == 28672, "");'
    } >tables.c
    [ "$(grep -c '^static_assert' tables.c)" -ge 60 ] || fail "only $(grep -c '^static_assert' tables.c) rows are compared"
    gcc -std=c11 -fsyntax-only -I "$MEMSCOPE_SOURCE/runtime" -I "$MEMSCOPE_SOURCE/include" tables.c || fail "docs/journal.md is not as layout.h"
}

# Commands in the text: `memscope COMMAND --option` has to be one that there is, with the options that its help knows.
case_docs_commands_in_the_text() {
    # Paragraphs as one line; blocks, headings with messages left out.
    awk '
        /^ *```/ { code = !code; next }
        code || /^#/ { next }
        /^ *$/ || /^[-|]/ { print text; text = "" }
        { text = text " " $0 }
        END { print text }' "$MEMSCOPE_SOURCE/README.md" "$MEMSCOPE_SOURCE"/docs/*.md "$MEMSCOPE_SOURCE"/samples/*/README.md |
        grep -o '`memscope [^`]*`' | tr -d '`' | sort -u >spans
    while read -r _ command words; do
        case $command in
        --* | *:) continue ;;
        esac
        command=$(echo "$command" | sed 's/[^a-z+].*//')
        [ -e "help.$command" ] || "$memscope" help "$command" >"help.$command" 2>&1 ||
            fail "there is no 'memscope $command', but in the text"
        # What stands behind -- is the program's, and cc has all options of the compiler.
        for word in ${words%%-- *}; do
            case $command:$word in
            cc:* | c++:*) ;;
            *:--*)
                word=$(echo "$word" | sed 's/=.*//; s/[^a-z-]*$//')
                [ "$word" = -- ] || grep -qe "$word\b" "help.$command" || fail "'memscope $command' has no '$word', but in the text"
                ;;
            esac
        done
    done <spans
    [ "$(wc -l <spans)" -ge 60 ] || fail "only $(wc -l <spans) commands in the text"
    echo "$(wc -l <spans) commands in the text"
}
