# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# When memscope cannot do its work the program runs on all the same, and one line says so.

# unmeasured WORDS: ./says ran as ever, and one line on stderr has these words.
unmeasured() {
    same "$status" 5 status
    same "$(cat out)" "to standard output, status 5" "standard output"
    grep -v '^to standard error$' err >complaint || :
    one_line complaint "memscope: "
    one_line complaint "$1"
}

case_directory_is_a_file() {
    build says
    : >file
    status=0
    MEMSCOPE_DIR=$PWD/file ./says 5 >out 2>err || status=$?
    unmeasured "$PWD/file"
}

case_directory_not_writable() {
    build says
    status=0
    MEMSCOPE_DIR=/proc/memscope ./says 5 >out 2>err || status=$?
    unmeasured /proc/memscope
}

case_device_as_journal() {
    build says
    status=0
    MEMSCOPE_OPTIONS=out=/dev/full ./says 5 >out 2>err || status=$?
    unmeasured /dev/full
    [ -c /dev/full ] || fail "/dev/full is gone"
    status=0
    MEMSCOPE_OPTIONS=out=$PWD ./says 5 >out 2>err || status=$?
    unmeasured "$PWD"
}

case_file_size_limit() {
    build counts
    status=0
    (
        ulimit -f 0
        MEMSCOPE_OPTIONS="out=$PWD/j.mscope" ./counts 1000 0 return=6 2>"$PWD/err" | cat >out
    ) || :
    (
        ulimit -f 64
        MEMSCOPE_OPTIONS="out=$PWD/j.mscope" exec ./counts 200000 100000 return=6
    ) >/dev/null 2>err || status=$?
    same "$status" 6 "status under a limit of the file size"
    one_line err "memscope: "
}

case_disk_full() {
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a file system of its own"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    build counts
    mkdir small
    # The file system is in a mount namespace that ends with the command.
    cat >inside.sh <<'END'
mount -t tmpfs -o size=$1 none small || exit 77
rm -f full.mscope
status=0
MEMSCOPE_OPTIONS=out=$PWD/small/j.mscope ./counts 200000 100000 return=6 >out 2>err || status=$?
echo "$status" >status
cp small/j.mscope full.mscope
END
    for size in 64k 1m 2m; do
        disk_of_size $size
    done
    [ -s full.mscope ] || fail "no journal on a disk of 2 MiB"
}

# disk_of_size SIZE: the program runs on, one line says so.
disk_of_size() {
    found=0
    unshare -m sh inside.sh "$1" || found=$?
    [ "$found" -ne 77 ] || skip "mounting is not allowed here"
    same "$(cat status)" 6 "status on a full disk of $1"
    one_line err "memscope: the journal "
    # Too small to begin with, or for all of it.
    if [ -s full.mscope ]; then
        to_json full.mscope
        check_true '.summary.dropped_events > 0 and .summary.total_allocations + .summary.dropped_events >= 200000'
    fi
}

case_size_limit_of_the_journal() {
    build counts
    options=max_size=1M
    record ./counts 200000 200000 return=0
    same "$status" 0 status
    size=$(stat -c %s j.mscope)
    [ "$size" -le 1048576 ] || fail "the journal has $size bytes, more than max_size"
    to_json
    check '.summary.total_allocations' 200000
    check '.summary.dropped_events > 0' true
    check '.sampling.exact' false
}

# complains OPTIONS WORDS: the bad option is named, the program is measured all the same.
complains() {
    status=0
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope:$1" ./counts 10 1 return=0 >out 2>err || status=$?
    same "$status" 0 status
    one_line err "$2"
    to_json
    check .summary.total_allocations 10
}

case_bad_options() {
    build counts
    complains speed=fast speed
    complains sample_rate=2 sample_rate
    complains sample_rate=many many
    complains preset=best best
    complains monitor_ms=0 monitor_ms
    complains max_stack_depth=-1 max_stack_depth
    complains nonsense nonsense
}

