#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fetch_source.sh PACKAGE DIR: the source package PACKAGE of the distribution, unpacked as its authors
# released it (without the distribution's patches) in DIR/PACKAGE/source.
#
# apt works with lists, a cache and a sources file of its own under DIR, made from the system's own
# sources of this release with source packages turned on; nothing of the system changes. What was
# fetched before is used again. When the sources cannot be had: one line "skipped: why", status 77.
set -eu

if [ $# -ne 2 ]; then
    echo "usage: fetch_source.sh PACKAGE DIR" >&2
    exit 2
fi
package=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
target=$dir/$package

skip() {
    echo "skipped: $*"
    exit 77
}

if [ -e "$target/.complete" ]; then
    exit 0
fi
command -v apt-get >/dev/null || skip "no apt-get here, so no source package $package"
command -v dpkg-source >/dev/null || skip "no dpkg-source here (package dpkg-dev)"

codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[ -n "$codename" ] || skip "/etc/os-release names no VERSION_CODENAME"

# The entries of this release (codename, codename-updates, codename-security), as deb-src lines.
# Reads both forms that sources.list(5) knows: one line an entry, and paragraphs of fields.
write_sources() {
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -r "$list" ] || continue
        sed -n 's/^[[:space:]]*deb[[:space:]]/deb-src /p' "$list" |
            grep -E "[[:space:]]$codename(-[a-z]+)?(/[a-z]+)?[[:space:]]" || :
    done
    for list in /etc/apt/sources.list.d/*.sources; do
        [ -r "$list" ] || continue
        awk -v codename="$codename" '
            function flush(  i, j, n, m, suite, uri, options) {
                n = split(field["suites"], suite, " ")
                m = split(field["uris"], uri, " ")
                options = field["signed-by"] == "" ? "" : " [signed-by=" field["signed-by"] "]"
                for (j = 1; j <= m; j++)
                    for (i = 1; i <= n; i++)
                        if (suite[i] == codename || index(suite[i], codename "-") == 1)
                            print "deb-src" options, uri[j], suite[i], field["components"]
                delete field
            }
            /^[[:space:]]*#/ { next }
            /^[[:space:]]*$/ { flush(); next }
            match($0, /^[A-Za-z-]+:/) {
                name = tolower(substr($0, 1, RLENGTH - 1))
                field[name] = substr($0, RLENGTH + 1)
                gsub(/^[[:space:]]+|[[:space:]]+$/, "", field[name])
            }
            END { flush() }' "$list"
    done
}

apt=$dir/apt
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/state" "$apt/none"
write_sources >"$apt/sources.list"
[ -s "$apt/sources.list" ] || skip "apt has no source of $codename on this machine"

private_apt() {
    program=$1
    shift
    "$program" -qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o "Dir::Etc::sourceparts=$apt/none" \
        -o "Dir::State=$apt/state" -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" \
        -o Dir::State::status=/var/lib/dpkg/status -o "APT::Sandbox::User=$(id -un)" \
        -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=30 "$@"
}

if [ ! -e "$apt/updated" ]; then
    private_apt apt-get update >"$apt/update.log" 2>&1 ||
        skip "the lists of source packages cannot be had: $(tail -n 1 "$apt/update.log")"
    : >"$apt/updated"
fi

rm -rf "$target"
mkdir -p "$target"
cd "$target"
# A mirror may lack the files of the newest version that its lists name.
versions=$(private_apt apt-cache showsrc --only-source "$package" 2>/dev/null | sed -n 's/^Version: //p' | sort -rVu)
[ -n "$versions" ] || skip "apt knows no source package $package"
fetched=no
for version in $versions; do
    if private_apt apt-get source --only-source --download-only "$package=$version" >"$apt/source.log" 2>&1; then
        fetched=yes
        break
    fi
    rm -f ./*
done
[ "$fetched" = yes ] || {
    rm -f "$apt/updated"
    skip "the source package $package cannot be had: $(tail -n 1 "$apt/source.log")"
}
dpkg-source --no-check --skip-patches -x ./*.dsc "$target/source" >"$apt/unpack.log" 2>&1 || {
    tail -n 5 "$apt/unpack.log" >&2
    echo "fetch_source.sh: $package: the fetched source package cannot be unpacked" >&2
    exit 1
}
: >"$target/.complete"
