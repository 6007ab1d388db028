/* SPDX-License-Identifier: MIT */
/* A curve without axes, for a table's cell. POINTS: [{ timestamp, live_bytes }] */
function sparkline(points) {
    if (points.length < 2) {
        return el("span", { class: "unknown" }, format.DASH);
    }
    const width = 110;
    const height = 18;
    const start = points[0].timestamp;
    const span = points[points.length - 1].timestamp - start || 1;
    const most = points.reduce((top, point) => Math.max(top, point.live_bytes || 0), 0) || 1;
    const stride = Math.max(1, Math.ceil(points.length / width));
    const path = points
        .filter((_, index) => index % stride === 0 || index === points.length - 1)
        .map(
            (point) =>
                `${(((point.timestamp - start) / span) * width).toFixed(1)},${(height - 1 - ((point.live_bytes || 0) / most) * (height - 3)).toFixed(1)}`,
        );
    return svg(
        "svg",
        {
            class: "spark",
            width,
            height,
            role: "img",
            "aria-label": "at most " + format.bytes(most),
        },
        svg("path", { class: "under", d: `M0,${height}L${path.join("L")}L${width},${height}Z` }),
        svg("path", { class: "over", d: "M" + path.join("L") }),
    );
}
