# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# memscope report --sources: the text of the program's source files in the page.

# sources_of PAGE: what it has of them, as JSON.
sources_of() {
    sed -n 's/.*<script type="application\/json" id="sources">\([^<]*\)<\/script>.*/\1/p' "$1"
}

# write_program DIR: app.c and sub/table.h, compiled there by their relative names.
write_program() {
    mkdir -p "$1/sub"
    cat >"$1/app.c" <<'END'
#include <stdlib.h>
#include "sub/table.h"
/* </script> & "quotes" */
int main(void) {
    int *numbers = malloc(4096);
    numbers[1] = 2;
    fill_table();
    free(numbers);
    return 0;
}
END
    cat >"$1/sub/table.h" <<'END'
static int *volatile table;
static inline void fill_table(void) {
    table = malloc(40000);
    table[3] = 4;
}
END
    (cd "$1" && MEMSCOPE_CC_TRACK=all "$memscope" cc -g -O1 -o app app.c) || fail 'not compiled'
}

case_sources_in_the_page() {
    write_program w
    measure w/app
    "$memscope" report -o plain.html j.mscope >out || fail "status $?"
    same "$(sources_of plain.html)" '' 'what was not asked for'
    # From another directory than that of the compiler.
    "$memscope" report --sources -o page.html j.mscope >out 2>err || fail "status $?: $(cat err)"
    same "$(cat err)" '' 'standard error'
    sources_of page.html >sources.json
    same "$(jq -r '.[] | .names[0] + " " + .path + " " + (.changed | tostring)' sources.json | sort)" \
        "app.c $PWD/w/app.c false
sub/table.h $PWD/w/sub/table.h false" 'the files'
    jq -j '.[] | select(.names[0] == "app.c") | .parts[] | .text' sources.json | cmp - w/app.c ||
        fail 'the text of app.c is another'
    # Nothing of them is in the export.
    "$memscope" export --format json j.mscope | grep -qF 'fill_table();' && fail 'the export has text'

    touch -d '1 hour' w/app.c
    "$memscope" report --sources -o page.html j.mscope >out 2>err || fail "status $?"
    same "$(sources_of page.html | jq -c 'map(select(.changed) | .names[0])')" '["app.c"]' 'what was changed since'

    status=0
    "$memscope" report --sources --redact -o no.html j.mscope >out 2>err || status=$?
    same "$status $(cat err)" '2 memscope: report: --redact takes out what --sources puts in; give one of them' 'the refusal'
    [ ! -e no.html ] || fail 'a page was written'
}

case_sources_elsewhere() {
    write_program w
    measure w/app
    mv w/app app
    mv w moved
    "$memscope" report --sources -o page.html j.mscope >out 2>err || fail "status $?"
    same "$(sources_of page.html)" '[]' 'files that are gone'
    grep -q '^memscope: report: .* source file.* --source-dir says where they are$' err || fail "$(cat err)"
    "$memscope" report --source-dir "$PWD/nothing:$PWD/moved" -o page.html j.mscope >out 2>err || fail "status $?"
    same "$(sources_of page.html | jq -c 'map(.path) | sort')" "[\"$PWD/moved/app.c\",\"$PWD/moved/sub/table.h\"]" \
        'the files below DIR'
}

# Names come from the journal: what is no text of C does not get into a page that may be given to others.
case_sources_refused() {
    write_program w
    measure w/app
    printf 'int a;\0\n' >w/app.c
    rm w/sub/table.h
    mkfifo w/sub/table.h
    "$memscope" report --sources -o page.html j.mscope >out 2>err || fail "status $?"
    same "$(sources_of page.html)" '[]' 'what is no text'
    echo secret >w/key
    echo secret >w/key.txt
    to_json
    for name in key key.txt; do
        sed -e "s/\"app.c\"/\"$name\"/g" report.json >key.json
        "$memscope" report --source-dir "$PWD/w" -o page.html key.json >out 2>err || fail "status $?"
        grep -qF "\"$name\"" page.html || fail 'the name is not in the page'
        same "$(sources_of page.html)" '[]' 'what has the name of no source'
    done
    # By its whole name.
    sed -e "s|\"app.c\"|\"$PWD/w/sub/table.h\"|g" report.json >fifo.json
    "$memscope" report --sources -o page.html fifo.json >out 2>err || fail "status $?"
    same "$(sources_of page.html)" '[]' 'what is no file'
}

