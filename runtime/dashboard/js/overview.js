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
    const program = data.baseName(process.executable) ?? "program not known";
    const end = endOf(process);
    const exact = exactnessOf(report.sampling, report.summary);
    document.title = format.name(program).slice(0, 80) + " \u2013 memscope report";
    const command = process.command.map((word) => format.name(word)).join(" ");
    const facts = [
        [
            "Process",
            process.pid === null
                ? format.DASH
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
                    finding.location === null ? null : [" at ", pathSpan(finding.location)],
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
            "Live at the end",
            bytesSpan(summary.current_memory_bytes),
            format.plural(summary.active_allocations ?? 0, "block", "blocks"),
            "of blocks that were not freed",
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

function overviewSection(report) {
    return el(
        "section",
        { id: "overview", "aria-label": "Summary" },
        notesOf(report),
        findingsOf(report),
        tilesOf(report),
    );
}
