/* SPDX-License-Identifier: MIT */
/* The tables: hot spots, variables, sites, events, modules. */
const VARIABLE = {
    key: "variable",
    label: "Variable",
    kind: "text",
    value: (row) => row.var_name,
    fallback: "no variable",
};
const TYPE = {
    key: "type",
    label: "Type",
    kind: "text",
    value: (row) => row.type_name,
    fallback: "not known",
};
const FUNCTION = {
    key: "function",
    label: "Function",
    kind: "text",
    value: (row) => row.function,
    fallback: "not known",
};
const LOCATION = {
    key: "location",
    label: "Location",
    kind: "text",
    value: (row) => row.location,
    cell: (row) => placeOf(row.location),
};

function bytesColumn(key, label, width, value, hint) {
    return { key, label, kind: "bytes", width, value, hint };
}

function countColumn(key, label, width, value, hint) {
    return { key, label, kind: "count", width, value, hint };
}

/* Terms and what they are, written out in full; those that are not known are left out. */
function fullPairs(pairs) {
    return el(
        "dl",
        { class: "full" },
        pairs
            .filter(([, value]) => typeof value === "string")
            .map(([term, value]) =>
                el(
                    "div",
                    null,
                    el("dt", null, term),
                    el("dd", null, value === "" ? "(empty)" : format.name(value)),
                ),
            ),
    );
}

/* What a row is about. */
function fullNames(row) {
    return fullPairs([
        ["Variable", row.var_name],
        ["Type", row.type_name],
        ["Function", row.function],
        ["Location", row.location ?? (row.file ? row.file + ":" + row.line : null)],
        ["Label", row.label],
        ["Last seen", format.lastSeen(row.last_seen)],
    ]);
}

/* What tells a hot spot from others, in a link. */
function hotspotPlace(row) {
    return { variable: row.var_name, type: row.type_name, at: row.location, in: row.function };
}

/* The sites whose live bytes are known over time, in RANGE. */
function holdersIn(report, range) {
    const { timeline } = report;
    const sites = new Map(report.sites.map((site) => [site.id, site]));
    return timeline.by_site
        .filter((series) => sites.has(series.site_id))
        .map((series) => {
            const site = sites.get(series.site_id);
            return {
                ...site,
                location: siteLocation(site),
                ...moments.summary(timeline.timestamps, series, range),
            };
        })
        .filter((row) => row.most > 0 || row.end > 0)
        .sort((a, b) => (b.end ?? 0) - (a.end ?? 0));
}

function selectedHolders(report, range) {
    const rows = holdersIn(report, range);
    return section(
        "hotspots",
        "Holders, " + moments.words(range),
        rows.length,
        el(
            "p",
            { class: "muted" },
            "The places that held most at some moment; smaller ones have no history.",
        ),
        table({
            id: "hotspots",
            label: "holders in the selected time",
            rows,
            empty: "Nothing was live then.",
            detail: (row) => fullNames(row),
            place: hotspotPlace,
            columns: [VARIABLE, TYPE, FUNCTION, LOCATION, ...moments.columns(range)],
        }),
    );
}

function hotspotsSection(report) {
    const range = state.range();
    if (range !== null) {
        return selectedHolders(report, range);
    }
    const rows = report.hotspots;
    const whole = data.sum(rows, "total_size");
    return section(
        "hotspots",
        "Hot spots",
        rows.length,
        table({
            id: "hotspots",
            label: "hot spots",
            rows,
            empty: "No allocations were recorded.",
            place: hotspotPlace,
            detail: (row) => [
                fullNames(row),
                el("h4", null, "Call stack with the most live bytes"),
                stackList(row.stack_id),
            ],
            columns: [
                VARIABLE,
                TYPE,
                FUNCTION,
                LOCATION,
                {
                    key: "share",
                    label: "Share",
                    kind: "number",
                    width: 130,
                    value: (row) => row.total_size,
                    cell: (row) => shareBar(row.total_size, whole),
                },
                bytesColumn("total", "Total", 92, (row) => row.total_size),
                countColumn("allocations", "Allocations", 104, (row) => row.allocation_count),
                bytesColumn("live", "Live", 92, (row) => row.live_size),
                countColumn("blocks", "Live blocks", 96, (row) => row.live_count),
            ],
        }),
    );
}

