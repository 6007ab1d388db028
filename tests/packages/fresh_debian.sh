#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fresh_debian.sh DIR RELEASE: what README.md says to somebody new, in a minimal Debian RELEASE under DIR that has
# nothing but the tarball of the sources: scripts/demo, then building, installing and using memscope.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip "chroot is for root"
command -v debootstrap >/dev/null || skip "no debootstrap here (package debootstrap)"
mkdir -p "$1"
base=$(cd "$1" && pwd)/$2
if [ ! -e "$base.complete" ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' | sed -n 's/ main$//p' | head -n 1)
    [ -n "$mirror" ] || skip "apt has no source on this machine"
    rm -rf "$base"
    debootstrap --variant=minbase "$2" "$base" "$mirror" >"$base.log" 2>&1 ||
        skip "debootstrap cannot make a Debian: $(grep -m 1 '^E:' "$base.log")"
    : >"$base.complete"
fi
cp -a "$base" root
# memscope finds its parts by /proc/self/exe.
inside() {
    unshare --mount sh -c 'mount -t proc proc "$1/proc" && exec chroot "$@"' sh "$work/root" \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}
inside true || skip "cannot mount /proc in a chroot"

rm -f "$MEMSCOPE_BUILD/packages"/*.tar.xz
(cd "$MEMSCOPE_BUILD" && cpack --config CPackSourceConfig.cmake) >cpack.log 2>&1 || fail "cpack: $(tail -n 20 cpack.log)"
tar -xJf "$MEMSCOPE_BUILD/packages"/memscope-*.tar.xz -C root/root
mv root/root/memscope-* root/root/memscope

began=$(date +%s)
inside /root/memscope/scripts/demo >demo.log 2>&1 || fail "scripts/demo: $(tail -n 20 demo.log)"
echo "$2: scripts/demo took $(($(date +%s) - began)) s"
page=$(tail -n 1 demo.log)
grep -qF 'struct posting' "root/$page" || fail "scripts/demo ends with '$page', and there is no page with data"

inside sh -ec 'cd /root/memscope
    cmake --preset release
    cmake --build --preset release
    cmake --install build/release --prefix /root/first
    mv /root/first /root/tree' >build.log 2>&1 || fail "building and installing: $(tail -n 20 build.log)"
inside sh -ec 'PATH=/root/tree/bin:$PATH
    mkdir /root/own && cd /root/own
    cp ../memscope/samples/builds/squares.c program.c
    echo "program: program.c" >Makefile
    make CC="memscope cc" CFLAGS="-g -O2"
    ./program
    memscope types
    memscope report' >use.log 2>&1 || fail "in use: $(cat use.log)"
grep -qE '^struct square +1\.56 KiB' use.log || fail "no struct square in $(cat use.log)"