# Of a large file the lines around what allocates.
case_sources_of_a_large_file() {
    {
        echo '#include <stdlib.h>'
        seq 40000 | sed 's/.*/\/* line number & of many *\//'
        printf 'int main(void) {\n    int *numbers = malloc(4096);\n    numbers[1] = 2;\n    free(numbers);\n    return 0;\n}\n'
        seq 100 | sed 's/.*/\/* behind & *\//'
    } >large.c
    MEMSCOPE_CC_TRACK=all "$memscope" cc -g -O1 -o large large.c || fail 'not compiled'
    measure ./large
    "$memscope" report --sources -o page.html j.mscope >out 2>err || fail "status $?"
    sources_of page.html >sources.json
    same "$(jq -c '.[0].parts | map([.first_line, (.text | split("\n") | length - 1)])' sources.json)" \
        '[[39963,81]]' 'the lines that are shown'
    jq -j '.[0].parts[0].text' sources.json >part
    tail -n +39963 large.c | head -n 81 | cmp - part || fail 'other lines'
}

# editor_of PAGE: what it knows of editors, as JSON.
editor_of() {
    sed -n 's/.*<script type="application\/json" id="editor">\([^<]*\)<\/script>.*/\1/p' "$1"
}

# Where an editor finds what the report names.
case_editor_places() {
    write_program w
    measure w/app
    "$memscope" report --editor vim -o page.html j.mscope >out 2>err || fail "status $?: $(cat err)"
    same "$(cat err)" '' 'standard error'
    editor_of page.html >editor.json
    same "$(jq -r '.chosen, (.paths | sort_by(.name)[] | .name + " " + .path)' editor.json)" "vim
app.c $PWD/w/app.c
sub/table.h $PWD/w/sub/table.h" 'where the files are'
    "$memscope" report --editor 'my://{file}?{line}' -o page.html j.mscope >out || fail "status $?"
    same "$(editor_of page.html | jq -r .chosen)" 'my://{file}?{line}' 'the template'
    # Where they were moved to; and nothing of a redacted report.
    mv w moved
    "$memscope" report --source-dir moved -o page.html j.mscope >out || fail "status $?"
    same "$(editor_of page.html | jq -c '[.chosen, (.paths | map(.path) | sort)]')" \
        "[null,[\"$PWD/moved/app.c\",\"$PWD/moved/sub/table.h\"]]" 'where the files are now'
    "$memscope" report --redact -o page.html j.mscope >out || fail "status $?"
    same "$(editor_of page.html | jq -c '[.chosen, .paths]')" '[null,[]]' 'what a redacted page knows'
}

case_editor_refused() {
    write_program w
    measure w/app
    while IFS='|' read -r editor words; do
        status=0
        "$memscope" report --editor "$editor" -o no.html j.mscope >out 2>err || status=$?
        same "$status $(cat err)" "2 memscope: report: --editor $editor $words" "the refusal of $editor"
    done <<'END'
vscod|is neither an editor that is known nor a template like myeditor://open?file={file}&line={line}
javascript:alert({file})|has a scheme that browsers do not hand to other programs
JAVAscript:alert({file})|has a scheme that browsers do not hand to other programs
my://open|has no {file}
my:// {file}|has more than plain letters in it: the rest must be written as %XX
END
    status=0
    "$memscope" report --redact --editor vim -o no.html j.mscope >out 2>err || status=$?
    same "$status $(cat err)" '2 memscope: report: --redact takes out the paths that --editor opens; give one of them' 'the refusal'
    [ ! -e no.html ] || fail 'a page was written'
}

# Of several runs: files that all of them were compiled of, and those that are different ones.
case_sources_of_merged_reports() {
    write_program w
    for run in 1 2; do
        measure w/app
        mv j.mscope "$run.mscope"
    done
    "$memscope" report --sources -o page.html 1.mscope 2.mscope >out 2>err || fail "status $?: $(cat err)"
    same "$(cat err)" '' 'standard error'
    same "$(sources_of page.html | jq -c 'map(.path) | sort')" "[\"$PWD/w/app.c\",\"$PWD/w/sub/table.h\"]" 'the files'
    # Another program with a main file of that name, and the same header by a link.
    write_program v
    ln -sf "$PWD/w/sub/table.h" v/sub/table.h
    measure v/app
    mv j.mscope 3.mscope
    "$memscope" report --sources -o page.html 1.mscope 3.mscope >out 2>err || fail "status $?"
    same "$(sources_of page.html | jq -c 'map(.names[0])')" '["sub/table.h"]' 'the files of both'
    same "$(cat err)" "memscope: report: 1 source file cannot be found or read: app.c (there are different files of that name\
 where it was compiled); --source-dir says where they are" 'why there is no app.c'
    # An export does not tell where it was compiled.
    "$memscope" export --format json -o 1.json 1.mscope
    "$memscope" report --sources -o page.html 1.json >out 2>err || fail "status $?"
    grep -qF '(nothing tells where it was compiled: an export does not' err || fail "$(cat err)"
}
