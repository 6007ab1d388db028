#!/bin/sh
# SPDX-License-Identifier: MIT
#
# packages.sh DIR PACKAGE: builds a source package of the distribution plainly and with `memscope cc` and `memscope c++`,
# in the same folder, and runs its own tests with both. The same must come out: the diagnostics of each call of the
# compiler, what configure has found, the objects that nothing was put into (byte for byte), and the results of the tests.
set -eu

mkdir -p "$1"
dir=$(cd "$1" && pwd)
package=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib.sh"
work=$dir/packages/$package
export RECORDED_MEMSCOPE="$memscope" CCACHE_DISABLE=1
unset CFLAGS CXXFLAGS CPPFLAGS LDFLAGS CC CXX

# For each package: build_NAME in a copy of its source, test_NAME there, and what a line with the result of one test
# looks like. What tests print is compared as it is but for times, addresses and what counts up in one line.
with_make() {
    nice -n 5 make -j2 "CC=$work/bin/cc" "CXX=$work/bin/c++" "$@"
}
with_configure() {
    ./configure "CC=$work/bin/cc" "CXX=$work/bin/c++" --disable-dependency-tracking "$@" && nice -n 5 make -j2
}
with_cmake() {
    cmake -S "$1" -B build -G 'Unix Makefiles' "-DCMAKE_C_COMPILER=$work/bin/cc" "-DCMAKE_CXX_COMPILER=$work/bin/c++" \
        -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_POLICY_VERSION_MINIMUM=3.5 && shift && nice -n 5 cmake --build build -j2
}

build_zlib() {
    CC=$work/bin/cc ./configure && with_make
}
test_zlib() {
    make test
}
result_zlib='test OK|inflate|deflate|gzread|gzseek|gzgets|compress'

build_bzip2() {
    with_make libbz2.a bzip2 bzip2recover
}
test_bzip2() {
    make "CC=$work/bin/cc" test
}
result_bzip2='^(\./bzip2|cmp) '

build_lz4() {
    with_make -C lib && with_make -C tests fuzzer frametest
}
test_lz4() {
    tests/fuzzer -s1 -i60 && tests/frametest -s1 -i60
}
result_lz4=' tests completed'

build_cjson() {
    with_cmake .
}
test_cjson() {
    ctest --test-dir build
}
result_cjson=Passed

build_sed() {
    with_configure --disable-nls
}
test_sed() {
    nice -n 5 make -j2 check
}
result_sed='^PASS: '

build_gawk() {
    ./configure "CC=$work/bin/cc" --disable-dependency-tracking --disable-nls --disable-extensions --disable-mpfr &&
        with_make -C support && with_make gawk
}
test_gawk() {
    nice -n 5 make -C test check
}
result_gawk='^[a-z0-9_]+$'

build_xz() {
    with_configure --disable-nls --disable-doc
}
test_xz() {
    nice -n 5 make -j2 check
}
result_xz='^PASS: '

build_expat() {
    with_cmake expat
}
test_expat() {
    build/tests/runtests && build/tests/runtestspp
}
result_expat='^[0-9]+%'

build_jansson() {
    with_cmake . -DJANSSON_BUILD_DOCS=OFF
}
test_jansson() {
    ctest --test-dir build
}
result_jansson=Passed

build_libpng() {
    with_configure
}
test_libpng() {
    nice -n 5 make -j2 check
}
result_libpng='^PASS: '

build_pcre2() {
    with_configure
}
test_pcre2() {
    nice -n 5 make check
    set -- $?
    cat RunTest.log RunGrepTest.log
    return "$1"
}
result_pcre2='OK$|^PASS: |^Test '

build_pugixml() {
    with_make all
}
test_pugixml() {
    make "CXX=$work/bin/c++" test
}
result_pugixml='Success'

build_tinyxml2() {
    with_make xmltest
}
test_tinyxml2() {
    ./xmltest
}
result_tinyxml2='^\[pass\]'

case $package in
libpng) fetch libpng1.6 && source=$dir/libpng1.6/source ;;
xz) fetch xz-utils && source=$dir/xz-utils/source ;;
*) fetch "$package" && source=$dir/$package/source ;;
esac
mkdir -p "$work/bin"
ln -sf "$here/recorded_compiler" "$work/bin/cc"
ln -sf "$here/recorded_compiler" "$work/bin/c++"

# make SIDE: SIDE.calls, SIDE.objects, SIDE.found and SIDE.tests in $work. Both sides are built in one place, as names of
# folders get into objects and messages.
make_side() {
    rm -rf "$work/tree" "$work/$1.calls" "$work/$1.objects" "$work/journals"
    cp -rp "$source" "$work/tree" # make looks at times
    mkdir -p "$work/$1.calls" "$work/$1.objects"
    export RECORDED_SIDE="$1" RECORDED_DIR="$work/$1.calls" MEMSCOPE_DIR="$work/journals"
    cd "$work/tree"
    "build_$package" >"$work/$1.build" 2>&1 </dev/null || {
        status=$?
        tail -n 20 "$work/$1.build" >&2
        fail "$package: the build ends with $status, $1"
    }
    find . -name '*.o' | sed 's#^\./##' | while read -r object; do
        cp "$object" "$work/$1.objects/$(echo "$object" | tr / _)"
    done
    find . -name '*.h' -exec cksum {} + | sort -k3 >"$work/$1.found"
    status=0
    "test_$package" >"$work/$1.output" 2>&1 </dev/null || status=$?
    sed -E -e 's/^.*\r//' -e 's/[0-9.]+ *(s|sec|milli-seconds)\b/TIME/g' \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:.]+ [+-][0-9]{4}/TIME/g' -e 's/0x[0-9a-f]{6,}/ADDRESS/g' "$work/$1.output" |
        sort >"$work/$1.tests" # make -j
    echo "status $status" >>"$work/$1.tests"
    cd "$work"
}

same() {
    diff -r "$work/plain.$1" "$work/memscope.$1" >"$work/$1.diff" || {
        head -n 20 "$work/$1.diff" >&2
        fail "$package: $2; see $work/$1.diff"
    }
}

make_side plain
make_side memscope
same calls "the compiler says something else"
same found "other headers are made"
same tests "other results of the tests"
measured=0 identical=0
for object in "$work/plain.objects"/*; do
    other=$work/memscope.objects/${object##*/}
    if grep -q __memscope_ "$other"; then # a deallocator may have calls of the runtime and no site
        measured=$((measured + 1))
    elif cmp -s "$object" "$other"; then
        identical=$((identical + 1))
    else
        fail "$package: ${object##*/} names nothing of the runtime, but is another object"
    fi
done
calls=$(find "$work/plain.calls" -type f | wc -l)
warnings=$(cat "$work/plain.calls"/* | grep -c 'warning:' || :)
eval "pattern=\$result_$package"
tests=$(grep -cE "$pattern" "$work/plain.tests" || :)
echo "$package: $calls calls of the compiler with $warnings warnings, $measured measured objects and $identical others," \
    "$tests results of tests, $(tail -n 1 "$work/plain.tests"): the same plainly and with memscope"
# Where nothing is measured or tested nothing is shown. A test may well fail on both sides: some do for root.
{ [ "$measured" -gt 0 ] && [ "$tests" -gt 0 ]; } || fail "$package: nothing was compared"
rm -rf "$work/tree" "$work/journals"
