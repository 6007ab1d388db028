/* SPDX-License-Identifier: MIT */
/* The page of two runs, side by side (memscope diff -o): what has grown and what has shrunk. */
const diff = (() => {
    const MEMORY = new Set(["heap", "pooled"]);
    let content = null;

    function take(read) {
        content = read;
    }

    /* Bytes by which it has grown, to the right, or shrunk, to the left; the longest for MOST. */
    function changeBar(change, most) {
        if (!change) {
            return el("span", { class: "changebar", "aria-hidden": "true" });
        }
        const width = most > 0 ? (Math.abs(change) / most) * 50 : 0;
        return el(
            "span",
            { class: "changebar", "aria-hidden": "true" },
            el("span", {
                class: change > 0 ? "more" : "less",
                style: {
                    width: width.toFixed(2) + "%",
                    left: (change > 0 ? 50 : 50 - width).toFixed(2) + "%",
                },
            }),
        );
    }

    function changeColumn(key, label, show, change) {
        return {
            key,
            label,
            kind: "number",
            width: 132,
            value: change,
            cell: (row) => changeSpan(change(row), show),
        };
    }

    /* The \u00b1 of a change, out of those of both sides, or of a sum, out of its parts, in bytes: they are
     * of draws that have nothing to do with each other. null: not known. */
    function together(errors) {
        return errors.some((error) => !format.known(error)) ? null : Math.hypot(...errors);
    }

    /* "+1.2 MiB \u00b1 80 KiB", where it is estimated. */
    function estimateSpan(change, error) {
        return error === 0
            ? changeSpan(change, format.bytes)
            : el(
                  "span",
                  { title: "95 times in 100 the truth is no further away" },
                  changeSpan(change, format.bytes),
                  el("span", { class: "unit" }, ` \u00b1 ${error === null ? "?" : format.bytes(Math.round(error))}`),
              );
    }

    /* On a narrow screen the change comes first: the rest is scrolled to. */
    function ordered(columns) {
        if (!matchMedia("(max-width: 640px)").matches) {
            return columns;
        }
        const change = columns.find((column) => column.key === "change");
        const [first, ...rest] = columns.filter((column) => column !== change);
        return [first, change, ...rest];
    }

    /* One number of all ROWS; what is not known of one is not known of the sum. */
    function sum(rows, measure, side) {
        return rows.some((row) => !format.known(row[measure][side]))
            ? null
            : rows.reduce((total, row) => total + row[measure][side], 0);
    }

    /* ROWS by the text KEY: those with a difference, the largest first. */
    function groups(rows, key) {
        return [...data.groupBy(rows, (row) => row[key])]
            .map(([name, members]) => {
                const group = { name };
                for (const measure of ["peak_bytes", "live_bytes", "total_bytes"]) {
                    const before = sum(members, measure, "old");
                    const now = sum(members, measure, "new");
                    group[measure] = {
                        old: before,
                        new: now,
                        change: format.known(before) && format.known(now) ? now - before : null,
                    };
                }
                group.live_error = together(members.map(liveError));
                return group;
            })
            .sort(byPeak);
    }

    function liveError(row) {
        return together([row.live_error_bytes.old, row.live_error_bytes.new]);
    }

    function byPeak(a, b) {
        return Math.abs(b.peak_bytes.change ?? 0) - Math.abs(a.peak_bytes.change ?? 0);
    }

    function differs(row) {
        return ["peak_bytes", "live_bytes", "total_bytes"].some((key) => row[key].change !== 0);
    }

    function measures(rows) {
        const most = data.largest(rows.map((row) => Math.abs(row.peak_bytes.change ?? 0)));
        return [
            bytesColumn("old", "Peak, old", 92, (row) => row.peak_bytes.old),
            bytesColumn("new", "Peak, new", 92, (row) => row.peak_bytes.new),
            changeColumn("change", "Peak, change", format.bytes, (row) => row.peak_bytes.change),
            {
                key: "bar",
                label: "Less, more",
                kind: "number",
                width: 130,
                value: (row) => row.peak_bytes.change,
                cell: (row) => changeBar(row.peak_bytes.change, most),
            },
            {
                ...changeColumn("live", "Live, change", format.bytes, (row) => row.live_bytes.change),
                width: rows.some((row) => row.live_error !== 0) ? 184 : 132,
                cell: (row) => estimateSpan(row.live_bytes.change, row.live_error),
            },
            changeColumn("total", "Total, change", format.bytes, (row) => row.total_bytes.change),
        ];
    }

    /* BEHIND: columns that come last. */
    function differing(id, title, all, columns, words, place, behind = []) {
        const rows = all.filter(differs);
        const same = all.length - rows.length;
        return section(
            id,
            title,
            rows.length,
            el(
                "p",
                { class: "muted" },
                words + (same > 0 ? ` ${format.count(same)} without a difference are left out.` : ""),
            ),
            table({
                id,
                label: title.toLowerCase(),
                rows,
                empty: "Nothing differs.",
                place,
                columns: ordered([...columns, ...measures(rows), ...behind]),
            }),
        );
    }

    /* A section of the heap by the text KEY of rows. */
    function grouped(id, title, key, column) {
        return () =>
            differing(
                id,
                title,
                groups(
                    content.rows.filter((row) => MEMORY.has(row.memory)),
                    key,
                ),
                [{ ...column, value: (row) => row.name }],
                "Peaks are the sums of those of the places in the program.",
                (row) => ({ name: row.name }),
            );
    }

    function rowPlace(row) {
        return { memory: row.memory, type: row.type_name, variable: row.var_name, function: row.function };
    }

    /* Every name that a row of the page has: of what differs. */
    function namesOfRows() {
        const rows = content.rows.filter(differs);
        const heap = rows.filter((row) => MEMORY.has(row.memory));
        const named = (id, key) => search.distinct(heap, (row) => row[key], (row, name) => search.to(id, { name }));
        const placed = (key) => search.distinct(rows, (row) => row[key], (row) => search.to("rows", rowPlace(row)));
        return [
            ["Types", named("types", "type_name")],
            ["Variables", named("variables", "var_name")],
            ["Functions", named("functions", "function")],
            ["Places", placed("location")],
            ["Objects", search.distinct(
                rows.filter((row) => !MEMORY.has(row.memory)),
                (row) => row.var_name ?? row.type_name,
                (row) => search.to("rows", rowPlace(row)),
            )],
        ];
    }

    function rowsSection() {
        const kind = (key, label, width) => ({
            key,
            label,
            kind: "text",
            width,
            value: (row) => row[key],
        });
        return differing(
            "rows",
            "All",
            content.rows.map((row) => ({ ...row, live_error: liveError(row) })).sort(byPeak),
            [TYPE, VARIABLE, FUNCTION, LOCATION],
            "By kind of memory, type, variable and function, so that moved lines do not count; what was renamed is gone and new.",
            rowPlace,
            [kind("status", "Status", 80), kind("memory", "Memory", 76)],
        );
    }

    const TOTALS = [
        ["peak_memory_bytes", "Peak of the heap", true],
        ["current_memory_bytes", "Live at the end", true],
        ["total_bytes", "Allocated in all", true],
        ["total_allocations", "Allocations", false],
        ["padding_waste_bytes", "Padding", true],
        ["stack_peak_bytes", "Tracked stack", true],
        ["static_bytes", "Static", true],
    ];

    function totalsSection() {
        const percent = (value) => value.toFixed(1) + "%";
        const shown = (value, bytes) => (bytes ? bytesSpan(value) : format.count(value));
        const rows = TOTALS.map(([key, label, bytes]) => ({ label, bytes, ...content.summary[key] }))
            .filter((row) => row.old > 0 || row.new > 0)
            .map((row) => ({ ...row, percent: row.old > 0 ? (row.change / row.old) * 100 : null }));
        const most = Math.max(100, data.largest(rows.map((row) => Math.abs(row.percent ?? 0))));
        const number = (key, label, cell) => ({
            key,
            label,
            kind: "number",
            width: 104,
            value: (row) => row[key],
            cell,
        });
        return section(
            "totals",
            "Old and new",
            null,
            table({
                id: "totals",
                label: "totals",
                rows,
                empty: "Neither has allocated anything.",
                columns: ordered([
                    { key: "label", label: "Of the process", kind: "text", value: (row) => row.label, cell: (row) => row.label },
                    number("old", "Old", (row) => shown(row.old, row.bytes)),
                    number("new", "New", (row) => shown(row.new, row.bytes)),
                    number("change", "Change", (row) =>
                        changeSpan(row.change, row.bytes ? format.bytes : format.count),
                    ),
                    number("percent", "In percent", (row) => changeSpan(row.percent, percent)),
                    {
                        ...number("bar", "Less, more", (row) =>
                            changeBar(row.percent ?? Math.sign(row.change) * most, most),
                        ),
                        value: (row) => row.percent,
                        width: 200,
                    },
                ]),
            }),
        );
    }

    /* The heap of SIDE at TIMES; null behind its end. */
    function heapAt(times, { timeline }) {
        const { timestamps } = timeline;
        const points = timestamps.map((timestamp, index) => ({
            timestamp,
            live: timeline.heap_live_bytes[index],
        }));
        const end = timestamps[timestamps.length - 1] ?? -1;
        return valuesAt(times, points, "live").map((value, index) =>
            times[index] > end ? null : value,
        );
    }

    function timelineSection() {
        const sides = [content.old, content.new];
        const times = [...new Set(sides.flatMap((side) => side.timeline.timestamps))].sort(
            (a, b) => a - b,
        );
        return section(
            "timeline",
            "Heap over time",
            null,
            times.length < 2
                ? emptyNote("No points in time: the programs ended before the second one.")
                : timeChart({
                      label: "Live heap bytes, old and new",
                      height: 260,
                      times,
                      scale: "bytes",
                      lines: [
                          { name: "old", color: "var(--rss)", values: heapAt(times, content.old) },
                          { name: "new", color: "var(--accent)", values: heapAt(times, content.new) },
                      ],
                  }),
        );
    }

    function programOf(side) {
        return data.baseName(side.process.executable) ?? "program not known";
    }

    /* What makes the two harder to compare. */
    function doubts() {
        const { old: before, new: now } = content;
        const found = [];
        if (programOf(before) !== programOf(now)) {
            found.push("They are of different programs.");
        }
        const [old, then] = [before.sampling.heap_bytes, now.sampling.heap_bytes];
        if (old && then && old !== then) {
            found.push(`The old heap is counted in ${old} bytes, the new one in ${then} bytes.`);
        }
        for (const [name, side] of [["old", before], ["new", now]]) {
            found.push(...side.notes.map((note) => `Of the ${name} one: ${note}`));
        }
        return found;
    }

    function head() {
        const names = [...new Set([content.old, content.new].map(programOf))].map(format.name);
        document.title = names.join(" and ").slice(0, 80) + " \u2013 memscope diff";
        const facts = [["Old", content.old], ["New", content.new]].map(([name, side]) => {
            const exact = exactnessOf(side.sampling, {});
            return el(
                "div",
                null,
                el("dt", null, name),
                el(
                    "dd",
                    null,
                    `${format.date(side.process.start_time)}, ran for ${format.duration(side.process.duration_ns)}, ${exact.text}`,
                ),
            );
        });
        const doubtful = doubts();
        return [
            el(
                "div",
                { class: "title" },
                el("span", { class: "brand" }, "memscope"),
                el("h1", null, nameSpan(names.join(" and "))),
                el("span", { class: "pill live" }, "two runs compared"),
            ),
            el("dl", { class: "facts" }, facts),
            doubtful.length === 0
                ? null
                : el(
                      "details",
                      { class: "notes", open: doubtful.length <= 3 },
                      el("summary", null, "What makes them harder to compare"),
                      el("ul", null, doubtful.map((text) => el("li", null, format.hint(format.name(text))))),
                  ),
        ];
    }

    /* As SECTIONS of main.js. */
    const sections = [
        ["totals", "Totals", totalsSection],
        ["timeline", "Timeline", timelineSection],
        ["types", "Types", grouped("types", "By type", "type_name", TYPE)],
        ["variables", "Variables", grouped("variables", "By variable", "var_name", VARIABLE)],
        ["functions", "Functions", grouped("functions", "By function", "function", FUNCTION)],
        ["rows", "All", rowsSection],
    ];

    return { take, any: () => content !== null, head, sections, search: () => search.of(namesOfRows), counts: () => ({ rows: content.rows.length }) };
})();
