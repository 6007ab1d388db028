/* SPDX-License-Identifier: MIT */
/* What was live when the program ended. */
const LAST_SEEN = {
    key: "last_seen",
    label: "Last seen",
    kind: "text",
    value: (row) => format.lastSeen(row.last_seen),
    fallback: format.DASH,
    hint: "where the last annotated variable that held it was overwritten or went out of scope",
};

const REACHABILITY = {
    key: "reachability",
    label: "Reachable?",
    kind: "text",
    width: 110,
    value: (row) => row.reachability,
    fallback: "not known",
    hint: "unreachable: nothing points to it; indirect: only unreachable blocks do; reachable: no leak",
};
const SUREST_FIRST = ["unreachable", "indirect", null, "reachable"];

/* Leaks come one for each stack; people look for the place first. */
function leakGroups(leaks) {
    const groups = data.groupBy(leaks, (leak) =>
        JSON.stringify([
            leak.var_name,
            leak.type_name,
            leak.location,
            leak.function,
            leak.last_seen,
            leak.reachability,
        ]),
    );
    return [...groups.values()]
        .map((stacks) => ({
            ...stacks[0],
            stacks,
            count: data.sum(stacks, "count"),
            bytes: data.sum(stacks, "bytes"),
            first_seen_ns: stacks.reduce(
                (first, leak) => Math.min(first, leak.first_seen_ns ?? Infinity),
                Infinity,
            ),
        }))
        .sort(
            (a, b) =>
                SUREST_FIRST.indexOf(a.reachability) - SUREST_FIRST.indexOf(b.reachability) ||
                b.bytes - a.bytes,
        );
}

function leakDetail(group) {
    const SHOWN = 50;
    return [
        fullNames(group),
        group.stacks
            .slice(0, SHOWN)
            .map((leak) =>
                el(
                    "div",
                    { class: "leakstack" },
                    el(
                        "h4",
                        null,
                        `${format.bytes(leak.bytes)} in ${format.plural(leak.count, "block", "blocks")}, first after ${format.duration(leak.first_seen_ns)}`,
                    ),
                    stackList(leak.stack_id),
                ),
            ),
        group.stacks.length > SHOWN
            ? emptyNote(
                  `${format.count(group.stacks.length - SHOWN)} more stacks are in the JSON export.`,
              )
            : null,
    ];
}

function leakTime(range) {
    return range.from === range.to
        ? ", first made before " + format.duration(range.to)
        : ", first made in " + moments.words(range);
}

function emptyLeaks(running, range) {
    if (range !== null) {
        return "Nothing that is live at the end was first made then.";
    }
    return running ? "No live blocks." : "Nothing was live when the program ended.";
}

function leakPlace(group) {
    return {
        variable: group.var_name,
        type: group.type_name,
        at: group.location,
        in: group.function,
        reached: group.reachability,
    };
}

/* Those whose first block was made in RANGE; of a moment: that were there then. */
function leaksIn(leaks, range) {
    const from = range.from === range.to ? 0 : range.from;
    return leaks.filter(
        (leak) =>
            format.known(leak.first_seen_ns) &&
            leak.first_seen_ns >= from &&
            leak.first_seen_ns <= range.to,
    );
}

function leaksSection(report) {
    const range = state.range();
    const leaks = range === null ? report.leaks : leaksIn(report.leaks, range);
    const rows = leakGroups(leaks);
    const running = report.process.exit === "running";
    for (const row of rows) {
        row.first_seen_ns = Number.isFinite(row.first_seen_ns) ? row.first_seen_ns : null;
    }
    const whole = data.sum(rows, "bytes");
    return section(
        "leaks",
        (running ? "Live blocks" : "Leaks") + (range === null ? "" : leakTime(range)),
        rows.length,
        rows.length === 0
            ? null
            : el(
                  "p",
                  { class: "muted" },
                  `${format.bytes(whole)} in ${format.plural(data.sum(rows, "count"), "block", "blocks")} ` +
                      `${running ? "are live now" : "were live when the program ended"}, by place; ${format.plural(leaks.length, "call stack", "call stacks")}.`,
              ),
        table({
            id: "leaks",
            label: "leaks",
            rows,
            empty: emptyLeaks(running, range),
            detail: leakDetail,
            place: leakPlace,
            columns: [
                ...(rows.some((row) => row.reachability) ? [REACHABILITY] : []),
                VARIABLE,
                TYPE,
                FUNCTION,
                LOCATION,
                ...(rows.some((row) => row.last_seen) ? [LAST_SEEN] : []),
                {
                    key: "share",
                    label: "Share",
                    kind: "number",
                    width: 130,
                    value: (row) => row.bytes,
                    cell: (row) => shareBar(row.bytes, whole),
                },
                bytesColumn("bytes", "Bytes", 92, (row) => row.bytes),
                countColumn("count", "Blocks", 84, (row) => row.count),
                countColumn("stacks", "Stacks", 76, (row) => row.stacks.length),
                {
                    key: "first",
                    label: "First seen",
                    kind: "time",
                    width: 92,
                    value: (row) => row.first_seen_ns,
                    hint: "since the start of the program",
                },
            ],
        }),
    );
}
