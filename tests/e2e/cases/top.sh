# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# memscope top: as a table for pipes, and on a terminal, which tmux is here.

finish() {
    exec 7>&-
    wait "$pid" || fail "listens ended with $?"
    [ ! -s err ] || fail "listens wrote to standard error: $(cat err)"
}

terminals=0
terminal() {
    tmux -S "$PWD/terminal$terminals" "$@"
}

# As of lib.sh; the terminal is no child of ours, so it would stay.
fail() {
    echo "FAILED: $*" >&2
    terminal kill-server 2>/dev/null || :
    exit 1
}

# The last one may still be on its way out, so each has a socket of its own.
new_terminal() {
    terminals=$((terminals + 1))
    # shellcheck disable=SC2086 # two options
    env -u TMUX LC_ALL=C.UTF-8 TERM=screen tmux -S "$PWD/terminal$terminals" -f /dev/null new-session -d $size \
        "sh ./session" 7>&- 8>&- || fail "tmux ended with $?"
}

# watch COLUMNS LINES ARGUMENTS...: top on a terminal of that size; what is behind it is in before,
# status and after.
watch() {
    command -v tmux >/dev/null || skip "there is no tmux"
    size="-x $1 -y $2"
    shift 2
    cat >session <<END
trap : INT
stty -g >before
sh -c 'echo \$\$ >top.pid; exec "$memscope" top $* 2>top.err'
echo \$? >status
stty -g >after
echo the shell again
sleep 60
END
    new_terminal
}

# shows WORDS: soon.
shows() {
    wait_for 10 sh -c "tmux -S '$PWD/terminal$terminals' capture-pane -p | grep -qF -- '$1'"
}

keys() {
    terminal send-keys "$@"
}

# ends STATUS: top has ended so, and the terminal is as it was.
ends() {
    wait_for 10 test -s after
    same "$(cat status)" "$1" "status of top"
    same "$(cat after)" "$(cat before)" "modes of the terminal"
    shows 'the shell again'
    same "$(terminal display-message -p '#{alternate_on} #{cursor_flag} #{keypad_flag}')" '0 1 0' \
        "other screen, cursor, keypad"
    terminal capture-pane -p >screen
    grep -qF 'struct node' screen && fail "the table is left: $(cat screen)"
    terminal kill-server
    rm -f before after status
}

case_top_once() {
    start_listens
    "$memscope" top --once --interval 0.2 j.mscope >out 2>top.err || fail "top --once ended with $?"
    [ ! -s top.err ] || fail "top --once wrote to standard error: $(cat top.err)"
    grep -qF "listens (pid $pid), running for" out || fail "$(cat out)"
    grep -qF 'heap 9.38 KiB in 200 blocks, peak 9.38 KiB; resident' out || fail "$(cat out)"
    grep -qE '^struct node +9\.38 KiB +0 +0 B +200 ' out || fail "$(cat out)"
    grep -q "$(printf '\033')" out && fail "escapes in a pipe: $(cat out)"
    "$memscope" top --once --interval 0.2 --view sites j.mscope >out
    grep -qE '^listens\.c:[0-9]+ main +node +9\.38 KiB ' out || fail "$(cat out)"
    "$memscope" top --once --interval 0.2 --view variables --filter 'node*' j.mscope >out
    grep -qE '^node +struct node +9\.38 KiB ' out || fail "$(cat out)"
    "$memscope" top --once --interval 0.2 --view threads j.mscope >out
    grep -qE "^$pid listens +9\.38 KiB " out || fail "$(cat out)"
    "$memscope" top --once --interval 0.2 --filter nothing j.mscope >out
    same "$(wc -l <out)" 3 "lines when nothing matches"
    # What comes between the two looks: 300 blocks of 48 bytes in about 2 s.
    (sleep 0.7 && printf xxx >&7) &
    "$memscope" top --once --interval 2 j.mscope >out
    grep -qE '^struct node +23\.4 KiB +\+[567]\.[0-9]+ KiB +[567]\.[0-9]+ KiB +500 ' out || fail "$(cat out)"
    COLUMNS=50 "$memscope" top --once --interval 0.2 j.mscope >out
    grep -qE '^struct node +23\.4 KiB +0$' out || fail "$(cat out)"
    finish
    # Nothing changes any more.
    "$memscope" top --once j.mscope >out
    grep -qE '^struct node +23\.4 KiB +- +- +500 ' out || fail "$(cat out)"
}

