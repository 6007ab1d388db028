# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What is no journal gives status 2 and one line that names it.

sample_journal() {
    build counts
    record ./counts 500 40 return=0
    [ -s j.mscope ] || fail "no journal: $(cat err)"
}

# rejected FILE WORDS
rejected() {
    for command in "summary" "export --format json" "export --format html" "types"; do
        found=0
        # shellcheck disable=SC2086 # a command and its options
        "$memscope" $command "$1" >out 2>err || found=$?
        same "$found" 2 "status of memscope $command $1"
        one_line err "$1"
        one_line err "$2"
    done
}

case_missing_journal() {
    rejected ./nothing.mscope "no such file"
}

case_empty_journal() {
    : >empty.mscope
    rejected ./empty.mscope empty
}

case_directory_as_journal() {
    mkdir directory.mscope
    rejected ./directory.mscope directory
}

case_random_journal() {
    head -c 200000 /dev/urandom >random.mscope
    rejected ./random.mscope "not a memscope journal"
}

case_other_version() {
    sample_journal
    # struct ms_journal_header: magic[8], then the version in 4 bytes
    printf '\377' | dd of=j.mscope bs=1 seek=8 conv=notrunc 2>/dev/null
    rejected ./j.mscope version
}

case_cut_off_journal() {
    sample_journal
    size=$(stat -c %s j.mscope)
    for part in 1 7 100 4095 4096 28671; do
        head -c "$part" j.mscope >cut.mscope
        found=0
        "$memscope" export --format json ./cut.mscope >out 2>err || found=$?
        same "$found" 2 "status for $part of $size bytes"
        one_line err ./cut.mscope
    done
    # Longer pieces may have enough for a report; if not, they are refused in the same way.
    part=28672
    while [ "$part" -lt "$size" ]; do
        head -c "$part" j.mscope >cut.mscope
        found=0
        "$memscope" export --format json ./cut.mscope >out 2>err || found=$?
        if [ "$found" -eq 0 ]; then
            jq -e '.schema == "memscope-report"' out >/dev/null || fail "no report of $part bytes"
        else
            same "$found" 2 "status for $part of $size bytes"
            one_line err ./cut.mscope
        fi
        part=$((part + size / 13))
    done
}

case_damaged_journal() {
    sample_journal
    size=$(stat -c %s j.mscope)
    # Three bytes at a time are overwritten: in the header, in the directory of extents, in the tables.
    # There is a report or one line, never a crash.
    for seek in $(seq 16 24 400) $(seq 4096 20 4300) $(seq 28672 $((size / 16)) "$size"); do
        cp j.mscope bad.mscope
        printf '\377\377\377' | dd of=bad.mscope bs=1 seek="$seek" conv=notrunc 2>/dev/null
        found=0
        timeout 20 "$memscope" export --format json ./bad.mscope >out 2>err || found=$?
        case $found in
        0) jq -e '.schema == "memscope-report"' out >/dev/null || fail "no report, byte $seek" ;;
        2) one_line err ./bad.mscope ;;
        *) fail "status $found with byte $seek of $size damaged: $(cat err)" ;;
        esac
    done
}

case_list() {
    build counts
    for i in 1 2 3; do
        ./counts 10 1 return=$i >out 2>err || :
    done
    "$memscope" list >out
    same "$(grep -c counts out)" 3 "journals in the list"
    found=0
    "$memscope" summary counts >out 2>err || found=$?
    same "$found" 0 "status of memscope summary counts: $(cat err)"
    # Left out, it is the newest.
    "$memscope" export --format json -o report.json
    check .process.exit_code 3
}

# A program ends after those it has run: theirs are removed first, and its own is the newest.
case_many_journals() {
    "$memscope" run -- sh -c 'i=0; while [ $i -lt 70 ]; do env true; i=$((i + 1)); done; :' 2>err ||
        fail "$(cat err)"
    journal=$(sed -n 's/^memscope: journal //p' err)
    [ -e "$journal" ] || fail "the journal of the shell is gone: $journal"
    same "$(find "$MEMSCOPE_DIR" -name '*.mscope' | wc -l)" 64 "journals"
    "$memscope" export --format json -o report.json
    check '.process.command[0]' sh
}
