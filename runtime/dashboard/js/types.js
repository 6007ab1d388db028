/* SPDX-License-Identifier: MIT */
/* Bytes by C type; a row opens to how long its blocks live, and how the type is laid out. */
function shareBar(part, whole) {
    const percent = whole > 0 ? Math.min(100, ((part || 0) / whole) * 100) : 0;
    return el(
        "span",
        { class: "share" },
        el(
            "span",
            { class: "track" },
            el("span", { class: "fill", style: { width: percent.toFixed(2) + "%" } }),
        ),
        el("span", { class: "sharetext" }, whole > 0 ? format.percent(percent) : format.DASH),
    );
}

/* A value as a bar beside it, the longest for MOST. */
function amountBar(value, most) {
    const percent = most > 0 ? Math.min(100, ((value || 0) / most) * 100) : 0;
    return el(
        "span",
        { class: "share", title: format.exactBytes(value) },
        el(
            "span",
            { class: "track" },
            el("span", { class: "fill", style: { width: percent.toFixed(2) + "%" } }),
        ),
        el("span", { class: "sharetext" }, format.bytes(value)),
    );
}

/* How its blocks are used, in words. */
function typeLife(type) {
    const words = [`A block has ${format.bytes(type.average_bytes)} on average`];
    if (format.known(type.average_lifetime_ns)) {
        words.push(`and lives ${format.duration(type.average_lifetime_ns)}`);
    }
    const more = [
        [type.temporary_count, "count", "were freed before the next was made"],
        [type.moved_bytes, "bytes", "were copied by realloc"],
        [type.slack_bytes, "bytes", "are added by malloc"],
    ]
        .filter(([value]) => value > 0)
        .map(([value, kind, what]) => `${format[kind](value)} ${what}`);
    return words.join(" ") + (more.length > 0 ? "; " + more.join(", ") : "") + ".";
}

function typeDetail(type) {
    const name = el(
        "p",
        { class: "fullname" },
        type.type_name === null ? "Blocks whose type is not known" : format.name(type.type_name),
    );
    if (type.type_name === null) {
        return [
            name,
            emptyNote(
                "Nothing that uses these blocks says what they hold: they come from code that was not compiled with the plugin, " +
                    "or are used as void only.",
            ),
        ];
    }
    if (type.members.length === 0) {
        return [
            name,
            el("p", { class: "muted" }, typeLife(type)),
            emptyNote(
                "No members: not a struct or union, or its layout is not in the debug information.",
            ),
        ];
    }
    const facts =
        `${typeLife(type)} An object has ${format.exactBytes(type.size)}, aligned to ${type.alignment ?? format.DASH}; ` +
        `${
            type.padding_bytes > 0
                ? format.exactBytes(type.padding_bytes) +
                  " of padding in each object, " +
                  format.exactBytes(type.padding_waste_bytes) +
                  " at its peak"
                : "no padding"
        }.`;
    return [
        name,
        el("p", { class: "muted" }, facts),
        layoutStrip(type),
        memberTable(type.members),
    ];
}

/* The types whose live bytes are known over time, in RANGE. */
function selectedTypes(report, range) {
    const { timeline } = report;
    const known = new Map(report.types.map((type) => [type.type_name, type]));
    const rows = timeline.by_type
        .filter((series) => known.has(series.type_name))
        .map((series) => ({
            ...known.get(series.type_name),
            ...moments.summary(timeline.timestamps, series, range),
        }))
        .filter((row) => row.most > 0 || row.end > 0)
        .sort((a, b) => (b.end ?? 0) - (a.end ?? 0));
    const whole = data.sum(rows, "end");
    return section(
        "types",
        "Types, " + moments.words(range),
        rows.length,
        el("p", { class: "muted" }, "The largest types; smaller ones have no history."),
        table({
            id: "types",
            label: "types in the selected time",
            rows,
            empty: "Nothing was live then.",
            detail: typeDetail,
            place: typePlace,
            columns: [
                TYPE,
                {
                    key: "share",
                    label: "Share",
                    kind: "number",
                    width: 150,
                    value: (row) => row.end,
                    cell: (row) => shareBar(row.end, whole),
                },
                ...moments.columns(range),
            ],
        }),
    );
}

function typePlace(row) {
    return { type: row.type_name };
}

function typesSection(report) {
    const range = state.range();
    if (range !== null) {
        return selectedTypes(report, range);
    }
    const { types } = report;
    const [shared, share, words] = data.isOver(report)
        ? ["bytes_at_peak", "Share of peak", "Bytes at the peak by type"]
        : data.sum(types, "live_bytes") > 0
          ? ["live_bytes", "Share of live", "Live bytes by type"]
          : ["total_bytes", "Share of total", "Bytes allocated by type"];
    const whole = data.sum(types, shared);
    return section(
        "types",
        "Types",
        types.length,
        treemap(
            types.map((type, index) => ({
                name: type.type_name ?? "type not known",
                value: type[shared],
                color: data.typeColor(type.type_name, index),
                go: () => show("types", typePlace(type)),
            })),
            words,
        ),
        table({
            id: "types",
            label: "types",
            rows: types,
            empty: "No blocks, so no types.",
            detail: typeDetail,
            place: typePlace,
            columns: [
                {
                    key: "type",
                    label: "Type",
                    kind: "text",
                    value: (row) => row.type_name,
                    fallback: "type not known",
                },
                {
                    key: "share",
                    label: share,
                    kind: "number",
                    width: 150,
                    value: (row) => row[shared],
                    cell: (row) => shareBar(row[shared], whole),
                },
                {
                    key: "live",
                    label: "Live",
                    kind: "bytes",
                    width: 92,
                    value: (row) => row.live_bytes,
                },
                {
                    key: "blocks",
                    label: "Live blocks",
                    kind: "count",
                    width: 96,
                    value: (row) => row.live_count,
                },
                {
                    key: "peak",
                    label: "Peak",
                    kind: "bytes",
                    width: 92,
                    value: (row) => row.peak_bytes,
                },
                {
                    key: "total",
                    label: "Total",
                    kind: "bytes",
                    width: 92,
                    value: (row) => row.total_bytes,
                },
                {
                    key: "allocations",
                    label: "Allocations",
                    kind: "count",
                    width: 104,
                    value: (row) => row.total_count,
                },
                {
                    key: "size",
                    label: "Size",
                    kind: "bytes",
                    width: 84,
                    value: (row) => row.size,
                    hint: "of one object",
                },
                {
                    key: "padding",
                    label: "Padding",
                    kind: "bytes",
                    width: 84,
                    value: (row) => row.padding_bytes,
                    hint: "in one object",
                },
                {
                    key: "waste",
                    label: "Waste",
                    kind: "bytes",
                    width: 84,
                    value: (row) => row.padding_waste_bytes,
                    hint: "padding in all objects at the peak of the type",
                },
            ],
        }),
    );
}
