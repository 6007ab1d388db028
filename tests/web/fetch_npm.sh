#!/bin/sh
# SPDX-License-Identifier: MIT
#
# fetch_npm.sh NAME VERSION SHA256 DIR: the package of npm, unpacked in DIR/NAME-VERSION/package. One that is there is used
# again. Nothing of the package is run. When it cannot be had: one line "skipped: why", status 77.
set -eu

if [ $# -ne 4 ]; then
    echo "usage: fetch_npm.sh NAME VERSION SHA256 DIR" >&2
    exit 2
fi
target=$4/$1-$2
[ ! -e "$target/complete" ] || exit 0
command -v npm >/dev/null || {
    echo "skipped: npm is not installed (apt-get install npm)"
    exit 77
}
rm -rf "$target"
mkdir -p "$target"
cd "$target"
npm pack --silent "$1@$2" >npm.log 2>&1 || {
    echo "skipped: npm cannot fetch $1 $2: $(tail -n 1 npm.log)"
    exit 77
}
echo "$3  $1-$2.tgz" | sha256sum --check --quiet || {
    echo "fetch_npm.sh: $1 $2 is not what it was" >&2
    exit 1
}
tar -xzf "$1-$2.tgz"
: >complete
