#!/bin/sh
# SPDX-License-Identifier: MIT
#
# debian13.sh DIR: builds the plugin for GCC 13 and 14 in a Debian 13 of its own under DIR and runs the plugin's tests
# there. The root is made by debootstrap, from where this machine's apt has its packages, and used again.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)/debian13
root=$dir/root
. "$MEMSCOPE_SOURCE/tests/realworld/lib.sh"
compilers='gcc-13 g++-13 gcc-13-plugin-dev gcc-14 g++-14 gcc-14-plugin-dev'

skip() {
    echo "skipped: $*"
    exit 77
}

inside() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"
}

make_root() {
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' | sed -n 's/ main$//p' | head -n 1)
    [ -n "$mirror" ] || skip "apt has no source on this machine, so no Debian 13"
    rm -rf "$root"
    mkdir -p "$dir"
    debootstrap --variant=minbase trixie "$root" "$mirror" >"$dir/debootstrap.log" 2>&1 ||
        skip "debootstrap cannot make a Debian 13: $(grep -m 1 '^E:' "$dir/debootstrap.log")"
    # shellcheck disable=SC2086 # a list of packages
    inside apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends -y $compilers csmith libcsmith-dev \
        >"$dir/install.log" 2>&1 || skip "no compilers for Debian 13: $(tail -n 1 "$dir/install.log")"
    : >"$dir/complete"
}

[ "$(id -u)" -eq 0 ] || skip "chroot is for root"
command -v debootstrap >/dev/null || skip "no debootstrap here (package debootstrap)"
[ -e "$dir/complete" ] || make_root

rm -rf "$root/memscope"
mkdir -p "$root/memscope"
tar -C "$MEMSCOPE_SOURCE" --exclude=./build --exclude=./.git --exclude=./shared -c . | tar -C "$root/memscope" -x
inside /memscope/scripts/install-deps >"$dir/install-deps.log" 2>&1 || {
    tail -n 20 "$dir/install-deps.log"
    fail "scripts/install-deps does not work on Debian 13"
}
inside sh -c 'cmake --preset dev -S /memscope -B /build -DMEMSCOPE_PLUGIN_GCCS=13 &&
    cmake --build /build --target memscope_plugin memscope_plugin_gcc13 plugin_version_check_test' >"$dir/build.log" 2>&1 || {
    tail -n 20 "$dir/build.log"
    fail "the plugin does not build on Debian 13"
}
inside ctest --test-dir /build -j 2 -L '^plugin$' -LE '^slow$' --output-on-failure --timeout 600 >"$dir/tests.log" 2>&1 || {
    tail -n 60 "$dir/tests.log"
    fail "plugin tests fail on Debian 13"
}
! grep -E 'Skipped' "$dir/tests.log" || fail "plugin tests are left out on Debian 13"
for version in 13 14; do
    echo "Debian $(cat "$root/etc/debian_version"): GCC $(inside "gcc-$version" -dumpfullversion)"
done
sed -n 's/tests passed.* out of /&/p' "$dir/tests.log"