case_switched_off() {
    build counts
    options=preset=off
    record ./counts 10 1 return=3
    same "$status" 3 status
    [ ! -s err ] || fail "$(cat err)"
    [ ! -e j.mscope ] || fail "there is a journal"
}

case_closed_streams() {
    build says
    status=0
    MEMSCOPE_OPTIONS="out=$PWD/j.mscope" ./says 5 >&- 2>&- </dev/null || status=$?
    same "$status" 5 status
    to_json
    check_true '.process.exit_code == 5'
}

case_descriptors_unchanged() {
    gcc -o plain -x c - <<'END'
#include <dirent.h>
#include <stdio.h>
int main(void) {
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory && readdir(directory))
        count++;
    int next = fileno(fopen("/dev/null", "r"));
    printf("%d %d\n", count, next);
    return 0;
}
END
    ./plain >plain.out
    "$memscope" run -o j.mscope -- ./plain >out 2>err
    # The journal may keep one descriptor, under a number that the program does not get.
    same "$(cut -d' ' -f2 out)" "$(cut -d' ' -f2 plain.out)" "the next descriptor"
}

# In /tmp anybody may make a directory, or a link to one, under our name.
case_directory_of_another_user() {
    [ "$(id -u)" -eq 0 ] || skip "only root can give files away"
    build says
    mkdir theirs ours
    ln -s ours link
    chown 12345 theirs
    chown -h 12345 link
    for directory in theirs link; do
        status=0
        MEMSCOPE_DIR=$PWD/$directory ./says 5 >out 2>err || status=$?
        unmeasured "$PWD/$directory"
    done
    same "$(find theirs ours -name '*.mscope')" "" "journals"
}

# confined WAY...: ./confined does the same with memscope as without, in spite of what it denies itself.
# $under is a command that runs it.
under=
confined() {
    [ -e ./plain ] || gcc -o plain "$programs/confined.c"
    found=0
    # shellcheck disable=SC2086 # a list of words
    $under ./plain 100000 "$@" >plain.out 2>plain.err || found=$?
    [ "$found" -ne 77 ] || skip "not allowed here: $(cat plain.err)"
    # shellcheck disable=SC2086 # a list of words
    record $under ./confined 100000 "$@"
    same "$status" "$found" "status of confined $*: $(cat err)"
    same "$(cat out)" "$(cat plain.out)" "standard output of confined $*"
    to_json
}

# All that confined has made is in the report.
all_cells() {
    [ ! -s err ] || fail "$(cat err)"
    check '.types[] | select(.type_name == "struct cell") | [.total_count, .live_count]' '[100000,50000]'
    check '.process | [.exit, .exit_code]' '["exited",0]'
}

# What it has made is there or counted as dropped, and one line says so.
some_cells() {
    one_line err "memscope: the journal cannot grow"
    check_true '.summary | .total_allocations + .dropped_events >= 100000'
    check_true '.summary.dropped_events > 0 and .sampling.exact == false and (.notes | length) > 0'
    check '.process | [.exit, .exit_code]' '["exited",0]'
}

case_file_size_signal() {
    build confined
    confined file_size
    some_cells
}

# Where there are many the journal keeps one of them, where there are few it keeps none.
case_no_descriptors() {
    build confined
    under="prlimit --nofile=8"
    confined use_up_descriptors
    some_cells
    record prlimit --nofile=64 ./confined 100000 use_up_descriptors
    same "$status" 0 "status of a program that uses up its descriptors"
    to_json
    all_cells
}

# Closed by the program, the journal is opened again by its name; where that is no more, it ends.
case_descriptors_closed() {
    build confined
    confined close_all
    all_cells
}

case_chroot() {
    [ "$(id -u)" -eq 0 ] || skip "only root may chroot"
    build confined
    mkdir empty
    confined chroot="$PWD/empty"
    all_cells
    confined chroot="$PWD/empty" close_all
    some_cells
}

case_seccomp() {
    build confined
    confined refuse_files
    some_cells
}