# refused WORDS ARGUMENTS...: top ends with 2 and one line.
refused() {
    words=$1
    shift
    found=0
    "$memscope" top "$@" >refused 2>&1 </dev/null || found=$?
    same "$found" 2 "status of top $*"
    one_line refused "$words"
}

case_top_refused() {
    start_listens
    refused 'is no terminal' j.mscope
    refused '--view takes' --view nonsense j.mscope
    refused '--interval takes' --interval 0 j.mscope
    refused '--interval takes' --interval nan j.mscope
    refused 'no journal' nothing-of-that-name
    finish
}

case_top_screen() {
    start_listens
    watch 80 24 --interval 0.2 j.mscope
    shows 'struct node                9.38 KiB'
    shows '[1 types]'
    terminal capture-pane -p >screen
    [ "$(LC_ALL=C.UTF-8 wc -L <screen)" -le 80 ] || fail "lines are too long: $(cat screen)"
    same "$(tail -1 screen)" '1-4, Tab: view   s: sort   /: filter   Enter: stacks   q: quit' "the last line"
    # It is read again.
    printf x >&7
    shows 'struct node                14.1 KiB'
    keys 3
    shows 'listens.c:'
    keys Tab
    shows '[4 threads]'
    keys BTab s
    shows 'by change'
    keys Enter
    shows 'stacks of listens.c:'
    shows '14.1 KiB in 300 blocks'
    shows "main  $programs/listens.c:"
    keys Escape
    shows '[3 sites]'
    keys 4 Enter
    shows "stacks of $pid listens"
    shows '14.1 KiB in 300 blocks'
    keys Escape 3
    keys 1 / n o t h i n g
    shows '(nothing matches)'
    keys BSpace BSpace BSpace BSpace BSpace BSpace BSpace n o d e Enter
    shows 'with node'
    shows 'struct node                14.1 KiB'
    # Sizes of all kinds.
    terminal resize-window -x 120 -y 40
    shows "$(printf '%-64s %10s' 'struct node' '14.1 KiB')"
    terminal capture-pane -p >screen
    same "$(LC_ALL=C.UTF-8 wc -L <screen)" 120 "columns that are used"
    terminal resize-window -x 50 -y 8
    shows "$(printf '%-26s %10s %12s' 'struct node' '14.1 KiB' 0)"
    for size in '20 3' '3 2' '1 1' '80 24'; do
        terminal resize-window -x "${size% *}" -y "${size#* }"
        sleep 0.3
    done
    shows 'struct node                14.1 KiB'
    keys q
    ends 0
    finish
}

case_top_ends_cleanly() {
    start_listens
    for signal in TERM INT HUP QUIT; do
        watch 80 24 --interval 0.2 j.mscope
        shows 'struct node'
        kill "-$signal" "$(cat top.pid)"
        ends 0
    done
    # By the key for it.
    watch 80 24 --interval 0.2 j.mscope
    shows 'struct node'
    keys C-c
    ends 0
    # The program ends, and its last table stays.
    watch 80 24 --interval 0.2 j.mscope
    shows 'struct node'
    finish
    shows 'exited 0 after'
    shows 'struct node                9.38 KiB'
    keys q
    ends 0
    # The journal goes: an error, said when the terminal is itself again.
    mkfifo input2
    MEMSCOPE_OPTIONS="out=$PWD/k.mscope" ./listens <input2 >says2 2>&1 &
    exec 8>input2
    printf x >&8
    wait_for 10 grep -q '\.' says2
    watch 80 24 --interval 0.2 k.mscope
    shows 'struct node'
    rm k.mscope
    ends 2
    one_line top.err 'k.mscope: no such file'
    exec 8>&-
    # A terminal that nobody knows.
    sed -i 's/exec/export TERM=no-such-terminal; exec/' session
    new_terminal
    wait_for 10 test -s after
    same "$(cat status)" 2 "status on an unknown terminal"
    terminal kill-server
}
