#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run_case.sh FILE CASE: runs the function case_CASE of cases/FILE.sh in an empty directory, which is
# removed afterwards.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

: "${MEMSCOPE_BUILD:?the build tree}" "${MEMSCOPE_SOURCE:?the repository}"
work=$(mktemp -d)
# A case that fails may leave a child behind. (A pipe from jobs would see no jobs: it is a subshell.)
clean_up() {
    jobs -p >"$work/jobs"
    xargs -r kill -KILL <"$work/jobs" 2>/dev/null || :
    cd /
    rm -rf "$work"
}
trap clean_up EXIT
cd "$work"
. "$here/lib.sh"
. "$here/cases/$1.sh"
"case_$2"
