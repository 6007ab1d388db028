# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The samples, as their READMEs say. Of each block that has <!-- run --> in the line above, the commands (one a line, behind "$ ")
# are run in a copy of the sample's folder, and print what stands below them on a terminal of 100 columns. Left out of that is
# what differs from run to run: times, pids, names of journals; in blocks that have <!-- run, numbers vary -->, all numbers. A
# line of "..." stands for any lines.

# transcript PAGE: the marked blocks, each behind a line @exact or @vary, in expected; what makes the same of them in script.
transcript() {
    awk '
        BEGIN { print "trap \"jobs -p >../jobs; xargs -r kill <../jobs 2>/dev/null\" EXIT" >"script" }
        /^<!-- run(, numbers vary)? -->$/ { marked = /vary/ ? "@vary" : "@exact"; next }
        /^```/ && on { on = 0; next }
        /^```/ && marked != "" {
            on = 1
            print marked >"expected"
            print "echo " marked >"script"
        }
        /./ && !on { marked = "" }
        /^```/ { next }
        !on { next }
        { print >"expected" }
        /^\$ / {
            text = $0
            gsub(/\047/, "\047\\\047\047", text)
            print "printf \"%s\\n\" \047" text "\047\n" substr($0, 3) >"script"
            count++
        }
        END { exit count == 0 }' "$1" || fail "$1 has no command to run"
}

# compare EXPECTED FOUND
compare() {
    awk '
        function plain(text, mode) {
            gsub(/[^ ]*\/[a-z_.]*\.[0-9]+\.mscope/, "JOURNAL", text)
            gsub(/\.[0-9]+\.html/, ".N.html", text)
            gsub(/pid[ =]"?[0-9]+/, "pid N", text)
            gsub(/[0-9]+-[0-9][0-9]-[0-9][0-9] [0-9:]+/, "DATE", text)
            gsub(/[0-9][0-9,]* a second/, "N a second", text)
            gsub(/[0-9][0-9.]* (ns|\302\265s|ms|s)[ ,:;)]/, "- ", text)
            sub(/[0-9][0-9.]* (ns|\302\265s|ms|s)$/, "-", text)
            if (mode == "@vary") {
                gsub(/#+/, "", text) # bars
                sub(/ [^ a-zA-Z0-9"]+$/, "", text) # trends
                gsub(/[-+]?[0-9][0-9.,]*( ([KMG]i)?B| %)?/, "N", text)
            }
            gsub(/ +/, " ", text)
            gsub(/^ | $/, "", text)
            return text
        }
        /^@/ { mode = $0 }
        FNR == NR { found[++lines] = plain($0, mode); as_found[lines] = $0; next }
        $0 == "..." { any = 1; next }
        {
            wanted = plain($0, mode)
            from = at + 1
            while (++at <= lines && any && found[at] != wanted)
                ;
            if (found[at] != wanted || at > lines) {
                print "wanted: " $0
                for (at = from; at <= lines && at < from + 8; at++)
                    print "found:  " as_found[at]
                different = 1
                exit
            }
            any = 0
        }
        END {
            if (!different && at < lines && !any) {
                print "found at the end: " as_found[at + 1]
                different = 1
            }
            exit different
        }' "$2" "$1"
}

# sample NAME: each block of its README; without memscope the sources in C have no warnings.
sample() {
    for source in "$MEMSCOPE_SOURCE/samples/$1"/*.c; do
        [ ! -e "$source" ] || gcc -std=gnu11 -Wall -Wextra -Wundef -Werror -fsyntax-only -I"$MEMSCOPE_SOURCE/include" "$source" ||
            fail "gcc does not like $source"
    done
    cp -r "$MEMSCOPE_SOURCE/samples/$1" sample
    transcript sample/README.md
    (cd sample && COLUMNS=100 PATH=${memscope%/*}:$PATH sh ../script >../found 2>&1 </dev/null) || :
    compare expected found >difference || fail "samples/$1/README.md is not what one sees: $(cat difference)"
    echo "$(grep -c '^\$ ' expected) commands"
}

# installed: memscope as CMake finds it.
installed() {
    cmake --install "$MEMSCOPE_BUILD" --prefix "$PWD/tree" >out
    memscope=$PWD/tree/bin/memscope
}

case_sample_builds() {
    installed
    sample builds
}

case_sample_ci_gate() {
    installed
    sample ci_gate
}

case_sample_cpp() {
    sample cpp
}

case_sample_custom_allocator() {
    sample custom_allocator
}

case_sample_leak_hunt() {
    sample leak_hunt
}

case_sample_live_service() {
    command -v curl >/dev/null || skip "there is no curl"
    sample live_service
}

case_sample_quick_start() {
    sample quick_start
}

case_sample_sampling_in_production() {
    sample sampling_in_production
}

case_sample_static_and_stack() {
    sample static_and_stack
}

case_sample_struct_layout() {
    sample struct_layout
}

case_sample_threads() {
    sample threads
}
