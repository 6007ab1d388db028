/* SPDX-License-Identifier: MIT */
/* What ran, how it was measured, and the numbers that sum it up. */
function endOf(process) {
    switch (process.exit) {
        case "exited":
            return {
                text: process.exit_code === null ? "exited" : "exited with " + process.exit_code,
                tone: process.exit_code === 0 ? "good" : "warn",
            };
        case "signalled":
            return { text: "ended by signal " + (process.exit_code ?? "(not known)"), tone: "bad" };
        case "killed":
            return { text: "killed", tone: "bad" };
        case "running":
            return { text: "still running", tone: "live" };
        default:
            return { text: "end not known", tone: "warn" };
    }
}

function exactnessOf(sampling, summary) {
    if (sampling.exact) {
        return { text: "exact: every block was recorded", tone: "good" };
    }
    const reasons = [];
    if (sampling.sample_bytes > 0) {
        reasons.push(`sampled, one in ${format.bytes(sampling.sample_bytes)}`);
    } else if (sampling.sample_rate < 1) {
        reasons.push(`sampled, ${format.percent(sampling.sample_rate * 100)} of blocks`);
    }
    if (summary.dropped_events > 0) {
        reasons.push(format.plural(summary.dropped_events, "event", "events") + " dropped");
    }
    return {
        text: reasons.length > 0 ? "not exact: " + reasons.join("; ") : "not exact",
        tone: "warn",
    };
}

function headOf(report) {
    const { process } = report;
    const count = report.processes.length; /* of a merged report */
    const program =
        data.baseName(process.executable) ??
        (count > 1 ? `${count} processes` : "program not known");
    const end = endOf(process);
    const exact = exactnessOf(report.sampling, report.summary);
    document.title = format.name(program).slice(0, 80) + " \u2013 memscope report";
    const command = process.command.map((word) => format.name(word)).join(" ");
    const facts = [
        [
            "Process",
            process.pid === null
                ? count > 1
                    ? `${count}, merged`
                    : format.DASH
                : String(process.pid) + (process.ppid === null ? "" : ` (parent ${process.ppid})`),
        ],
        ["Host", process.host === null ? format.DASH : format.name(process.host)],
        ["Started", format.date(process.start_time)],
        ["Ran for", format.duration(process.duration_ns)],
        ["Preset", report.sampling.preset ?? format.DASH],
    ];
    return [
        el(
            "div",
            { class: "title" },
            el("span", { class: "brand" }, "memscope"),
            el("h1", null, nameSpan(program)),
            el("span", { class: "pill " + end.tone }, end.text),
            el("span", { class: "pill " + exact.tone }, exact.text),
        ),
        command === ""
            ? null
            : el("p", { class: "command", title: format.hint(command) }, command.slice(0, 2000)),
        el(
            "dl",
            { class: "facts" },
            facts.map(([term, value]) =>
                el("div", null, el("dt", null, term), el("dd", null, value)),
            ),
            editor.chooser(),
        ),
    ];
}

function notesOf(report) {
    if (report.notes.length === 0) {
        return null;
    }
    return el(
        "details",
        { class: "notes", open: report.notes.length <= 3 },
        el(
            "summary",
            null,
            format.plural(report.notes.length, "note", "notes") + " on what is missing or doubtful",
        ),
        el(
            "ul",
            null,
            report.notes.map((note) => el("li", null, format.hint(format.name(note)))),
        ),
    );
}

/* What the user's own analyzers have said, errors first. */
function findingsOf(report) {
    if (report.findings.length === 0) {
        return null;
    }
    return el(
        "details",
        { class: "notes findings", open: report.findings.length <= 10 },
        el("summary", null, format.plural(report.findings.length, "finding", "findings")),
        el(
            "ul",
            null,
            report.findings.map((finding) =>
                el(
                    "li",
                    { title: "from the analyzer " + finding.name },
                    `${finding.severity}: ${format.hint(format.name(finding.text))}`,
                    finding.location === null ? null : [" at ", placeOf(finding.location)],
                ),
            ),
        ),
    );
}

function tile(label, value, small, hint) {
    return el(
        "div",
        { class: "tile", title: hint },
        el("dt", null, label),
        el("dd", null, value),
        small === null ? null : el("dd", { class: "small" }, small),
    );
}

/* The largest of a value of snapshots, null: none is known. */
function mostOf(snapshots, key) {
    const values = snapshots.map((each) => each[key]).filter(format.known);
    return values.length > 0 ? data.largest(values) : null;
}

/* Of a run that was looked through at its end: what nothing points to any more. */
function unreachableTile(report) {
    if (!report.leaks.some((leak) => format.known(leak.reachability))) {
        return null;
    }
    const lost = report.leaks.filter((leak) =>
        ["unreachable", "indirect"].includes(leak.reachability),
    );
    return tile(
        "Leaks",
        bytesSpan(data.sum(lost, "bytes")),
        format.plural(data.sum(lost, "count"), "block", "blocks") + " out of reach",
        "of blocks that nothing in the program points to any more",
    );
}

