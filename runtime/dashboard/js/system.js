/* SPDX-License-Identifier: MIT */
/* The machine beside the program. */
function systemSection(report) {
    const snapshots = report.system_snapshots;
    if (snapshots.length < 2) {
        return section(
            "system",
            "System",
            null,
            emptyNote(
                "No system snapshots: the program ended before them, or the monitor was off.",
            ),
        );
    }
    const times = snapshots.map((snapshot) => snapshot.timestamp);
    const series = (key, name, color) => ({
        name,
        color: seriesColor(color),
        values: snapshots.map((snapshot) => snapshot[key]),
    });
    const charts = [
        [
            "Processor",
            "percent",
            [
                series("process_cpu_percent", "program (100% = one processor)", 0),
                series("cpu_usage_percent", "machine", 1),
            ],
        ],
        [
            "Memory of the program",
            "bytes",
            [
                series("process_rss_bytes", "resident set (RSS)", 0),
                series("heap_live_bytes", "live heap", 1),
                series("process_pss_bytes", "proportional set (PSS)", 2),
            ],
        ],
        ["Memory of the machine", "bytes", [series("memory_usage_bytes", "in use", 2)]],
        ["Threads", "count", [series("thread_count", "threads", 3)]],
        ["Open files of the program", "count", [series("process_fds", "descriptors", 4)]],
        [
            "Page faults of the program since its start",
            "count",
            [
                series("process_minor_faults", "minor", 0),
                series("process_major_faults", "major (read from storage)", 1),
            ],
        ],
        [
            "Disk",
            "rate",
            [series("disk_read_bps", "read", 0), series("disk_write_bps", "written", 1)],
        ],
        [
            "Network",
            "rate",
            [series("network_rx_bps", "received", 0), series("network_tx_bps", "sent", 1)],
        ],
        ["GPU", "percent", [series("gpu_usage_percent", "in use", 4)]],
        [
            "GPU memory",
            "bytes",
            [
                series("process_gpu_bytes", "program", 0),
                series("gpu_memory_used", "in use", 4),
                series("gpu_memory_total", "in all", 5),
            ],
        ],
    ];
    const known = charts.filter(([, , lines]) =>
        lines.some((line) => line.values.some(format.known)),
    );
    return section(
        "system",
        "System",
        null,
        el(
            "div",
            { class: "halves" },
            known.map(([title, scale, lines]) =>
                el(
                    "div",
                    null,
                    el("h3", null, title),
                    timeChart({
                        label: title,
                        height: 150,
                        times,
                        scale,
                        lines: lines.filter((line) => line.values.some(format.known)),
                    }),
                ),
            ),
        ),
    );
}