function variableDetail(row) {
    const history = row.history;
    return [
        fullNames(row),
        history.length < 2
            ? emptyNote("No history of this variable was kept.")
            : timeChart({
                  label: "Live bytes of the variable",
                  height: 150,
                  times: history.map((point) => point.timestamp),
                  scale: "bytes",
                  stack: [
                      {
                          name: "live",
                          color: seriesColor(0),
                          values: history.map((point) => point.live_bytes),
                      },
                  ],
              }),
    ];
}

function variablePlace(row) {
    return { variable: row.var_name, type: row.type_name, at: row.location };
}

/* The annotated variables that have a history, in RANGE. */
function selectedVariables(report, range) {
    const rows = report.variables
        .filter((row) => row.history.length > 0)
        .map((row) => ({
            ...row,
            ...moments.summary(
                row.history.map((point) => point.timestamp),
                { live_bytes: row.history.map((point) => point.live_bytes) },
                range,
            ),
        }));
    return section(
        "variables",
        "Annotated variables, " + moments.words(range),
        rows.length,
        table({
            id: "variables",
            label: "annotated variables in the selected time",
            rows,
            detail: variableDetail,
            place: variablePlace,
            empty: "No annotated variable has a history.",
            columns: [VARIABLE, TYPE, LOCATION, ...moments.columns(range)],
        }),
    );
}

function variablesSection(report) {
    const range = state.range();
    if (range !== null) {
        return selectedVariables(report, range);
    }
    const rows = report.variables;
    return section(
        "variables",
        "Annotated variables",
        rows.length,
        table({
            id: "variables",
            label: "annotated variables",
            rows,
            detail: variableDetail,
            place: variablePlace,
            empty: "No variable or member was annotated with MEMSCOPE, or none held a block.",
            columns: [
                VARIABLE,
                TYPE,
                {
                    key: "kind",
                    label: "Kind",
                    kind: "text",
                    width: 84,
                    value: (row) => row.kind,
                    hint: "object: its own memory, on the stack; static: the same, from beginning to end; others: blocks it holds",
                },
                LOCATION,
                {
                    key: "history",
                    label: "Over time",
                    kind: "number",
                    width: 134,
                    value: (row) => data.largest(row.history.map((point) => point.live_bytes)),
                    cell: (row) => sparkline(row.history),
                },
                bytesColumn("live", "Live", 92, (row) => row.live_bytes),
                bytesColumn("peak", "Peak", 92, (row) => row.peak_bytes),
                bytesColumn("total", "Total", 92, (row) => row.total_bytes),
                countColumn("allocations", "Allocations", 104, (row) => row.total_allocations),
            ],
        }),
    );
}

/* "file:line:column", null: not known. */
function siteLocation(row) {
    return row.file === null
        ? null
        : `${row.file}:${row.line ?? "?"}${row.column === null ? "" : ":" + row.column}`;
}

