# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The commands of README.md and docs/ that have <!-- run --> in the line above their block.

# marked_blocks PAGE: the commands of each such block, in block.1, block.2 ...; of a block with prompts ("$ ") what
# stands behind them.
marked_blocks() {
    rm -f block.*
    awk '
        /^<!-- run -->$/ { marked = 1; next }
        /^```/ && on { on = 0; next }
        /^```/ && marked { on = 1; count++; prompts = 0; marked = 0; next }
        { marked = 0 }
        on && /^\$ / { prompts = 1; print substr($0, 3) > ("block." count); next }
        on && !prompts { print > ("block." count) }' "$1"
}

case_docs_commands() {
    cmake --install "$MEMSCOPE_BUILD" --prefix "$PWD/tree" >out
    PATH=$PWD/tree/bin:$PATH PKG_CONFIG_PATH=$PWD/tree/lib/pkgconfig
    export PATH PKG_CONFIG_PATH
    cp -r "$MEMSCOPE_SOURCE/samples" samples
    cp samples/builds/squares.c program.c
    echo 'program: program.c' >Makefile
    run=0
    for page in "$MEMSCOPE_SOURCE/README.md" "$MEMSCOPE_SOURCE"/docs/*.md; do
        marked_blocks "$page"
        for block in block.*; do
            [ -e "$block" ] || continue
            sh -eu "$block" >out 2>&1 || fail "${page##*/}: the commands
$(cat "$block")
end with $?: $(tail -n 20 out)"
            run=$((run + 1))
        done
    done
    [ "$run" -ge 3 ] || fail "only $run blocks are marked"
    echo "$run blocks of commands"
}
