/* SPDX-License-Identifier: MIT */
/* Structs and what their padding wastes: drawn to scale, with the order of members that saves most. */
const CACHE_LINE = 64;

/* The width of a cache line in a strip of TYPE. */
function cacheLineShare(type) {
    return ((CACHE_LINE / (type.size || CACHE_LINE)) * 100).toFixed(3) + "%";
}

/* One object drawn to scale: members, and the holes between them. */
function layoutStrip(type) {
    const parts = [];
    for (const member of type.members) {
        const label = format.hint(format.name(member.name || "(anonymous)"));
        parts.push(
            el(
                "span",
                {
                    class: "member",
                    title: `${label}: ${format.exactBytes(member.size)} at ${member.offset}`,
                    style: { "flex-grow": String(member.size || 0) },
                },
                label.slice(0, 60),
            ),
        );
        if (member.hole_after > 0) {
            parts.push(
                el("span", {
                    class: "hole",
                    title: format.exactBytes(member.hole_after) + " of padding",
                    style: { "flex-grow": String(member.hole_after) },
                }),
            );
        }
    }
    return el(
        "div",
        { class: "strip", "aria-hidden": "true", style: { "--line": cacheLineShare(type) } },
        parts,
    );
}

function layoutRows(members) {
    return members.flatMap((member) => {
        const row = el(
            "tr",
            null,
            el("td", { class: "number" }, member.offset ?? format.DASH),
            el("td", { class: "number" }, member.size ?? format.DASH),
            el(
                "td",
                null,
                member.name === ""
                    ? el("span", { class: "unknown" }, "(anonymous)")
                    : nameSpan(member.name),
            ),
            el("td", null, nameSpan(member.type_name)),
        );
        if (!(member.hole_after > 0)) {
            return [row];
        }
        return [
            row,
            el(
                "tr",
                { class: "hole" },
                el("td", { class: "number" }, (member.offset ?? 0) + (member.size ?? 0)),
                el("td", { class: "number" }, member.hole_after),
                el("td", { colspan: 2 }, "padding"),
            ),
        ];
    });
}

/* Members, the holes between them, and where they are. */
function memberTable(members) {
    return el(
        "div",
        { class: "scroll", tabindex: 0 },
        el(
            "table",
            { class: "plain" },
            el(
                "thead",
                null,
                el(
                    "tr",
                    null,
                    el("th", { class: "number" }, "Offset"),
                    el("th", { class: "number" }, "Size"),
                    el("th", null, "Member"),
                    el("th", null, "Type"),
                ),
            ),
            el("tbody", null, layoutRows(members)),
        ),
    );
}

/* Members in the better order; what padding is left comes at the end. */
function bestStrip(layout) {
    const byName = new Map(
        layout.members.map((member) => [member.name || member.type_name, member]),
    );
    const members = layout.best_order.map((name) => byName.get(name)).filter(Boolean);
    if (members.length !== layout.members.length) {
        return null; /* bases and bit-fields: the list of moves tells */
    }
    let offset = 0;
    const placed = members.map((member, index) => {
        const at = offset;
        const next = members[index + 1];
        const end = at + member.size;
        offset = next ? Math.ceil(end / (next.alignment || 1)) * (next.alignment || 1) : layout.best_size;
        return { ...member, offset: at, hole_after: offset - end };
    });
    return layoutStrip({ members: placed, size: layout.best_size });
}

function layoutAdvice(layout) {
    if (layout.not_reordered !== null) {
        return el("p", { class: "muted" }, "No other order is proposed: " + format.name(layout.not_reordered) + ".");
    }
    if (!(layout.best_size < layout.size)) {
        return layout.padding_bytes > 0
            ? el("p", { class: "muted" }, "No order of its members makes it smaller.")
            : null;
    }
    const moves = layout.moves.map((move) =>
        el(
            "li",
            null,
            "move ",
            el("code", null, format.name(move.member)),
            move.behind === null ? " to the front" : [" behind ", el("code", null, format.name(move.behind))],
        ),
    );
    return [
        el(
            "h4",
            null,
            `A better order: ${layout.best_size} instead of ${layout.size} bytes, ` +
                `${format.bytes(layout.saved_bytes)} less now, ${format.bytes(layout.saved_at_peak_bytes)} at the peak`,
        ),
        bestStrip(layout),
        moves.length > 0
            ? el("ul", { class: "moves" }, moves)
            : el("p", { class: "fullname" }, layout.best_order.map((name) => format.name(name)).join(", ")),
    ];
}

function layoutDetail(layout) {
    const others = layout.names.filter((name) => name !== layout.type_name);
    return [
        fullPairs([
            ["Type", layout.type_name],
            ["Also", others.length > 0 ? others.join(", ") : null],
            ["Declared", layout.declared],
        ]),
        el(
            "p",
            { class: "muted" },
            `${format.plural(layout.cache_lines, "cache line", "cache lines")} an object; ` +
                `${format.plural(layout.crossing_members, "member lies", "members lie")} across two.`,
        ),
        layoutStrip(layout),
        layoutAdvice(layout),
        memberTable(layout.members),
    ];
}

function layoutPlace(layout) {
    return { type: layout.type_name };
}

function layoutsSection(report) {
    const rows = report.layouts;
    const worst = data.largest(rows.map((row) => row.wasted_at_peak_bytes));
    return section(
        "layouts",
        "Struct layout",
        rows.length,
        table({
            id: "layouts",
            label: "struct layouts",
            rows,
            empty: "No struct on the heap whose layout is in the debug information.",
            detail: layoutDetail,
            place: layoutPlace,
            columns: [
                TYPE,
                {
                    key: "declared",
                    label: "Declared",
                    kind: "text",
                    value: (row) => row.declared,
                    cell: (row) => placeOf(row.declared),
                },
                {
                    key: "waste",
                    label: "Waste at the peak",
                    kind: "number",
                    width: 150,
                    value: (row) => row.wasted_at_peak_bytes,
                    cell: (row) => amountBar(row.wasted_at_peak_bytes, worst),
                },
                bytesColumn("now", "Now", 84, (row) => row.wasted_bytes, "padding in all live objects"),
                countColumn("peak", "At the peak", 96, (row) => row.peak_objects, "objects"),
                countColumn("live", "Live", 84, (row) => row.live_objects, "objects"),
                bytesColumn("size", "Size", 76, (row) => row.size),
                bytesColumn("padding", "Padding", 80, (row) => row.padding_bytes, "in one object"),
                bytesColumn("best", "Best size", 84, (row) => row.best_size, "in another order of members"),
                bytesColumn("saves", "Saves", 84, (row) => row.saved_at_peak_bytes, "at the peak, in that order"),
            ],
        }),
    );
}
