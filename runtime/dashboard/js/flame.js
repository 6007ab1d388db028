/* SPDX-License-Identifier: MIT */
/*
 * Live bytes or blocks by call stack: each box is a call, as wide as what was allocated below it. A box
 * opens to the full width; the path to it stays.
 *
 * Callers come before those they call or, bottom up, after them; all of it may be divided by type,
 * variable or thread of first; the first box is at the top (icicle) or at the bottom (flame).
 */
const flame = (() => {
    const ROW = 20;
    const LETTER = 6.4; /* width of a letter of the boxes' font in pixels */
    const LEAST = 1.5; /* boxes narrower than this are not drawn */

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
    };

    /* Of each frame what it is called, and a number that all frames of its function have. */
    let functions = null;

    function findFunctions() {
        const numbers = new Map();
        const number = data.tree.frames.map((frame) => {
            const key = `${frame.function}\n${frame.function === null ? frame.address : ""}\n${frame.module}`;
            if (!numbers.has(key)) {
                numbers.set(key, numbers.size);
            }
            return numbers.get(key);
        });
        return { number, name: data.tree.frames.map(frameName) };
    }

    function callOf(node, at) {
        return childOf(node, functions.number[at], functions.name[at], data.tree.frames[at]);
    }

    /* Callers first, not divided: the report's own tree has each way from the root once. BOXES are its
     * nodes as boxes, parents before children. */
    function plainLeaves(root, boxes) {
        const { node_parent: parents, node_frame: frames } = data.tree;
        const box = [root];
        for (let node = 1; node < parents.length; node++) {
            box.push(callOf(box[parents[node]], frames[node]));
        }
        new Set(box).forEach((each) => boxes.push(each));
        return (row) => box[data.nodeOf(row.stack_id) ?? -1];
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
            const frames = data.frameNumbers(row.stack_id);
            if (frames === null) {
                return undefined;
            }
            let node = root;
            if (name) {
                node = to(childOf(node, name(row), format.name(name(row)), null));
            }
            for (const at of choice.order === "callers" ? frames.reverse() : frames) {
                node = to(callOf(node, at));
            }
            return node;
        };
    }

    /* The boxes of live blocks under CHOICE: { order, divide, measure }. */
    function callTree(choice) {
        functions ??= findFunctions();
        const root = newNode("all live blocks", null, null);
        const boxes = []; /* parents before children */
        const plain = choice.order === "callers" && choice.divide === "none";
        const leafOf = plain ? plainLeaves(root, boxes) : anyLeaves(root, boxes, choice);
        for (const row of data.report.live) {
            const leaf = row.bytes > 0 ? leafOf(row) : undefined;
            if (leaf) {
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

    /* A color that stays with the name, so that a function is found again in another place. */
    function hue(text) {
        let hash = 0;
        for (let i = 0; i < Math.min(text.length, 64); i++) {
            hash = (hash * 31 + text.charCodeAt(i)) % 9973;
        }
        return hash % 6;
    }

    /* A row of buttons, of which one is pressed. */
    function choices(label, options, chosen, choose) {
        const buttons = options.map(([value, text, hint]) =>
            el(
                "button",
                {
                    type: "button",
                    class: "choice",
                    "aria-pressed": value === chosen,
                    title: hint,
                    click: (event) => {
                        buttons.forEach((each) =>
                            each.setAttribute("aria-pressed", each === event.currentTarget),
                        );
                        choose(value);
                    },
                },
                text,
            ),
        );
        return el("span", { class: "choices", role: "group", "aria-label": label }, buttons);
    }

    class Flame {
        constructor() {
            this.choice = { order: "callers", divide: "none", measure: "bytes", shape: "icicle" };
            this.search = "";
            this.line = el("p", { class: "flameline", "aria-live": "polite" });
            this.crumbs = el("p", { class: "crumbs", "aria-label": "Path to the box shown" });
            this.plot = el("div", {
                class: "flame",
                role: "tree",
                "aria-label": "Live blocks by call stack",
                keydown: (event) => this.step(event),
            });
            this.input = el("input", {
                type: "search",
                placeholder: "Highlight a function",
                "aria-label": "Highlight a function",
                autocomplete: "off",
                spellcheck: "false",
                input: () => this.highlight(),
            });
            this.matched = el("span", { class: "status", role: "status" });
            this.root = el(
                "div",
                null,
                el(
                    "div",
                    { class: "bar" },
                    this.input,
                    this.chooser("order", "Order", [
                        ["callers", "Top down", "from main to the allocation"],
                        ["callees", "Bottom up", "from the allocation to its callers"],
                    ]),
                    this.chooser("divide", "Divide by", [
                        ["none", "Stacks", "not divided"],
                        ["type", "By type", "first by C type"],
                        ["variable", "By variable", "first by variable"],
                    ]),
                    this.chooser("measure", "Measure", [
                        ["bytes", "Bytes", "live bytes"],
                        ["blocks", "Blocks", "live blocks"],
                    ]),
                    this.chooser("shape", "Shape", [
                        ["icicle", "Icicle", "the first call at the top"],
                        ["flame", "Flame", "the first call at the bottom"],
                    ]),
                    this.matched,
                    el("span", { class: "actions" }, picture(this.plot, "Live blocks by call stack")),
                ),
                this.crumbs,
                this.plot,
                this.line,
            );
            this.plant();
            onWidth(this.plot, (width) => this.draw(width));
        }

        chooser(key, label, options) {
            return choices(label, options, this.choice[key], (value) => {
                this.choice[key] = value;
                this.plant();
                this.draw(this.width);
                this.tellMatched();
            });
        }

        plant() {
            this.top = callTree(this.choice);
            this.focus = this.top;
            this.tell(this.top);
            this.tellPath();
        }

        highlight() {
            this.search = this.input.value.trim().toLowerCase();
            this.draw(this.width);
            this.tellMatched();
        }

        tellMatched() {
            if (this.search === "") {
                this.matched.textContent = "";
                return;
            }
            const sum = (node) =>
                node.name.toLowerCase().includes(this.search)
                    ? node.value
                    : [...node.children.values()].reduce((total, child) => total + sum(child), 0);
            this.matched.textContent = this.share(sum(this.top));
        }

        share(value) {
            const percent = format.percent((value / this.top.value) * 100);
            return this.choice.measure === "blocks"
                ? `${format.plural(value, "block", "blocks")}, ${percent} of live blocks`
                : `${format.bytes(value)}, ${percent} of live bytes`;
        }

        zoom(node) {
            this.focus = node;
            this.draw(this.width);
            this.tell(node);
            this.tellPath();
            const box = this.boxes.get(node);
            if (box) {
                box.focus();
            }
        }

        /* Where the reader is, and the ways back. */
        tellPath() {
            const path = [];
            for (let node = this.focus; node; node = node.parent) {
                path.unshift(node);
            }
            this.crumbs.hidden = path.length < 2;
            this.crumbs.replaceChildren(
                ...path.flatMap((node, at) => [
                    at === 0 ? "" : " \u203a ",
                    at + 1 === path.length
                        ? el("b", null, format.hint(node.name).slice(0, 80))
                        : el(
                              "button",
                              { type: "button", class: "link", click: () => this.zoom(node) },
                              format.hint(node.name).slice(0, 80),
                          ),
                ]),
            );
        }

        draw(width) {
            this.width = width;
            this.boxes = new Map();
            this.deepest = 0;
            const parts = [];
            for (let node = this.focus.parent; node; node = node.parent) {
                parts.unshift(this.box(node, 0, width, true));
            }
            this.layOut(this.focus, 0, width, parts);
            const height = (this.deepest + 1) * ROW;
            const drawing = svg("svg", { width, height }, parts);
            if (this.choice.shape === "flame") {
                for (const box of this.boxes.values()) {
                    box.setAttribute("transform", `translate(0,${height - ROW - 2 * box.rowTop})`);
                }
            }
            this.plot.replaceChildren(drawing);
            this.plot.scrollTop = this.choice.shape === "flame" ? this.plot.scrollHeight : 0;
            const first = this.boxes.get(this.focus);
            first.setAttribute("tabindex", 0);
        }

        layOut(node, x, width, parts) {
            parts.push(this.box(node, x, width, false));
            const children = [...node.children.values()].sort((a, b) => b.value - a.value);
            let at = x;
            for (const child of children) {
                const share = (child.value / node.value) * width;
                if (share >= LEAST) {
                    this.layOut(child, at, share, parts);
                }
                at += share;
            }
        }

        box(node, x, width, above) {
            this.deepest = Math.max(this.deepest, node.depth);
            const y = node.depth * ROW;
            const letters = Math.floor((width - 8) / LETTER);
            const hit = this.search !== "" && node.name.toLowerCase().includes(this.search);
            const kind = [
                "box",
                "hue" + hue(node.name),
                above && "above",
                hit && "hit",
                node.frame && node.frame.inlined && "inlined",
                !node.parent && "root",
                node.frame && node.frame.function === null && "nameless",
            ];
            const box = svg(
                "g",
                {
                    class: kind.filter(Boolean).join(" "),
                    role: "treeitem",
                    tabindex: -1,
                    "aria-level": node.depth + 1,
                    click: () => this.zoom(node),
                    pointerenter: () => this.tell(node),
                    pointerleave: () => this.tell(this.focus),
                    focus: () => this.tell(node),
                },
                svg("title", null, this.words(node)), /* its name, where the text is cut */
                svg("rect", {
                    x: x.toFixed(2),
                    y,
                    width: Math.max(0.5, width - 1).toFixed(2),
                    height: ROW - 1,
                    rx: 1.5,
                }),
                letters < 3
                    ? null
                    : svg(
                          "text",
                          { x: (x + 4).toFixed(2), y: y + 14, "aria-hidden": "true" },
                          node.name.length > letters
                              ? node.name.slice(0, letters - 1) + "\u2026"
                              : node.name,
                      ),
            );
            box.rowTop = y;
            this.boxes.set(node, box);
            return box;
        }

        words(node) {
            return `${format.hint(node.name)}: ${this.both(node)}`;
        }

        both(node) {
            return (
                `${format.bytes(node.bytes)} in ${format.plural(node.count, "block", "blocks")}, ` +
                `${format.percent((node.value / this.top.value) * 100)} of live ${this.choice.measure}`
            );
        }

        tell(node) {
            const place = node.frame ? framePlace(node.frame) : "";
            this.line.replaceChildren(
                el("b", null, format.hint(node.name)),
                " " + this.both(node),
                place ? el("span", { class: "muted" }, " " + format.hint(place)) : "",
            );
        }

        step(event) {
            const entry = [...this.boxes].find(([, box]) => box === event.target);
            if (!entry) {
                return;
            }
            const [node] = entry;
            const drawn = (of) =>
                [...of.children.values()]
                    .filter((each) => this.boxes.has(each))
                    .sort((a, b) => b.value - a.value);
            const siblings = node.parent ? drawn(node.parent) : [node];
            const at = siblings.indexOf(node);
            const to = {
                ArrowDown: drawn(node)[0],
                ArrowUp: node.parent,
                ArrowLeft: siblings[at - 1],
                ArrowRight: siblings[at + 1],
            }[event.key];
            if (event.key === "Enter" || event.key === " ") {
                event.preventDefault();
                this.zoom(node);
            } else if (event.key === "Escape") {
                this.zoom(this.top);
            } else if (to && this.boxes.has(to)) {
                event.preventDefault();
                this.boxes.get(to).focus();
            }
        }
    }

    let shown = null;

    /* null: nothing that is live has a call stack. */
    function make() {
        const made = new Flame();
        shown = made.top.bytes === 0 ? null : made;
        return shown && shown.root;
    }

    make.highlight = (text) => {
        if (shown !== null) {
            shown.input.value = text;
            shown.highlight();
        }
    };
    return make;
})();
