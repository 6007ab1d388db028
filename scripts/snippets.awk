# SPDX-License-Identifier: MIT
# The fenced blocks of Markdown files: "FILE:LINE<tab>LANGUAGE<tab>MARK" a line, where MARK is the text of the comment,
# <!-- ... -->, in the line above the block. With -v into=DIR, the N-th block goes to DIR/N.
FNR == 1 { on = 0; above = "" }
/^ *```/ && on { on = 0; above = ""; if (into != "") close(into "/" count); next }
on { if (into != "") print > (into "/" count); next }
/^ *```/ {
    on = 1
    count++
    language = $0
    sub(/^ *```/, "", language)
    mark = ""
    if (above ~ /^<!-- .* -->$/)
        mark = substr(above, 6, length(above) - 9)
    printf "%s:%d\t%s\t%s\n", FILENAME, FNR, language == "" ? "-" : language, mark == "" ? "-" : mark
    if (into != "")
        printf "" > (into "/" count)
    next
}
{ above = $0 }