function sitesSection(report) {
    const rows = report.sites;
    const histories = data.siteHistories();
    return section(
        "sites",
        "Sites",
        rows.length,
        table({
            id: "sites",
            label: "sites",
            rows,
            empty: "No site in the program allocated.",
            place: (row) => ({ site: row.id }),
            detail: (row) => [
                fullNames(row),
                el(
                    "p",
                    { class: "muted" },
                    `Site ${row.id}, a ${row.kind ?? "site"}; its type is known by: ${row.evidence ?? "not known"}.`,
                ),
            ],
            columns: [
                VARIABLE,
                TYPE,
                FUNCTION,
                { ...LOCATION, value: siteLocation, cell: (row) => placeOf(siteLocation(row)) },
                {
                    key: "history",
                    label: "Over time",
                    kind: "number",
                    width: 134,
                    value: (row) => (histories.has(row.id) ? row.peak_bytes : null),
                    cell: (row) => sparkline(histories.get(row.id) ?? []),
                    hint: "live bytes of those that held most at some moment",
                },
                { key: "kind", label: "Kind", kind: "text", width: 76, value: (row) => row.kind },
                {
                    key: "evidence",
                    label: "Evidence",
                    kind: "text",
                    width: 84,
                    value: (row) => row.evidence,
                    hint: "how the type is known",
                },
                {
                    key: "label",
                    label: "Label",
                    kind: "text",
                    width: 100,
                    value: (row) => row.label,
                    fallback: format.DASH,
                },
                bytesColumn("total", "Total", 88, (row) => row.total_bytes),
                countColumn("allocations", "Allocations", 104, (row) => row.total_allocations),
                bytesColumn("live", "Live", 88, (row) => row.live_bytes),
                bytesColumn("peak", "Peak", 88, (row) => row.peak_bytes),
                countColumn(
                    "temporary",
                    "Temporary",
                    96,
                    (row) => row.temporary_allocations,
                    "freed before the thread's next allocation",
                ),
                countColumn(
                    "jumped",
                    "Left by jump",
                    104,
                    (row) => row.left_by_jump,
                    "stack objects that longjmp or an exception has left",
                ),
                {
                    key: "error",
                    label: "\u00b1",
                    kind: "percent",
                    width: 64,
                    value: (row) => row.error_percent,
                    hint: "of a number estimated from samples",
                },
            ],
        }),
    );
}

/* Events are in a report only where they were asked for. */
function eventsSection(report) {
    const rows = report.events ?? [];
    const sites = new Map(report.sites.map((site) => [site.id, site]));
    const ofSite = (row, key) => sites.get(row.site_id)?.[key] ?? null;
    return section(
        "events",
        "Events",
        rows.length,
        table({
            id: "events",
            label: "events",
            rows,
            empty: report.events
                ? "No event of a block was written down."
                : "They are left out of this page: memscope report --events has them in it.",
            detail: (row) => stackList(row.stack_id),
            columns: [
                {
                    key: "time",
                    label: "Time",
                    kind: "time",
                    width: 96,
                    value: (row) => row.timestamp,
                },
                { key: "kind", label: "Kind", kind: "text", width: 84, value: (row) => row.kind },
                {
                    key: "address",
                    label: "Address",
                    kind: "number",
                    width: 140,
                    value: (row) => row.address,
                    cell: (row) => format.address(row.address),
                },
                bytesColumn("size", "Size", 84, (row) => row.size),
                { key: "variable", label: "Variable", kind: "text", value: (row) => ofSite(row, "var_name"), fallback: "no variable" },
                { key: "type", label: "Type", kind: "text", value: (row) => ofSite(row, "type_name"), fallback: "not known" },
                { key: "thread", label: "Thread", kind: "number", width: 84, value: (row) => row.thread_id },
            ],
        }),
    );
}

function modulesSection(report) {
    const rows = report.modules;
    return section(
        "modules",
        "Modules",
        rows.length,
        table({
            id: "modules",
            label: "modules",
            rows,
            empty: "No module was recorded.",
            columns: [
                { key: "path", label: "Path", kind: "text", value: (row) => row.path },
                {
                    key: "build",
                    label: "Build id",
                    kind: "text",
                    width: 320,
                    value: (row) => row.build_id,
                    fallback: "none",
                },
                {
                    key: "base",
                    label: "Base",
                    kind: "number",
                    width: 150,
                    value: (row) => row.base,
                    cell: (row) => format.address(row.base),
                },
            ],
        }),
    );
}
