# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The recipes of samples/builds, with an installed tree that has been moved.

set_up_builds() {
    cmake --install "$MEMSCOPE_BUILD" --prefix "$PWD/first" >out
    mv first tree
    cp -r "$MEMSCOPE_SOURCE/samples/builds" builds
    path_without=$PATH
    PATH=$PWD/tree/bin:$PATH
    memscope=$PWD/tree/bin/memscope
    PKG_CONFIG_PATH=$PWD/tree/lib/pkgconfig
    export PKG_CONFIG_PATH
}

# is_measured PROGRAM: it prints what it should, and its journal has the type and the variable.
is_measured() {
    measure "$1" 10
    same "$(cat out)" 285 "what $1 prints"
    check '.types[] | select(.type_name == "struct square") | .total_count' 10
    check '[.variables[] | select(.var_name == "first" and .type_name == "struct square") | .total_allocations] | add' 10
    check '.summary.total_deallocations >= 10' true
    if ldd "$1" | grep -F "$MEMSCOPE_BUILD"; then
        fail "$1 uses the build tree"
    fi
}

# is_built_without COMMAND...: it ends well where memscope is not to be found.
is_built_without() {
    env -u PKG_CONFIG_PATH PATH="$path_without" "$@" >out 2>&1 || fail "without memscope: $(cat out)"
}

case_build_with_cmake() {
    set_up_builds
    cmake -S builds/cmake -B made -DCMAKE_PREFIX_PATH="$PWD/tree" >out 2>&1 || fail "$(cat out)"
    cmake --build made >out 2>&1 || fail "$(cat out)"
    is_measured made/squares
    is_built_without cmake -S builds/cmake -B without -DMEMSCOPE=OFF
    is_built_without cmake --build without
    same "$(without/squares 10)" 285 "what it prints without memscope"
    # The tree may move once more: the next configuration finds it.
    mv tree elsewhere
    memscope=$PWD/elsewhere/bin/memscope
    cmake -S builds/cmake -B again -DCMAKE_PREFIX_PATH="$PWD/elsewhere" >out 2>&1 || fail "$(cat out)"
    cmake --build again >out 2>&1 || fail "$(cat out)"
    is_measured again/squares
}

case_build_with_make() {
    set_up_builds
    make -C builds/make CC="memscope cc" >out 2>&1 || fail "$(cat out)"
    is_measured builds/make/squares
    make -C builds/make clean >out
    is_built_without make -C builds/make CC=gcc
    same "$(builds/make/squares 10)" 285 "what it prints without memscope"
    make -C builds/make clean >out
    make -C builds/make MEMSCOPE=1 CC=gcc >out 2>&1 || fail "$(cat out)"
    is_measured builds/make/squares
}

case_build_with_pkg_config() {
    set_up_builds
    make -C builds/pkg-config CC=gcc >out 2>&1 || fail "$(cat out)"
    is_measured builds/pkg-config/squares
}

case_build_with_meson() {
    command -v meson >/dev/null || skip "there is no meson"
    set_up_builds
    cp builds/squares.c builds/meson
    CC=gcc meson setup made builds/meson >out 2>&1 || fail "$(cat out)"
    meson compile -C made >out 2>&1 || fail "$(cat out)"
    is_measured made/squares
    CC=gcc is_built_without meson setup without builds/meson
    is_built_without meson compile -C without
    same "$(without/squares 10)" 285 "what it prints without memscope"
    # As on the command line of any build system.
    CC="memscope cc" PKG_CONFIG_PATH='' meson setup plain builds/meson >out 2>&1 || fail "$(cat out)"
    meson compile -C plain >out 2>&1 || fail "$(cat out)"
    is_measured plain/squares
}

case_build_with_autotools() {
    command -v autoreconf >/dev/null && command -v automake >/dev/null || skip "there are no autotools"
    set_up_builds
    cp builds/squares.c builds/autotools
    cd builds/autotools
    autoreconf -i >out 2>&1 || fail "$(cat out)"
    ./configure --enable-memscope CC=gcc >out 2>&1 || fail "$(cat out)"
    make >out 2>&1 || fail "$(cat out)"
    is_measured ./squares
    make clean >out 2>&1
    ./configure CC="memscope cc" >out 2>&1 || fail "$(cat out)"
    make >out 2>&1 || fail "$(cat out)"
    is_measured ./squares
}
