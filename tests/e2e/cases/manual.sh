# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Manual pages and the completions of shells.

share=$MEMSCOPE_BUILD/share

case_manual_pages() {
    for command in $("$memscope" --help | sed -n 's/^  \([a-z+]*\) .*/\1/p'); do
        page=$share/man/man1/memscope-$command.1
        [ -s "$page" ] || fail "there is no page memscope-$command.1"
        grep -qF "memscope\\-$command" "$share/man/man1/memscope.1" || fail "memscope.1 does not name $command"
        # Every option of its help is on it.
        "$memscope" help "$command" | sed -n 's/^ *-.*\(--[a-z-]*\).*/\1/p; s/^ *\(--[a-z-]*\).*/\1/p' |
            sed 's/-/\\-/g' >options
        while read -r option; do
            grep -qF -e "$option" "$page" || fail "memscope-$command.1 lacks $option"
        done <options
    done
    for key in $(sed -n 's/^X(\([a-z_]*\),.*/\1/p' "$MEMSCOPE_SOURCE/runtime/base/options.def" \
        "$MEMSCOPE_SOURCE/plugin/arguments.def"); do
        grep -qE "^\.B $key(=|$)" "$share/man/man7/memscope.7" || fail "memscope.7 lacks $key"
    done
    command -v groff >/dev/null || skip "there is no groff"
    for page in "$share"/man/man?/*; do
        groff -man -ww -Tutf8 -z "$page" >out 2>&1 || fail "groff: $(cat out)"
        [ ! -s out ] || fail "groff: $page: $(cat out)"
        if command -v mandoc >/dev/null; then
            mandoc -Tlint -Wwarning "$page" >out 2>&1 || fail "mandoc: $(cat out)"
        fi
    done
    groff -man -Tascii "$share/man/man1/memscope-run.1" | grep -qF "Runs" || fail "no text in memscope-run.1"
}

# bash_completes LINE: what bash would offer behind it, one a line.
bash_completes() {
    # shellcheck disable=SC2016 # for the inner shell
    bash -c '
        source "$1"
        read -ra COMP_WORDS <<<"$2"
        [[ $2 != *" " ]] || COMP_WORDS+=("")
        COMP_WORDS[0]=$3
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _memscope
        printf "%s\n" "${COMPREPLY[@]}"' bash "$share/bash-completion/completions/memscope" "$1" "$memscope" 2>err
    [ ! -s err ] || fail "bash says: $(cat err)"
}

case_completions_bash() {
    command -v bash >/dev/null || skip "there is no bash"
    same "$(bash_completes 'memscope ex')" export "commands"
    same "$(bash_completes 'memscope export --f')" --format "options"
    same "$(bash_completes 'memscope export --format p')" pprof "values"
    same "$(bash_completes 'memscope export -f p')" pprof "values of a letter"
    same "$(bash_completes 'memscope leaks --by s' | paste -sd ' ')" "site stack" "groups"
    same "$(bash_completes 'memscope help op')" options "what help takes"
    same "$(bash_completes 'memscope types --top ')" "" "a number"
    touch 'a name.txt'
    same "$(bash_completes 'memscope run -o a')" "a name.txt" "a file"
    same "$(bash_completes 'memscope run -- cat a')" "a name.txt" "arguments of a program"
    bash_completes 'memscope run -- ca' | grep -qx cat || fail "no programs"
    # Journals that there are.
    build lives
    ./lives >out
    same "$(bash_completes 'memscope report li' | sort -u)" lives "a journal's program"
}

# zsh_completes LINE WANTED: a tab behind LINE brings WANTED to the terminal.
zsh_completes() {
    zsh -f "$MEMSCOPE_SOURCE/tests/e2e/tools/zsh_completes.zsh" "$share" "$MEMSCOPE_BUILD/bin" "$1" "$2" >out 2>&1 ||
        fail "zsh does not complete '$1' to '$2': $(cat out)"
}

case_completions_of_other_shells() {
    command -v zsh >/dev/null || command -v fish >/dev/null || skip "there is neither zsh nor fish"
    if command -v zsh >/dev/null; then
        touch a_file.txt
        zsh_completes 'memscope ex' 'memscope export'
        zsh_completes 'memscope export --format ' speedscope
        zsh_completes 'memscope run --pre' '--preset='
        zsh_completes 'memscope help opt' 'options'
        zsh_completes 'memscope run -q -- cat a_f' 'a_file.txt'
    fi
    if command -v fish >/dev/null; then
        HOME=$PWD fish -c "source $share/fish/vendor_completions.d/memscope.fish
            complete -C 'memscope ex'; complete -C 'memscope export --format pp'" >out 2>err ||
            fail "fish: $(cat err)"
        same "$(cut -f1 out | paste -sd ' ')" "export pprof" "what fish completes"
    fi
}
