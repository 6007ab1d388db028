/* SPDX-License-Identifier: MIT */
/* The report out of the page. Its keys are those of the JSON export; the stacks come as one tree. */
const data = (() => {
    const report = JSON.parse(document.getElementById("report").textContent);
    const tree = report.stacks;
    const stackIndex = new Map(tree.id.map((id, index) => [id, index]));

    /* The frames of a stack, innermost first; null: there is no such stack. */
    function frames(id) {
        const index = stackIndex.get(id);
        if (index === undefined) {
            return null;
        }
        const found = [];
        for (let node = tree.node[index]; node > 0; node = tree.node_parent[node]) {
            found.push(tree.frames[tree.node_frame[node]]);
        }
        return found;
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

    return { report, tree, frames, groupBy, baseName, sum, largest };
})();
