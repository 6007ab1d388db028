/* SPDX-License-Identifier: MIT */
/*
 * What a reader would find out by looking through the tables, in words, each with a way to its
 * evidence. Nothing is said of what is small: under a hundredth of the peak or, but of leaks, under
 * 4 KiB.
 */
const insights = (() => {
    const MOST = 8;
    const LEAST_BYTES = 4096;

    function worthTelling(bytes, summary) {
        return bytes >= LEAST_BYTES && bytes >= (summary.peak_memory_bytes ?? 0) / 100;
    }

    function quoted(text) {
        return el("code", null, format.hint(format.name(text)).slice(0, 120));
    }

    function holderName(row) {
        return [
            row.var_name === null ? "blocks" : quoted(row.var_name),
            row.type_name === null ? " of a type not known" : [" : ", quoted(row.type_name)],
            row.location === null ? "" : [" at ", quoted(row.location)],
        ];
    }

    function ofLeaks(report) {
        const gone = ["exited", "signalled", "killed"].includes(report.process.exit);
        const lost = report.leaks.filter((leak) => leak.reachability !== "reachable");
        const [first] = leakGroups(lost);
        if (!gone || !first || first.bytes < (report.summary.peak_memory_bytes ?? 0) / 100) {
            return [];
        }
        const how = format.known(first.reachability)
            ? " were never freed, and nothing points to them any more."
            : report.process.exit === "exited"
              ? " were never freed."
              : " were live when the program was ended.";
        return [
            {
                weight: first.bytes,
                words: [
                    `${format.bytes(first.bytes)} in ${format.plural(first.count, "block", "blocks")} of `,
                    holderName(first),
                    how,
                ],
                go: () => show("leaks", leakPlace(first)),
            },
        ];
    }

    function ofPadding(report) {
        return report.layouts
            .filter((layout) => worthTelling(layout.wasted_at_peak_bytes, report.summary))
            .sort((a, b) => b.wasted_at_peak_bytes - a.wasted_at_peak_bytes)
            .slice(0, 2)
            .map((layout) => ({
                weight: layout.wasted_at_peak_bytes,
                words: [
                    quoted(layout.type_name),
                    ` lost ${format.bytes(layout.wasted_at_peak_bytes)} to padding at its peak, ` +
                        `${layout.padding_bytes} of its ${layout.size} bytes` +
                        (layout.saved_at_peak_bytes > 0
                            ? `; another order of its members saves ${format.bytes(layout.saved_at_peak_bytes)}.`
                            : "."),
                ],
                go: () => show("layouts", layoutPlace(layout)),
            }));
    }

    function ofGrowth(report) {
        return report.growing
            .map((row) => ({ row, bytes: row.end_bytes - row.start_bytes }))
            .filter(({ bytes }) => worthTelling(bytes, report.summary))
            .sort((a, b) => b.bytes - a.bytes)
            .slice(0, 2)
            .map(({ row, bytes }) => ({
                weight: bytes,
                words: [
                    "The blocks of ",
                    holderName(row),
                    ` grew by ${format.bytes(bytes)}, ` +
                        (row.by === "marks" ? "from mark to mark." : "in every part of the run."),
                ],
                go: () => show("sites", { site: row.site_id }),
            }));
    }

    function ofTemporaries(report) {
        const { summary } = report;
        return report.sites
            .filter(
                (site) =>
                    site.temporary_allocations > 1000 &&
                    site.temporary_allocations >= summary.total_allocations / 20,
            )
            .sort((a, b) => b.temporary_allocations - a.temporary_allocations)
            .slice(0, 1)
            .map((site) => ({
                weight: 0,
                words: [
                    `${format.percent((site.temporary_allocations / site.total_allocations) * 100)} of the ` +
                        `${format.count(site.total_allocations)} blocks of `,
                    holderName({ ...site, location: siteLocation(site) }),
                    " were freed before the next one was made: one block could be kept.",
                ],
                go: () => show("sites", { site: site.id }),
            }));
    }

    function ofProblems(report) {
        const count = data.sum(report.problems, "count");
        if (count === 0) {
            return [];
        }
        return [
            {
                weight: Infinity,
                words: [
                    `${format.plural(count, "block was", "blocks were")} given back twice, by the wrong function, or never made: `,
                    "the program may be corrupting its heap.",
                ],
                go: () => show("problems"),
            },
        ];
    }

    /* The resident set where the heap was largest. */
    function ofResidentSet(report) {
        const { timeline } = report;
        const most = data.largest(timeline.heap_live_bytes);
        const at = timeline.heap_live_bytes.indexOf(most);
        const rss =
            at < 0
                ? null
                : valuesAt(timeline.timestamps, report.system_snapshots, "process_rss_bytes")[at];
        if (!format.known(rss) || rss < 2.5 * most || rss - most < 32 * 1024 * 1024) {
            return [];
        }
        return [
            {
                weight: rss - most,
                words: [
                    `The process had ${format.bytes(rss)} of memory when its heap was largest, at ${format.bytes(most)}: ` +
                        "the rest is code, stacks, mapped files, or memory that the allocator kept.",
                ],
                go: () => show("timeline"),
            },
        ];
    }

    function ofTypes(report) {
        const share = report.summary.typed_bytes_percent;
        if (!format.known(share) || share >= 95 || report.summary.total_bytes === 0) {
            return [];
        }
        return [
            {
                weight: 0,
                words: [
                    `${format.percent(100 - share)} of the bytes have no known C type: they come from code that was not compiled with memscope, ` +
                        "or that uses them as void only.",
                ],
                go: () => show("types"),
            },
        ];
    }

    /* The findings, most bytes first: [{ words, go }]. */
    return (report) =>
        [
            ofProblems,
            ofLeaks,
            ofGrowth,
            ofPadding,
            ofResidentSet,
            ofTemporaries,
            ofTypes,
        ]
            .flatMap((find) => find(report))
            .sort((a, b) => b.weight - a.weight)
            .slice(0, MOST);
})();