function tilesOf(report) {
    const { summary } = report;
    const share = (part, whole) =>
        format.known(part) && whole > 0
            ? format.percent((part / whole) * 100) + " of the peak"
            : "in objects";
    return el(
        "dl",
        { class: "tiles" },
        tile("Peak heap", bytesSpan(summary.peak_memory_bytes), "most bytes live at once"),
        tile(
            report.process.exit === "running" ? "Live now" : "Live at the end",
            bytesSpan(summary.current_memory_bytes),
            format.plural(summary.active_allocations ?? 0, "block", "blocks"),
            "of blocks that were not freed",
        ),
        unreachableTile(report),
        tile(
            "Resident set",
            bytesSpan(mostOf(report.system_snapshots, "process_rss_bytes")),
            "most seen, all memory of the process",
        ),
        tile(
            "Allocations",
            format.shortCount(summary.total_allocations),
            format.rate(summary.allocation_rate_per_sec, "per s"),
            format.count(summary.total_allocations),
        ),
        tile(
            "Frees",
            format.shortCount(summary.total_deallocations),
            format.rate(summary.deallocation_rate_per_sec, "per s"),
            format.count(summary.total_deallocations),
        ),
        tile(
            "Allocated in all",
            bytesSpan(summary.total_bytes),
            summary.total_allocations > 0
                ? format.bytes(summary.total_bytes / summary.total_allocations) + " a block"
                : "in blocks",
        ),
        tile("Typed", format.percent(summary.typed_bytes_percent), "of bytes have a known C type"),
        tile(
            "Padding",
            bytesSpan(summary.padding_waste_bytes),
            share(summary.padding_waste_bytes, summary.peak_memory_bytes),
            "bytes of padding in the objects at the peak of each type",
        ),
        tile("Dropped", format.count(summary.dropped_events), "events not recorded"),
        format.known(summary.stack_peak_bytes)
            ? tile(
                  "Tracked stack",
                  bytesSpan(summary.stack_peak_bytes),
                  "at most, annotated objects",
              )
            : null,
        summary.static_bytes > 0
            ? tile("Static", bytesSpan(summary.static_bytes), "tracked globals")
            : null,
    );
}

const HOLDERS = 5;

/* The places that hold most by KEY of sites: variable, type and place as one. */
function holdersBy(report, key) {
    const groups = data.groupBy(
        report.sites.filter((site) => site[key] > 0 && !site.pooled),
        (site) => JSON.stringify([site.var_name, site.type_name, site.file, site.line]),
    );
    return [...groups.values()]
        .map((sites) => ({ site: sites[0], bytes: data.sum(sites, key) }))
        .sort((a, b) => b.bytes - a.bytes);
}

/* To the line that allocates, where the page has it; else to its row of the table of sites. */
function showHolder(site) {
    const place = source.find(siteLocation(site));
    if (place !== null) {
        show("source", place);
    } else {
        show("sites", { site: site.id });
    }
}

function holderRow({ site, bytes }, whole) {
    const name = site.var_name ?? site.label;
    return el(
        "li",
        { class: "holderrow" },
        el(
            "button",
            {
                type: "button",
                class: source.find(siteLocation(site)) ? "holder tosource" : "holder",
                title: format.exactBytes(bytes),
                click: () => showHolder(site),
            },
            el(
                "span",
                { class: "what" },
                name === null
                    ? el("span", { class: "unknown" }, "no variable")
                    : el("bdi", { class: "name" }, format.name(name).slice(0, 200)),
                " : ",
                site.type_name === null
                    ? el("span", { class: "unknown" }, "type not known")
                    : el("bdi", { class: "name" }, format.name(site.type_name).slice(0, 200)),
            ),
            el("span", { class: "amount" }, format.bytes(bytes)),
            el(
                "span",
                { class: "where" },
                site.file === null
                    ? format.name(site.function ?? "place not known").slice(0, 200)
                    : pathSpan(`${site.file}:${site.line ?? "?"}`),
            ),
            el("span", { class: "amount muted" }, format.percent((bytes / whole) * 100)),
            el(
                "span",
                { class: "track" },
                el("span", {
                    class: "fill",
                    style: { width: Math.min(100, (bytes / whole) * 100).toFixed(2) + "%" },
                }),
            ),
        ),
        editor.link(siteLocation(site)),
    );
}

/* Who held the heap when it was largest or, of a run without a kept peak, who holds it now. */
function holdersOf(report) {
    const { summary } = report;
    const peak = holdersBy(report, "bytes_at_peak");
    const list = peak.length > 0 ? peak : holdersBy(report, "live_bytes");
    /* Sites are known of a moment close to the peak. */
    const whole =
        peak.length > 0
            ? (summary.peak_known_bytes ?? summary.peak_memory_bytes)
            : summary.current_memory_bytes;
    if (list.length === 0 || !(whole > 0)) {
        return null;
    }
    const shown = list.slice(0, HOLDERS);
    const rest = Math.max(0, whole - data.sum(shown, "bytes"));
    return el(
        "div",
        { class: "card" },
        el(
            "h2",
            null,
            peak.length > 0
                ? `What held the memory at the peak of ${format.bytes(summary.peak_memory_bytes)}`
                : `What holds the ${format.bytes(whole)} that are live`,
        ),
        el("ol", { class: "holders" }, shown.map((each) => holderRow(each, whole))),
        list.length > HOLDERS
            ? el(
                  "p",
                  { class: "muted" },
                  `${format.plural(list.length - HOLDERS, "other place", "other places")}: ${format.bytes(rest)}, ${format.percent((rest / whole) * 100)}.`,
              )
            : null,
    );
}

function insightsOf(report) {
    const found = insights(report);
    return el(
        "div",
        { class: "card" },
        el("h2", null, "What stands out"),
        found.length === 0
            ? emptyNote("Nothing: no leak, padding, growth or misuse that would be worth your time.")
            : el(
                  "ul",
                  { class: "insights" },
                  found.map(({ words, go }) =>
                      el(
                          "li",
                          null,
                          el("span", null, words),
                          " ",
                          el("button", { type: "button", class: "link", click: go }, "Show"),
                      ),
                  ),
              ),
    );
}

function overviewSection(report) {
    return el(
        "section",
        { id: "overview", "aria-label": "Summary" },
        notesOf(report),
        findingsOf(report),
        tilesOf(report),
        el("div", { class: "cards" }, holdersOf(report), insightsOf(report)),
    );
}
