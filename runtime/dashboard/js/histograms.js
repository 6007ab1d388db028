/* SPDX-License-Identifier: MIT */
/* The program's blocks by size and by life. */
function histogram(label, buckets, show) {
    const last = buckets.reduce((found, bucket, index) => (bucket.count > 0 ? index : found), -1);
    const first = buckets.findIndex((bucket) => bucket.count > 0);
    if (last < 0) {
        return [el("h3", null, label), emptyNote("No blocks.")];
    }
    const shown = buckets.slice(first, last + 1);
    const most = data.largest(shown.map((bucket) => bucket.count));
    const whole = data.sum(shown, "count");
    const range = (bucket) =>
        bucket.from === 0
            ? "under " + show(bucket.to)
            : `${show(bucket.from)} \u2013 ${show(bucket.to)}`;
    const csv = () =>
        csvText([
            ["From", "To, exclusive", "Blocks"],
            ...shown.map((bucket) => [bucket.from, bucket.to, bucket.count]),
        ]);
    return [
        el(
            "div",
            { class: "bar" },
            el("h3", null, label),
            el("span", { class: "actions" }, csvActions(label.toLowerCase(), csv)),
        ),
        el(
            "table",
            { class: "histogram", "aria-label": label },
            el(
                "tbody",
                null,
                shown.map((bucket) =>
                    el(
                        "tr",
                        {
                            title: `from ${show(bucket.from)} to under ${show(bucket.to)}: ${format.plural(bucket.count, "block", "blocks")}`,
                        },
                        el("th", { scope: "row" }, range(bucket)),
                        el(
                            "td",
                            { class: "bars" },
                            el("span", {
                                class: "fill",
                                style: { width: ((bucket.count / most) * 100).toFixed(2) + "%" },
                            }),
                        ),
                        el("td", { class: "number" }, format.count(bucket.count)),
                        el(
                            "td",
                            { class: "number muted" },
                            format.percent((bucket.count / whole) * 100),
                        ),
                    ),
                ),
            ),
        ),
    ];
}

function blocksSection(report) {
    return section(
        "blocks",
        "Sizes and lifetimes",
        null,
        el(
            "div",
            { class: "halves" },
            el("div", null, histogram("Blocks by size", report.sizes, format.bytes)),
            el("div", null, histogram("Freed blocks by lifetime", report.lifetimes, format.duration)),
        ),
    );
}
