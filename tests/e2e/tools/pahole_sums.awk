# SPDX-License-Identifier: MIT
#
# What pahole prints of one type as a line: size, bytes of padding, cache lines, then for each member
# of its own the bit that it begins at. Of bits that are not used, whole bytes count.
/^\t[^\t].*\/\* +[0-9]+(: ?[0-9]+)? +[0-9]+ \*\/$/ && !/cacheline/ {
    place = $0
    sub(/.*\/\* +/, "", place)
    sub(/ +[0-9]+ \*\/$/, "", place)
    gsub(/ /, "", place)
    split(place, parts, ":")
    starts = starts " " parts[1] * 8 + parts[2]
}
/^\t\/\* size: [0-9]+, cachelines: [0-9]+/ { size = $3 + 0; lines = $5 + 0 }
/^\t\/\* padding: [0-9]+ \*\// { padding += $3 }
/^\t\/\* bit_padding: [0-9]+ bits/ { padding += int($3 / 8) }
/^\t\/\* XXX [0-9]+ bytes? hole/ { padding += $3 }
/^\t\/\* XXX [0-9]+ bits? hole/ { padding += int($3 / 8) }
END { print size, padding + 0, lines starts }
