/* SPDX-License-Identifier: MIT */
/* The heap over time by type, and how often it was asked. */
const HIDE_RSS_ABOVE = 5; /* times the heap: the line would press the heap flat */

/* The snapshot nearest before each time. */
function valuesAt(times, snapshots, key) {
    let next = 0;
    return times.map((time) => {
        while (next + 1 < snapshots.length && snapshots[next + 1].timestamp <= time) {
            next++;
        }
        return snapshots.length > 0 && snapshots[next].timestamp <= time
            ? snapshots[next][key]
            : null;
    });
}

/* What happened in the interval that ends at each point, for each second, from counts since the
 * start. The first point has no interval that is known and takes the next one's. */
function perSecond(times, counts) {
    const rates = counts.map((count, index) => {
        const seconds = index === 0 ? 0 : (times[index] - times[index - 1]) / 1e9;
        const before = index === 0 ? null : counts[index - 1];
        return format.known(count) && format.known(before) && seconds > 0
            ? Math.max(0, count - before) / seconds
            : null;
    });
    rates[0] = rates.length > 1 ? rates[1] : null;
    return rates;
}

function heapChart(report) {
    const { timeline } = report;
    const times = timeline.timestamps;
    const stack = timeline.by_type.map((series, index) => ({
        name: series.type_name ?? "type not known",
        color: series.type_name === null ? "var(--series-unknown)" : seriesColor(index),
        values: series.live_bytes,
    }));
    const rest = timeline.heap_live_bytes.map((live, index) =>
        Math.max(
            0,
            (live || 0) - stack.reduce((total, series) => total + (series.values[index] || 0), 0),
        ),
    );
    if (stack.length === 0) {
        stack.push({ name: "live heap", color: seriesColor(0), values: rest });
    } else if (data.largest(rest) > 0) {
        stack.push({ name: "other types", color: "var(--series-other)", values: rest });
    }
    const rss = valuesAt(times, report.system_snapshots, "process_rss_bytes");
    const squeezed = data.largest(rss) > HIDE_RSS_ABOVE * data.largest(timeline.heap_live_bytes);
    const lines = [{ name: "live heap", color: "var(--text)", values: timeline.heap_live_bytes }];
    if (rss.some(format.known)) {
        lines.push({
            name: "resident set (RSS)",
            color: "var(--rss)",
            values: rss,
            off: squeezed,
            hint: squeezed ? "far above the heap: off at first so that the heap can be seen" : null,
        });
    }
    return timeChart({
        label: "Live heap bytes by type",
        height: 300,
        times,
        stack,
        lines,
        marks: report.marks,
        phases: report.phases,
        scale: "bytes",
        selects: true,
    });
}

/* Of the bar that is in the page. */
let fillSelection = () => {};
state.watch(() => fillSelection());

/* What is selected, and the way back. */
function selectionBar() {
    const text = el("span");
    const bar = el(
        "p",
        { class: "selected", role: "status", hidden: true },
        text,
        el(
            "button",
            { type: "button", class: "plain", click: () => state.select(null) },
            "Show the whole run",
        ),
    );
    fillSelection = () => {
        const range = state.range();
        bar.hidden = range === null;
        text.textContent =
            range === null
                ? ""
                : `Selected: ${moments.words(range)}. Types, holders, leaks, variables and charts follow it; the rest is of the whole run.`;
    };
    fillSelection();
    return bar;
}

function timelineSection(report) {
    const { timeline } = report;
    if (timeline.timestamps.length < 2) {
        return section(
            "timeline",
            "Heap over time",
            null,
            emptyNote(
                timeline.timestamps.length === 0
                    ? "No points in time: the program ended before the first one, or the monitor was off."
                    : "One point in time only: the program ended before the second one.",
            ),
        );
    }
    return section(
        "timeline",
        "Heap over time",
        null,
        el("p", { class: "muted" }, "Drag over a stretch of time, or click at a moment, to see that alone."),
        heapChart(report),
        selectionBar(),
        el("h3", null, "Activity"),
        timeChart({
            label: "Allocations and frees each second",
            height: 130,
            times: timeline.timestamps,
            scale: "count",
            lines: [
                {
                    name: "allocations per s",
                    color: seriesColor(0),
                    values: perSecond(timeline.timestamps, timeline.allocations),
                },
                {
                    name: "frees per s",
                    color: seriesColor(1),
                    values: perSecond(timeline.timestamps, timeline.frees),
                },
            ],
        }),
    );
}
