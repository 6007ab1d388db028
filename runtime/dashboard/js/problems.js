/* SPDX-License-Identifier: MIT */
/* What the program should not have done with its blocks. */
const PROBLEM_WORDS = {
    double_free: "freed twice",
    realloc_of_freed: "reallocated after it was freed",
    foreign_free: "freed where no block starts",
    wrong_deallocator: "freed by the wrong function",
};

function placeColumn(key, label, hint) {
    return {
        key,
        label,
        kind: "text",
        value: (row) => row[key],
        cell: (row) => placeOf(row[key]),
        hint,
    };
}

function problemDetail(row) {
    const pairs = [
        ["Variable", row.var_name],
        ["Type", row.type_name],
        ["Made at", row.made_location],
        ["Made in", row.made_function],
        ["To be freed by", row.deallocator],
        ["Freed at", row.freed_location],
        ["Freed in", row.freed_function],
        ["Freed by", row.freed_by],
    ];
    return [
        fullPairs(pairs),
        el("h4", null, `Call stack of the free, first after ${format.duration(row.first_seen_ns)}`),
        stackList(row.stack_id),
    ];
}

function problemsSection(report) {
    const rows = report.problems;
    return section(
        "problems",
        "Problems",
        rows.length,
        table({
            id: "problems",
            label: "problems",
            rows,
            empty: "No block was seen to be freed twice, by the wrong function, or where there is none.",
            detail: problemDetail,
            columns: [
                {
                    key: "kind",
                    label: "Problem",
                    kind: "text",
                    value: (row) => PROBLEM_WORDS[row.kind] ?? row.kind,
                },
                TYPE,
                VARIABLE,
                placeColumn("made_location", "Made at", "where the block was allocated"),
                placeColumn("freed_location", "Freed at", "where it was given back wrongly"),
                {
                    key: "freed_by",
                    label: "Freed by",
                    kind: "text",
                    value: (row) => row.freed_by,
                    fallback: format.DASH,
                },
                countColumn("count", "Times", 76, (row) => row.count),
            ],
        }),
    );
}
