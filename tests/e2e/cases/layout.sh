# SPDX-License-Identifier: MIT
# shellcheck shell=sh

tools=$MEMSCOPE_SOURCE/tests/e2e/tools

# agrees PROGRAM NAME-FOR-PAHOLE NAME: what memscope says of a type is what pahole says.
agrees() {
    # pahole 1.30 prints the type, finds no BTF and ends with 1.
    pahole -C "$2" "$1" >pahole.out 2>pahole.err || [ -s pahole.out ] ||
        fail "pahole -C $2 has printed nothing: $(cat pahole.err)"
    awk -f "$tools/pahole_sums.awk" pahole.out >of_pahole
    jq -r --arg name "$3" '.layouts[] | select(.type_name == $name) |
        [.size, .padding_bytes, .cache_lines] + [.members[] | .bit_offset // .offset * 8] |
        map(tostring) | join(" ")' report.json >of_memscope
    cmp -s of_pahole of_memscope || fail "$3: pahole has '$(cat of_pahole)', memscope '$(cat of_memscope)'"
    compared=$((compared + 1))
}

case_layout_agrees_with_pahole() {
    command -v pahole >/dev/null || skip "there is no pahole"
    compared=0
    build shapes
    measure ./shapes
    for name in conn bits bits_apart flexible old_flexible packed with_packed aligned line nested derived \
        nameless wide tight inner text; do
        agrees shapes "$name" "struct $name"
    done
    agrees shapes nameless_t nameless_t
    # Of a union pahole does not say what is unused.
    check '.layouts | length' $((compared + 1))
    check '.layouts[] | select(.type_name == "union either") | [.size, .padding_bytes, .not_reordered]' \
        '[8,3,"it is a union"]'
    awk -v seed=7 -v count=60 -f "$tools/random_structs.awk" >random.c 2>members
    "$memscope" cc -g -O1 -o random random.c || fail 'random.c cannot be built'
    measure ./random
    for number in $(seq 60); do
        agrees random "s$number" "struct s$number"
    done
}

# pahole takes the bases of classes for members that nothing shares: only where that is so are the sums
# the same.
case_layout_of_classes() {
    build shapes_cxx
    measure ./shapes_cxx
    check '[.layouts[] | [.type_name, .size, .best_size, .not_reordered]] | sort' \
        '[["FromEmpty",24,16,null],["FromFull",40,32,null],["FromPadded",32,null,"members may lie in the padding of its base class"],["FromVirtualBase",56,null,"where its members are is not known before the program runs"],["Pair<double>",24,16,null],["Plain",24,16,null],["Virtual",32,24,null]]'
    check '.layouts[] | select(.type_name == "Virtual") | [.members[].kind], .best_order' \
        '["vtable","member","member","member"]
["_vptr.Virtual","m_b","m_a","m_c"]'
    command -v pahole >/dev/null || skip "there is no pahole"
    compared=0
    for name in Plain Virtual FromEmpty FromFull 'Pair<double>'; do
        agrees shapes_cxx "$name" "$name"
    done
}

# better LAYOUTS-OF-THE-REPORT: sizes.c, which has each struct of `members` in the order that is proposed.
write_better() {
    jq -r '.layouts[] | select(.best_order != []) | .type_name as $type |
        .best_order[] | [($type | ltrimstr("struct ")), .] | @tsv' report.json >orders
    awk -F '\t' -v includes="$1" '
        NR == FNR { text[$1, $2] = $3; attribute[$1] = $4; next }
        FNR == 1 { print includes }
        $1 != last { if (last != "") print "}" attribute[last] ";"; print "struct better_" $1 " {"; last = $1
            names[++count] = $1 }
        { print "    " text[$1, $2] }
        END { print "}" attribute[last] ";"; print "#include <stdio.h>\nint main(void) {"
            for (i = 1; i <= count; i++)
                printf "    printf(\"struct %s %%zu\\n\", sizeof(struct better_%s));\n", names[i], names[i]
            print "    return 0;\n}" }' members orders >better.c
}

# The orders that are proposed, compiled: they have the sizes that were promised.
case_layout_orders_are_real() {
    for seed in 1 2 3; do
        awk -v seed=$seed -v count=120 -f "$tools/random_structs.awk" >random.c 2>members
        "$memscope" cc -g -O1 -o random random.c || fail 'random.c cannot be built'
        measure ./random
        check '.layouts | length' 120
        write_better 'struct inner { int i; char c; }; union either { char c[5]; short s; };'
        gcc -o better better.c || fail 'better.c cannot be built'
        ./better | LC_ALL=C sort >sizes
        jq -r '.layouts[] | select(.best_order != []) | "\(.type_name) \(.best_size)"' report.json |
            LC_ALL=C sort >promised
        [ "$(wc -l <promised)" -gt 40 ] || fail "only $(wc -l <promised) of 120 structs have a better order"
        cmp -s sizes promised || fail "seed $seed: $(diff sizes promised | head -n 6)"
        # The same members, each once.
        check '[.layouts[] | select(.best_order != [] and (.best_order | sort) != ([.members[].name] | sort))]' '[]'
        check_true '[.layouts[] | select(.not_reordered != null)] | length < 12'
    done
}

case_layout_of_instances() {
    build shapes
    measure ./shapes
    # Three of each, and three conn_t, which is struct conn.
    check '.layouts[] | select(.type_name == "struct conn") |
        [(.names | sort), .live_objects, .peak_objects, .padding_bytes, .tail_padding_bytes, .wasted_bytes, .saved_bytes]' \
        '[["conn_t","struct conn"],6,6,20,6,120,96]'
    # One that is freed, and one that has more behind it: neither is a number of objects.
    check '.layouts[] | select(.type_name == "struct inner") | [.live_objects, .peak_objects, .wasted_bytes, .wasted_at_peak_bytes]' \
        '[0,1,0,3]'
    check '.layouts[] | select(.type_name | test("flexible")) | [.live_objects, .best_size, .best_order[-1]]' \
        '[1,16,"data"]
[1,16,"data"]'
    check '.layouts[] | select(.type_name == "struct text") | [.size, .live_objects]' '[1,1]'
    check '.layouts[] | select(.type_name == "struct derived") | .best_order[0]' base
    check '.layouts[] | select(.type_name == "struct wide") | [.crossing_members, .cache_lines] + [.members[] | select(.crosses_line).name]' \
        '[1,2,"text"]'
    # What others have declared is not for the program to change.
    cat >system.c <<'END'
#define _GNU_SOURCE
#include <netdb.h>
#include <stdlib.h>
struct addrinfo *info;
int main(void) {
    info = malloc(sizeof(*info));
    return info == NULL;
}
END
    "$memscope" cc -g -o system system.c || fail 'system.c cannot be built'
    measure ./system
    check '.layouts | map([.size, .padding_bytes > 0, .best_size, .not_reordered])' \
        '[[48,true,null,"it is declared in a header of the system"]]'
}

case_layout_order() {
    build shapes
    measure ./shapes
    check '[.layouts[].wasted_bytes] | . == (sort | reverse)' true
    check '.layouts[] | select(.type_name == "struct conn").declared | split("/")[-1]' \
        "shapes.c:$(grep -n 'struct conn {' "$programs/shapes.c" | cut -d: -f1)"
}

case_layout_as_text() {
    build shapes
    measure ./shapes
    "$memscope" layout --top 1 j.mscope >out || fail "status $?"
    grep -qF 'WASTED NOW' out && grep -qF 'struct line' out || fail "$(cat out)"
    "$memscope" layout 'struct conn' j.mscope >out || fail "status $?"
    sed 's/^ *//; s/  */ /g' out >plain
    for text in '8 8 void *buffer' '1 7 *** hole' '34 6 *** padding at the end' 'spelled conn_t, struct conn' \
        'in a better order 24 B: saves 96 B now, 96 B at the peak' 'order: id, buffer, state, flags, port'; do
        grep -qxF "$text" plain || fail "no line '$text' in $(cat out)"
    done
    "$memscope" layout --type conn_t --json j.mscope | jq -e 'map(.type_name) == ["struct conn"]' >/dev/null ||
        fail '--type conn_t'
    "$memscope" layout --type 'struct b*' j.mscope | sed 's/^ *//; s/  */ /g' >plain
    grep -qxF '2:0 2 unsigned int d : 9' plain || fail "bit-fields: $(cat plain)"
    "$memscope" layout 'struct tight' j.mscope | sed 's/^ *//; s/  */ /g' >plain
    grep -qxF '0 8 void (*a)(int)' plain || fail "a pointer to a function: $(cat plain)"
    "$memscope" layout --type 'nothing*' j.mscope | grep -q "matches 'nothing\*'" || fail 'a type that is not there'
    found=0
    "$memscope" types --type x j.mscope 2>err || found=$?
    same "$found" 2 "status of types --type"
    one_line err "wrong option '--type'"
}

# Two sources that each have a type of that name.
case_types_of_one_name() {
    build twins "$programs/twins_other.c"
    measure ./twins
    check '[.types[] | select(.type_name == "struct twin") |
        [(.declared | split("/")[-1]), .size, .live_count, .total_count, .total_objects, .padding_bytes]] | sort' \
        "[[\"twins.c:$(grep -n 'struct twin {' "$programs/twins.c" | cut -d: -f1)\",24,1,1,10,14],\
[\"twins_other.c:$(grep -n 'struct twin {' "$programs/twins_other.c" | cut -d: -f1)\",24,1,2,5,0]]"
    check '[.layouts[] | [.type_name, .live_objects]] | sort' '[["struct twin",4],["struct twin",10]]'
    check '[.notes[] | select(test("^struct twin has 2 layouts: 24 bytes .*twins.*, 24 bytes .*twins"))] | length' 1
}
