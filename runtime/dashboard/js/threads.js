/* SPDX-License-Identifier: MIT */
/* The threads, each leading to the call stacks of what it has made and nothing has freed. */
/* "worker (4711)" */
function threadName(tid) {
    const thread = data.report.threads.find((row) => row.tid === tid);
    return !format.known(tid)
        ? "thread not known"
        : thread && thread.name
          ? `${format.name(thread.name)} (${tid})`
          : `thread ${tid}`;
}

function threadCell(row) {
    return el(
        "span",
        { class: "threadcell" },
        nameSpan(row.name, "no name"),
        flameTree.hasThread(row.tid)
            ? el(
                  "button",
                  {
                      type: "button",
                      class: "link",
                      "aria-label": `Call stacks of the live blocks of ${threadName(row.tid)}`,
                      click: () => show("stacks", { thread: row.tid }),
                  },
                  "stacks",
              )
            : null,
    );
}

function threadsSection(report) {
    const rows = report.threads;
    return section(
        "threads",
        "Threads",
        rows.length,
        table({
            id: "threads",
            label: "threads",
            rows,
            empty: "No thread allocated.",
            place: (row) => ({ thread: row.tid }),
            columns: [
                {
                    key: "name",
                    label: "Name",
                    kind: "text",
                    value: (row) => row.name,
                    cell: threadCell,
                },
                { key: "tid", label: "Id", kind: "number", width: 90, value: (row) => row.tid },
                countColumn("allocations", "Allocations", 110, (row) => row.total_allocations),
                bytesColumn("total", "Total", 96, (row) => row.total_bytes),
                bytesColumn(
                    "live",
                    "Live",
                    96,
                    (row) => row.live_bytes,
                    "made by this thread, whoever frees them",
                ),
                bytesColumn("peak", "Peak", 96, (row) => row.peak_bytes),
                countColumn(
                    "elsewhere",
                    "Freed elsewhere",
                    132,
                    (row) => row.freed_elsewhere,
                    "blocks of this thread that another thread has freed",
                ),
                bytesColumn(
                    "stack",
                    "Stack peak",
                    104,
                    (row) => row.stack_peak_bytes,
                    "of the annotated objects on its stack",
                ),
            ],
        }),
    );
}
