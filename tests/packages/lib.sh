# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What the tests of packages share. They are run in an empty directory that is removed afterwards.
set -eu
export LC_ALL=C
unset MEMSCOPE_OPTIONS MEMSCOPE_CC MEMSCOPE_CC_TRACK

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

skip() {
    echo "skipped: $*"
    exit 77
}

: "${MEMSCOPE_BUILD:?the build tree}" "${MEMSCOPE_SOURCE:?the repository}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# make_debs: the packages, in debs/.
make_debs() {
    command -v dpkg-deb >/dev/null && command -v dpkg-shlibdeps >/dev/null || skip "there is no dpkg-dev"
    rm -rf "$MEMSCOPE_BUILD/packages"/*.deb
    (cd "$MEMSCOPE_BUILD" && cpack -G DEB) >cpack.log 2>&1 || fail "cpack: $(tail -n 20 cpack.log)"
    mkdir debs
    mv "$MEMSCOPE_BUILD/packages"/*.deb debs
}
