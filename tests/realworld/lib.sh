# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # what is set here is used by the scripts
#
# What the scripts share. MEMSCOPE_BUILD is the build tree, MEMSCOPE_SOURCE the repository.

memscope=$MEMSCOPE_BUILD/bin/memscope
cpu_time=${CPU_TIME:-$MEMSCOPE_BUILD/tests/bin/cpu_time}

unset MEMSCOPE_OPTIONS MEMSCOPE_CC MEMSCOPE_CC_TRACK LD_PRELOAD MAKEFLAGS
export LC_ALL=C

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# fetch PACKAGE: its sources are in $dir/PACKAGE/source, or the script ends with 77.
fetch() {
    "$MEMSCOPE_SOURCE/tests/realworld/fetch_source.sh" "$1" "$dir" || exit $?
}

# build_in FOLDER SOURCE COMMAND...: a copy of SOURCE in FOLDER, where COMMAND has run. Messages go to
# FOLDER.log.
build_in() {
    folder=$1
    rm -rf "$folder"
    cp -r "$2" "$folder"
    shift 2
    start=$(date +%s)
    (cd "$folder" && "$@") >"$folder.log" 2>&1 || {
        tail -n 20 "$folder.log" >&2
        fail "could not build $folder; see $folder.log"
    }
    echo "built ${folder##*/} in $(($(date +%s) - start)) s"
}

# ratio NEW OLD: with two decimals.
ratio() {
    awk -v new="$1" -v old="$2" 'BEGIN { printf "%.2f", new / old }'
}

# print_types REPORT SORT-KEY: the first ten types.
print_types() {
    jq -r --arg key "$2" '
        .types | sort_by(-.[$key]) | .[0:10][]
        | [.type_name // "(unknown)", .live_bytes, .live_count, .total_bytes, .total_count] | @tsv' "$1" |
        awk -F '\t' 'BEGIN { printf "  %-32s %14s %10s %16s %12s\n", "type", "live bytes", "blocks",
                                    "total bytes", "blocks" }
                     { printf "  %-32s %14s %10s %16s %12s\n", $1, $2, $3, $4, $5 }'
}
