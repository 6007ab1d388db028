#!/bin/sh
# SPDX-License-Identifier: MIT
#
# debian.sh: makes the Debian packages, looks into them, installs them with dpkg in an empty folder in
# place of /, measures a program with what is there, and removes them again.
. "$(dirname "$0")/lib.sh"
make_debs

field() {
    dpkg-deb -f "debs/$1"_*.deb "$2"
}
has() {
    dpkg-deb -c "debs/$1"_*.deb | grep -qE " \./$2( -> .*)?\$" || fail "$1 has no $2"
}
# whole FIELD VALUE PATTERN
matches() {
    echo "$2" | grep -qE "$3" || fail "$1 is '$2', which is not like $3"
}

gcc=gcc-$(gcc -dumpversion | cut -d. -f1)
version=$("$MEMSCOPE_BUILD/bin/memscope" config --version)
for package in memscope libmemscope0 libmemscope-dev "memscope-plugin-$gcc"; do
    [ -e "debs/$package"_*.deb ] || fail "there is no package $package in $(ls debs)"
    matches "version of $package" "$(field "$package" Version)" "^$version\$"
    [ -n "$(field "$package" Description)" ] || fail "$package has no description"
    has "$package" "usr/share/doc/$package/copyright"
    [ "$(dpkg-deb -c "debs/$package"_*.deb | grep -cvE ' \./(usr/.*)?$')" -eq 0 ] ||
        fail "$package has files outside of /usr: $(dpkg-deb -c "debs/$package"_*.deb)"
done
has memscope usr/bin/memscope
has memscope usr/share/man/man1/memscope-run.1.gz
has memscope usr/share/bash-completion/completions/memscope
has libmemscope0 usr/lib/libmemscope.so.0
has libmemscope-dev usr/lib/libmemscope.so
has libmemscope-dev usr/include/memscope.h
has libmemscope-dev usr/lib/libmemscope.a
has libmemscope-dev usr/lib/pkgconfig/memscope.pc
has "memscope-plugin-$gcc" "usr/lib/memscope/$gcc/memscope.so"
matches "what memscope depends on" "$(field memscope Depends)" "libmemscope0 \(= $version\)"
matches "what memscope depends on" "$(field memscope Depends)" "libelf1"
matches "what libmemscope0 depends on" "$(field libmemscope0 Depends)" '^libc6 \([^,]*\)$'
matches "what the plugin depends on" "$(field "memscope-plugin-$gcc" Depends)" "$gcc"

if command -v lintian >/dev/null; then
    lintian --allow-root --fail-on error --suppress-tags bogus-mail-host debs/*.deb >lintian.log 2>&1 ||
        fail "lintian: $(cat lintian.log)"
fi

# No file is in two packages.
for deb in debs/*.deb; do
    dpkg-deb -c "$deb" | awk '$1 !~ /^d/ { print $6 }'
done | sort | uniq -d >twice
[ ! -s twice ] || fail "in two packages: $(cat twice)"

# Dependencies are of the real system and not in this root.
root=$work/root
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/var/log"
: >"$root/var/lib/dpkg/status"
# There is no shell in it for the scripts of packages, and the cache of this machine's loader is left alone.
mkdir fake
ln -s /bin/true fake/ldconfig
dpkg_there() {
    if [ "$(id -u)" -eq 0 ]; then
        PATH=$work/fake:$PATH dpkg --root="$root" --force-script-chrootless "$@"
    else
        PATH=$work/fake:$PATH fakeroot dpkg --root="$root" --force-script-chrootless --force-not-root "$@"
    fi >>dpkg.log 2>&1 || fail "dpkg $*: $(tail -n 20 dpkg.log)"
}
[ "$(id -u)" -eq 0 ] || command -v fakeroot >/dev/null || skip "neither root nor fakeroot"
dpkg_there --force-depends -i debs/*.deb
memscope=$root/usr/bin/memscope
export MEMSCOPE_DIR="$work/journals"
"$memscope" cc -g -O1 -o squares "$MEMSCOPE_SOURCE/samples/builds/squares.c" || fail "memscope cc"
ldd ./squares | grep -qF "$root/usr/lib/libmemscope.so.0" || fail "another runtime: $(ldd ./squares)"
[ "$(./squares 10)" = 285 ] || fail "squares does not print 285"
"$memscope" types >out || fail "memscope types"
grep -qF 'struct square' out || fail "no struct square: $(cat out)"

dpkg_there --force-depends -P $(for deb in debs/*.deb; do dpkg-deb -f "$deb" Package; done)
left=$(find "$root" -path "$root/var" -prune -o ! -type d -print)
[ -z "$left" ] || fail "left behind: $left"
echo "$(ls debs | wc -l) packages: $(du -ch debs/*.deb | tail -n 1 | cut -f1)"
