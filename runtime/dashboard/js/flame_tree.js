/* SPDX-License-Identifier: MIT */
/*
 * What the flame graph is made of: boxes of calls, each with the bytes and blocks below it.
 *
 * A choice tells which blocks (of: live, peak, total, temporary), what the first boxes are (divide:
 * none, type, variable, thread), which thread's blocks alone (thread, null: all), whether callers or
 * those that they call come first (order), and by what boxes are as wide (measure).
 */
const flameTree = (() => {
    const tree = () => data.tree;

    /* ---- the blocks: rows of { node, site, type_name, var_name, tid, bytes, count } ----
     * `node` is that of the innermost call in the report's tree; null: no stack is known, and the
     * blocks are shown at their site's function alone. */

    let sites = null; /* by id */

    function siteOf(id) {
        sites ??= new Map(data.report.sites.map((site) => [site.id, site]));
        return sites.get(id) ?? null;
    }

    function liveRows() {
        return data.report.live.map((row) => ({
            node: data.nodeOf(row.stack_id),
            site: siteOf(row.site_id),
            type_name: row.type_name,
            var_name: row.var_name,
            tid: row.tid,
            bytes: row.bytes ?? 0,
            count: row.count ?? 0,
        }));
    }

    /* Places of the heap: what lies in other blocks counts with those. */
    function isHeap(site) {
        return !site.pooled && site.kind !== "object" && site.kind !== "static";
    }

    /* Of each site, what its stacks have of KEY in all. */
    function sumsBySite(key) {
        const { site_id: of, [key]: values } = tree();
        const sums = new Map();
        (values ?? []).forEach((value, index) =>
            sums.set(of[index], (sums.get(of[index]) ?? 0) + (value ?? 0)),
        );
        return sums;
    }

    /* The values KEY of all stacks, which add up to what their sites have: estimates that are more
     * are scaled, what is missing is RESTS, by site. */
    function valuesOfStacks(key) {
        if (key === null) {
            return { values: null, rests: new Map() };
        }
        const { site_id: of, [key]: values } = tree();
        const sums = sumsBySite(key);
        const rests = new Map();
        for (const site of data.report.sites) {
            const rest = (site[key] ?? 0) - (sums.get(site.id) ?? 0);
            if (rest > 0 && isHeap(site)) {
                rests.set(site.id, rest);
            }
        }
        const scaled = (value, index) => {
            const all = siteOf(of[index])?.[key];
            const sum = sums.get(of[index]);
            return format.known(all) && sum > all ? (value * all) / sum : value;
        };
        return { values: values.map((value, index) => scaled(value ?? 0, index)), rests };
    }

    function stackRows(bytesKey, countKey) {
        const bytes = valuesOfStacks(bytesKey);
        const counts = valuesOfStacks(countKey);
        const row = (site, node, ofBytes, ofCount) => ({
            node,
            site,
            type_name: site?.type_name ?? null,
            var_name: site?.var_name ?? null,
            tid: null,
            bytes: ofBytes ?? 0,
            count: ofCount ?? 0,
        });
        const rows = [];
        tree().id.forEach((id, index) => {
            const site = siteOf(tree().site_id[index]);
            if (site === null || isHeap(site)) {
                rows.push(
                    row(site, tree().node[index], bytes.values?.[index], counts.values?.[index]),
                );
            }
        });
        for (const id of new Set([...bytes.rests.keys(), ...counts.rests.keys()])) {
            rows.push(row(siteOf(id), null, bytes.rests.get(id), counts.rests.get(id)));
        }
        return rows;
    }

    /* The words: what the blocks are, as in "all live blocks". BYTES and BLOCKS name what is known by
     * stack, null: it is not. */
    const MODES = {
        live: { what: "live", bytes: true, blocks: true, make: liveRows },
        peak: { what: "at the peak", bytes: "bytes_at_peak", blocks: null },
        total: { what: "ever made", bytes: "total_bytes", blocks: "total_allocations" },
        temporary: { what: "freed at once", bytes: null, blocks: "temporary_allocations" },
    };
    const made = new Map();

    function rowsOf(of) {
        const mode = MODES[of];
        if (!made.has(of)) {
            made.set(of, mode.make ? mode.make() : stackRows(mode.bytes, mode.blocks));
        }
        return made.get(of);
    }

    const knows = (key) => tree()[key]?.some((value) => value > 0) ?? false;

    /* Why KEY cannot be VALUE under CHOICE; null: it can. */
    function lack(choice, key, value) {
        const mode = MODES[key === "of" ? value : choice.of];
        if (key === "of" && !mode.make && !knows(mode.bytes ?? mode.blocks)) {
            return `No call stacks of what was ${mode.what} are in this report.`;
        }
        if (key === "measure" && mode[value] === null) {
            return value === "bytes"
                ? "Of blocks that were freed at once, the number is known and not the bytes."
                : "Of the peak, the bytes are known and not the number of blocks.";
        }
        if (key === "divide" && value === "thread" && choice.of !== "live") {
            return "Which thread has made a block is known of live blocks alone.";
        }
        if (key === "divide" && value === "thread" && !rowsOf("live").some((row) => format.known(row.tid))) {
            return "This report does not tell which thread has made a block.";
        }
        return null;
    }

    /* CHOICE with the nearest thing that there is in place of what there is not. */
    function mend(choice) {
        const mended = { ...choice };
        if (lack(mended, "of", mended.of)) {
            mended.of = "live";
        }
        if (lack(mended, "measure", mended.measure)) {
            mended.measure = mended.measure === "bytes" ? "blocks" : "bytes";
        }
        if (lack(mended, "divide", mended.divide)) {
            mended.divide = "none";
        }
        if (mended.of !== "live") {
            mended.thread = null;
        }
        return mended;
    }

    /* ---- the boxes ---- */

    function newNode(name, frame, parent) {
        return {
            name,
            frame,
            bytes: 0,
            count: 0,
            value: 0,
            children: new Map(),
            parent,
            depth: parent === null ? 0 : parent.depth + 1,
        };
    }

    function childOf(node, key, name, frame) {
        let child = node.children.get(key);
        if (!child) {
            child = newNode(name, frame, node);
            node.children.set(key, child);
        }
        return child;
    }

    const DIVISIONS = {
        none: null,
        type: (row) => row.type_name ?? "type not known",
        variable: (row) => row.var_name ?? "no variable",
        thread: (row) => threadName(row.tid),
    };

    /* Of each frame what it is called, and a number that all frames of its function have. */
    let functions = null;

    function findFunctions() {
        const numbers = new Map();
        const number = tree().frames.map((frame) => {
            const key = `${frame.function}\n${frame.function === null ? frame.address : ""}\n${frame.module}`;
            if (!numbers.has(key)) {
                numbers.set(key, numbers.size);
            }
            return numbers.get(key);
        });
        return { number, name: tree().frames.map(frameName) };
    }

    function callOf(node, at) {
        return childOf(node, functions.number[at], functions.name[at], tree().frames[at]);
    }

    /* The one box of blocks without a stack. */
    function siteBox(node, site) {
        const name = site?.function ?? site?.file ?? "place not known";
        const frame = { function: name, file: null, line: null, module: null, ...site, inlined: false };
        return childOf(node, "no stack " + name, format.name(name), frame);
    }

    /* Callers first, not divided: the report's own tree has each way from the root once. BOXES are its
     * nodes as boxes, parents before children. */
    function plainLeaves(root, boxes) {
        const { node_parent: parents, node_frame: frames } = tree();
        const box = [root];
        for (let node = 1; node < parents.length; node++) {
            box.push(callOf(box[parents[node]], frames[node]));
        }
        const all = new Set(box);
        all.forEach((each) => boxes.push(each));
        return (row) => {
            if (row.node !== null) {
                return box[row.node];
            }
            const leaf = siteBox(root, row.site);
            if (!all.has(leaf)) {
                all.add(leaf);
                boxes.push(leaf);
            }
            return leaf;
        };
    }

    /* Any other way: each stack is followed. */
    function anyLeaves(root, boxes, choice) {
        const name = DIVISIONS[choice.divide];
        const seen = new Set();
        const to = (box) => {
            if (!seen.has(box)) {
                seen.add(box);
                boxes.push(box);
            }
            return box;
        };
        boxes.push(root);
        return (row) => {
            let node = root;
            if (name) {
                node = to(childOf(node, name(row), format.name(name(row)), null));
            }
            if (row.node === null) {
                return to(siteBox(node, row.site));
            }
            const frames = data.framesAbove(row.node);
            for (const at of choice.order === "callers" ? frames.reverse() : frames) {
                node = to(callOf(node, at));
            }
            return node;
        };
    }

    /* The root of the boxes under CHOICE. */
    function make(choice) {
        functions ??= findFunctions();
        const { what } = MODES[choice.of];
        const root = newNode(choice.of === "live" ? "all live blocks" : "all blocks " + what, null, null);
        const boxes = []; /* parents before children */
        const plain = choice.order === "callers" && choice.divide === "none";
        const leafOf = plain ? plainLeaves(root, boxes) : anyLeaves(root, boxes, choice);
        for (const row of rowsOf(choice.of)) {
            const wanted = choice.thread === null || row.tid === choice.thread;
            if (wanted && (row.bytes > 0 || row.count > 0)) {
                const leaf = leafOf(row);
                leaf.bytes += row.bytes;
                leaf.count += row.count;
            }
        }
        for (let i = boxes.length - 1; i >= 0; i--) {
            const box = boxes[i];
            box.value = choice.measure === "blocks" ? box.count : box.bytes;
            if (box.parent !== null) {
                box.parent.bytes += box.bytes;
                box.parent.count += box.count;
            }
        }
        return root;
    }

    let threads = null;

    /* Whether live blocks of thread TID are known. */
    function hasThread(tid) {
        threads ??= new Set(rowsOf("live").map((row) => row.tid));
        return threads.has(tid);
    }

    data.watch(() => {
        sites = functions = threads = null;
        made.clear();
    });
    return { make, lack, mend, hasThread, wordsOf: (of) => MODES[of].what };
})();
