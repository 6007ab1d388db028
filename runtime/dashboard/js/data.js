/* SPDX-License-Identifier: MIT */
/* The report out of the page. Its keys are those of the JSON export; the stacks come as one tree. */
const data = (() => {
    const loaded = { report: null, tree: null };
    const watchers = [];
    let stackIndex = null;

    /* JSON that is zlib data in base64: what large reports come as. */
    async function unpack(text) {
        if (!("DecompressionStream" in globalThis)) {
            throw new Error(
                "this browser cannot unpack it. Browsers since 2023 can; " +
                    "`memscope export --format json` has the same numbers",
            );
        }
        const packed = atob(text);
        const bytes = new Uint8Array(packed.length);
        for (let i = 0; i < packed.length; i++) {
            bytes[i] = packed.charCodeAt(i);
        }
        const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
        return new Response(stream).text();
    }

    /* What ELEMENT has in it; its text is not needed any more. */
    async function read(element) {
        const text = element.dataset.packed
            ? await unpack(element.textContent)
            : element.textContent;
        element.textContent = "";
        return JSON.parse(text);
    }

    /* The rows of a table that comes as an array for each column. */
    function rowsOf(columns) {
        const keys = Object.keys(columns);
        return columns[keys[0]].map((first, index) =>
            Object.fromEntries(keys.map((key) => [key, columns[key][index]])),
        );
    }

    /* Reads the report; what follows may be called when that is done. */
    async function load(element) {
        take(await read(element));
    }

    /* The same of a REPORT that is read already. */
    function take(report) {
        report.live = rowsOf(report.live);
        report.leaks = rowsOf(report.leaks);
        stackIndex = new Map(report.stacks.id.map((id, index) => [id, index]));
        loaded.report = report;
        loaded.tree = report.stacks;
        watchers.forEach((watcher) => watcher());
    }

    /* CHANGED is called when there is another report: what was made of the one before is wrong. */
    function watch(changed) {
        watchers.push(changed);
    }

    /* Whether the program has ended and left next to nothing: then what it had at its peak is what
     * people ask for first, and not what is live. */
    function isOver(report) {
        const { summary, process } = report;
        return (
            process.exit !== "running" &&
            summary.peak_known_bytes > 0 &&
            summary.current_memory_bytes < summary.peak_known_bytes / 10
        );
    }

    /* The node of the innermost frame of stack ID; null: there is no such stack. */
    function nodeOf(id) {
        const index = stackIndex.get(id);
        return index === undefined ? null : loaded.tree.node[index];
    }

    /* The frames from NODE outwards, as indexes of tree.frames. */
    function framesAbove(innermost) {
        const { tree } = loaded;
        const found = [];
        for (let node = innermost; node > 0; node = tree.node_parent[node]) {
            found.push(tree.node_frame[node]);
        }
        return found;
    }

    /* The frames of stack ID, innermost first; null: there is no such stack. */
    function frames(id) {
        const innermost = nodeOf(id);
        return innermost && framesAbove(innermost).map((at) => loaded.tree.frames[at]);
    }

    /* ROWS by KEY: a Map of arrays. */
    function groupBy(rows, key) {
        const groups = new Map();
        for (const row of rows) {
            const name = key(row);
            const group = groups.get(name);
            if (group) {
                group.push(row);
            } else {
                groups.set(name, [row]);
            }
        }
        return groups;
    }

    function baseName(path) {
        return path === null ? null : path.slice(path.lastIndexOf("/") + 1);
    }

    function sum(rows, key) {
        return rows.reduce((total, row) => total + (row[key] || 0), 0);
    }

    function largest(values) {
        return values.reduce((most, value) => Math.max(most, value || 0), 0);
    }

    /* Of the sites that held most at some moment: id -> [{ timestamp, live_bytes }]. */
    function siteHistories() {
        const { timeline } = loaded.report;
        return new Map(
            timeline.by_site.map((series) => [
                series.site_id,
                timeline.timestamps.map((timestamp, index) => ({
                    timestamp,
                    live_bytes: series.live_bytes[index],
                })),
            ]),
        );
    }

    /* The color of a type in every picture; those without a curve in the timeline take turns. */
    function typeColor(name, turn) {
        if (name === null) {
            return "var(--series-unknown)";
        }
        const at = loaded.report.timeline.by_type.findIndex((each) => each.type_name === name);
        return seriesColor(at >= 0 ? at : turn);
    }

    return Object.assign(loaded, {
        load,
        take,
        watch,
        read,
        typeColor,
        frames,
        framesAbove,
        isOver,
        nodeOf,
        groupBy,
        baseName,
        sum,
        largest,
        siteHistories,
    });
})();
