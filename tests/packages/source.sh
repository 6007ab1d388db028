#!/bin/sh
# SPDX-License-Identifier: MIT
#
# source.sh: the tarball of the sources has all that git has, nothing that it ignores, and configures.
. "$(dirname "$0")/lib.sh"
(cd "$MEMSCOPE_BUILD" && cpack --config CPackSourceConfig.cmake) >cpack.log 2>&1 || fail "cpack: $(tail -n 20 cpack.log)"
tar -xJf "$MEMSCOPE_BUILD/packages"/memscope-*.tar.xz || fail "no tarball of sources"
cd memscope-*
[ ! -e build ] && [ ! -e .git ] || fail "the tarball has build or .git"
if git -C "$MEMSCOPE_SOURCE" rev-parse >/dev/null 2>&1; then
    git -C "$MEMSCOPE_SOURCE" ls-files | while read -r file; do
        [ -e "$file" ] || [ ! -e "$MEMSCOPE_SOURCE/$file" ] || echo "$file"
    done >"$work/missing"
    [ ! -s "$work/missing" ] || fail "the tarball lacks $(head -n 5 "$work/missing")"
fi
cmake -S . -B made -DMEMSCOPE_BUILD_TESTS=OFF -DMEMSCOPE_PLUGIN_GCCS= >out 2>&1 || fail "$(tail -n 20 out)"
