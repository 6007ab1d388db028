#!/bin/sh
# SPDX-License-Identifier: MIT
#
# debian_chroot.sh DIR: installs the Debian packages with apt, and what they depend on from the
# distribution, in a minimal Debian of this machine's release under DIR, uses them and removes them.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip "chroot is for root"
command -v debootstrap >/dev/null || skip "no debootstrap here (package debootstrap)"
mkdir -p "$1"
root=$(cd "$1" && pwd)/root
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
if [ ! -e "$root.complete" ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' | sed -n 's/ main$//p' | head -n 1)
    [ -n "$mirror" ] || skip "apt has no source on this machine"
    rm -rf "$root"
    debootstrap --variant=minbase "$release" "$root" "$mirror" >"$root.log" 2>&1 ||
        skip "debootstrap cannot make a Debian: $(grep -m 1 '^E:' "$root.log")"
    : >"$root.complete"
fi
# memscope finds its parts by /proc/self/exe.
inside() {
    unshare --mount sh -c 'mount -t proc proc "$1/proc" && exec chroot "$@"' sh "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
}

inside true || skip "cannot mount /proc in a chroot"

make_debs
major=$(gcc -dumpversion | cut -d. -f1)
rm -rf "$root/debs" "$root/source"
mkdir "$root/debs" "$root/source"
cp debs/libmemscope*.deb debs/memscope_*.deb "debs/memscope-plugin-gcc-${major}_"*.deb "$root/debs"
cp "$MEMSCOPE_SOURCE/samples/builds/squares.c" "$root/source"
inside sh -c 'apt-get -qq update && apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends -y gcc libc6-dev /debs/*.deb' \
    >install.log 2>&1 || fail "apt: $(tail -n 20 install.log)"
inside sh -ec 'cd /source
    memscope cc -g -O1 -o squares squares.c
    test "$(./squares 10)" = 285
    memscope types | grep -qF "struct square"
    MEMSCOPE_OPTIONS=out=/source/j.mscope ./squares 10
    memscope report -o page.html j.mscope && grep -qF "struct square" page.html
    gcc -fplugin=/usr/lib/memscope/gcc-'"$major"'/memscope.so -g -o plain squares.c -lmemscope
    test "$(./plain 10)" = 285' >use.log 2>&1 || fail "in use: $(cat use.log)"
inside sh -c 'apt-get -qq -o Dpkg::Use-Pty=0 purge -y memscope libmemscope0 libmemscope-dev "memscope-plugin-gcc-*"' \
    >remove.log 2>&1 || fail "apt: $(tail -n 20 remove.log)"
left=$(find "$root/usr" "$root/etc" -name '*memscope*')
[ -z "$left" ] || fail "left behind: $left"
echo "installed, used and removed in a $release"
