/* SPDX-License-Identifier: MIT */
/* What is known of a selected stretch of the run, or of a moment in it: series cut to it. */
const moments = (() => {
    /* The index of the last of TIMES that is not after NS, at least 0. */
    function at(times, ns) {
        let low = 0;
        let high = times.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (times[middle] <= ns) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return Math.max(0, low - 1);
    }

    /* Indexes FIRST..LAST of TIMES in RANGE; one more on either side where that leaves but one. */
    function span(times, range) {
        const first = at(times, range.from);
        const last = Math.max(first, at(times, range.to));
        return { first, last };
    }

    /* What SERIES, an object with live_bytes beside TIMES, did in RANGE. */
    function summary(times, series, range) {
        const { first, last } = span(times, range);
        const values = series.live_bytes;
        const start = values[first] ?? null;
        const end = values[last] ?? null;
        return {
            start,
            end,
            change: format.known(start) && format.known(end) ? end - start : null,
            most: data.largest(values.slice(first, last + 1)),
        };
    }

    function words(range) {
        return range.from === range.to
            ? "at " + format.duration(range.from)
            : `${format.duration(range.from)} to ${format.duration(range.to)}`;
    }

    /* The columns that take the place of those of the whole run. */
    function columns(range) {
        const one = [bytesColumn("end", "Live then", 104, (row) => row.end)];
        if (range.from === range.to) {
            return one;
        }
        return [
            bytesColumn("start", "At its start", 104, (row) => row.start),
            bytesColumn("end", "At its end", 104, (row) => row.end),
            {
                key: "change",
                label: "Change",
                kind: "number",
                width: 112,
                value: (row) => row.change,
                cell: (row) => changeSpan(row.change, format.bytes),
            },
            bytesColumn("most", "Most", 96, (row) => row.most),
        ];
    }

    return { at, span, summary, words, columns };
})();
