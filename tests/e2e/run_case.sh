#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run_case.sh FILE CASE: runs the function case_CASE of cases/FILE.sh in an empty directory, which is
# removed afterwards. run_case.sh --listed NAMES...: every case of every file is among the names.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

if [ "$1" = --listed ]; then
    shift
    status=0
    for name in $(sed -n 's/^case_\([a-z0-9_]*\)() {$/\1/p' "$here"/cases/*.sh); do
        case " $* " in
        *" $name "*) ;;
        *)
            echo "the case $name is not in tests/e2e/CMakeLists.txt"
            status=1
            ;;
        esac
    done
    exit "$status"
fi

: "${MEMSCOPE_BUILD:?the build tree}" "${MEMSCOPE_SOURCE:?the repository}"
work=$(mktemp -d)
# A case may leave children behind when it fails.
trap 'cd /; rm -rf "$work"' EXIT
cd "$work"
. "$here/lib.sh"
. "$here/cases/$1.sh"
"case_$2"
