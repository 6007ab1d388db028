# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Names, types and places that reports give to blocks.

# variable NAME TYPE MARK ALLOCATIONS BYTES: a variable of annotated.c as the report must have it.
variable() {
    check "[.variables[] | select(.var_name == \"$1\" and .kind != \"static\") | [.type_name, .total_allocations, .total_bytes]]" \
        "[[\"$2\",$4,$5]]"
    check "[.variables[] | select(.var_name == \"$1\") | .location | sub(\".*/\"; \"\")] | unique" \
        "[\"annotated.c:$(line annotated "$3")\"]"
}

case_annotated_local() {
    build_annotated annotated
    measure ./annotated
    variable local 'struct local_item' local 3 48
    check '.sites[] | select(.var_name == "local") | [.kind, .function, .live_allocations]' \
        '["variable","main",0]'
}

case_annotated_global() {
    build_annotated annotated
    measure ./annotated
    variable g_items 'struct global_item' global 1 160
}

case_annotated_static() {
    build_annotated annotated
    measure ./annotated
    # malloc of one item and realloc to three: two sites of one variable
    check '[.sites[] | select(.var_name == "s_items") | .type_name] | unique' '["struct static_item"]'
    check '[.variables[] | select(.var_name == "s_items") | .live_bytes] | add' 144
    check '[.variables[] | select(.var_name == "s_items") | .total_bytes] | add' 192
}

case_annotated_thread_local() {
    build_annotated annotated
    measure ./annotated
    variable t_items 'struct thread_item' thread_local 1 96
}

case_annotated_parameter() {
    build_annotated annotated
    measure ./annotated
    check '[.sites[] | select(.var_name == "parameter") | [.kind, .type_name, .function]] | unique' \
        '[["parameter","struct parameter_item","keep"]]'
    check '[.variables[] | select(.var_name == "parameter") | .live_bytes]' '[80]'
    check '[.variables[] | select(.var_name == "parameter") | .location | sub(".*/"; "")]' \
        "[\"annotated.c:$(line annotated parameter)\"]"
}

case_annotated_member() {
    build_annotated annotated
    measure ./annotated
    variable 'struct holder.first' 'struct member_item' member 1 64
    check '[.sites[] | select(.var_name == "struct holder.first") | .kind]' '["member"]'
}

case_annotated_label() {
    build_annotated annotated
    measure ./annotated
    check '[.sites[] | select(.label == "names of the holder") | [.var_name, .type_name, .total_bytes]]' \
        '[["struct holder.names","char",100]]'
}

# With track=annotated what is not annotated has no type; with track=all it has.
case_track_all() {
    build_annotated annotated
    measure ./annotated
    check '[.types[] | select(.type_name == "struct plain_item")]' '[]'
    check_true '.summary.typed_bytes_percent < 100'
    build annotated
    measure ./annotated
    check '[.types[] | select(.type_name == "struct plain_item") | [.total_count, .total_bytes]]' '[[1,112]]'
    check '.summary.typed_bytes_percent' 100
    check '[.sites[] | select(.type_name == "struct plain_item") | (.file | sub(".*/"; "")), .line]' \
        "[\"annotated.c\",$(line annotated plain)]"
}

case_every_level_of_optimisation() {
    for flags in -O0 -O2 -O3 '-O2 -flto' '-O2 -g0' '-O2 -fPIC -pie' \
        '-O2 -ffunction-sections -fdata-sections -Wl,--gc-sections'; do
        # shellcheck disable=SC2086 # a list of flags
        build annotated $flags
        measure ./annotated
        check '.summary.typed_bytes_percent' 100
        check '[.variables[] | select(.var_name == "g_items" and .kind != "static") | [.type_name, .total_bytes]]' \
            '[["struct global_item",160]]'
    done
}

# nothing_to CC CXX: annotated programs by these compilers alone, to which annotations are nothing, not even a warning.
nothing_to() {
    flags="-g -O0 -Wall -Wextra -Werror -I$MEMSCOPE_BUILD/include"
    # shellcheck disable=SC2086 # words
    $1 -std=gnu11 $flags -Wno-unknown-attributes -o annotated "$programs/annotated.c" || fail "$1 cannot compile annotations"
    # shellcheck disable=SC2086 # words
    $2 -std=c++14 $flags -o classes "$programs/classes.cc" || fail "$2 cannot compile annotations"
    for program in annotated classes; do
        ./$program >out || fail "./$program of $1 ended with $?"
    done
    "$memscope" run -o j.mscope ./annotated 2>err || fail "memscope run ended with $?: $(cat err)"
    to_json
    check '[.variables[], .sites[] | select(.var_name != null)]' '[]'
    # local three times, and parameter, global, static twice, first, names, thread_local and plain
    check '.summary | [.total_allocations, .total_bytes, .typed_bytes_percent]' '[11,852,0]'
    check '[.hotspots[] | select(.location | endswith(":'"$(line annotated label)"'")) | [.function, .total_size]]' \
        '[["main",100]]'
}

case_annotations_without_plugin() {
    nothing_to gcc g++
}

case_annotations_of_clang() {
    command -v clang++ >/dev/null || skip 'there is no clang'
    nothing_to clang clang++
}

# The blocks of a wrapper have the type that its callers give them.
case_wrapper() {
    build lives
    measure ./lives
    check '[.types[] | select(.type_name == "struct record") | [.total_count, .total_bytes]]' '[[100,4000]]'
    check '[.sites[] | select(.type_name == "struct record") | [.function, .line, .total_allocations]]' \
        "[[\"make_records\",$(line lives wrapper),100]]"
}

case_realloc_keeps_type() {
    build lives
    measure ./lives
    # 1, 2, 4 … 1024 entries of 16 bytes
    check '[.types[] | select(.type_name == "struct table_entry") | [.total_count, .total_bytes]]' \
        '[[11,32752]]'
}

case_realloc_inherits_type() {
    build lives
    measure ./lives
    check '[.sites[] | select(.type_name == "struct matrix") | [.function, .line, .total_allocations, .total_bytes]]' \
        "[[\"grow_opaque\",$(line lives matrix),2,704]]"
}

case_strdup_is_typed() {
    build lives
    measure ./lives
    check "[.sites[] | select(.line == $(line lives strdup)) | [.type_name, .total_allocations, .total_bytes]]" \
        '[["char",1,13]]'
}

case_layout() {
    build lives
    measure ./lives
    # flag _ weight kind _ id next: two holes of seven bytes
    check '.types[] | select(.type_name == "struct record") | [.size, .alignment, .padding_bytes]' '[40,8,14]'
    check '.types[] | select(.type_name == "struct record") | .members | map([.name, .type_name, .offset, .size, .hole_after])' \
        '[["flag","char",0,1,7],["weight","double",8,8,0],["kind","char",16,1,7],["id","unsigned long",24,8,0],["next","struct record *",32,8,0]]'
    # 100 records at the peak
    check '.types[] | select(.type_name == "struct record") | .padding_waste_bytes' 1400
}

case_cxx() {
    build classes
    measure ./classes
    check '[.types[] | select(.type_name | test("Circle")? // false) | .total_count] | add >= 3' true
    check '[.types[] | select(.type_name == "long" or .type_name == "long int") | [.total_count, .total_bytes]]' \
        '[[1,200]]'
    check '[.variables[] | select(.var_name == "s_circle") | .total_bytes] | add >= 24' true
}
