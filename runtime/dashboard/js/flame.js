/* SPDX-License-Identifier: MIT */
/*
 * Blocks by call stack: each box is a call, as wide as what was allocated below it (flame_tree.js). A
 * box opens to the full width; the path to it stays. The first box is at the top (icicle) or at the
 * bottom (flame).
 */
const flame = (() => {
    const ROW = 20;
    const LETTER = 6.4; /* width of a letter of the boxes' font in pixels */
    const LEAST = 1.5; /* boxes narrower than this are not drawn */

    /* A color that stays with the name, so that a function is found again in another place. */
    function hue(text) {
        let hash = 0;
        for (let i = 0; i < Math.min(text.length, 64); i++) {
            hash = (hash * 31 + text.charCodeAt(i)) % 9973;
        }
        return hash % 6;
    }

    /* What can be chosen: key -> [label, [[value, text, hint], ...]]. */
    const CHOICES = {
        of: [
            "Blocks",
            [
                ["live", "Live", "blocks that nothing has freed"],
                ["peak", "Peak", "blocks that were there when the heap was largest"],
                ["total", "Total", "all blocks that were ever made"],
                ["temporary", "Temporary", "blocks freed before their thread made the next one"],
            ],
        ],
        measure: [
            "Measure",
            [
                ["bytes", "Bytes", "boxes are as wide as their bytes"],
                ["blocks", "Blocks", "boxes are as wide as their number of blocks"],
            ],
        ],
        divide: [
            "Divide by",
            [
                ["none", "Stacks", "not divided"],
                ["type", "By type", "first by C type"],
                ["variable", "By variable", "first by variable"],
                ["thread", "By thread", "first by the thread that made them"],
            ],
        ],
        order: [
            "Order",
            [
                ["callers", "Top down", "from main to the allocation"],
                ["callees", "Bottom up", "from the allocation to its callers"],
            ],
        ],
        shape: [
            "Shape",
            [
                ["icicle", "Icicle", "the first call at the top"],
                ["flame", "Flame", "the first call at the bottom"],
            ],
        ],
    };

    /* What is chosen where nobody has: an address does not tell it. */
    function usual() {
        return {
            of: data.isOver(data.report) && flameTree.lack({}, "of", "peak") === null ? "peak" : "live",
            order: "callers",
            divide: "none",
            measure: "bytes",
            shape: "icicle",
            thread: null,
        };
    }

    class Flame {
        /* With what the reader has chosen in BEFORE, in whose place this one comes; null: none. */
        constructor(before) {
            this.choice = before?.choice ?? usual();
            this.search = before?.search ?? "";
            this.line = el("p", { class: "flameline", "aria-live": "polite" });
            this.crumbs = el("p", { class: "crumbs", "aria-label": "Path to the box shown" });
            this.plot = el("div", {
                class: "flame",
                role: "tree",
                "aria-label": "Blocks by call stack",
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
            this.only = el("p", { class: "only", hidden: true });
            this.buttons = new Map();
            this.root = el(
                "div",
                null,
                el(
                    "div",
                    { class: "bar" },
                    this.input,
                    Object.keys(CHOICES).map((key) => this.chooser(key)),
                    this.matched,
                    el("span", { class: "actions" }, picture(this.plot, "Blocks by call stack")),
                ),
                this.only,
                this.crumbs,
                this.plot,
                this.line,
            );
            if (before) {
                this.choice = flameTree.mend(this.choice);
                this.input.value = before.input.value;
            }
            this.plant();
            if (before) {
                this.refocus(before.focus);
                this.tellMatched();
            }
            onWidth(this.plot, (width) => this.draw(width));
        }

        /* A row of buttons, of which one is pressed. One that is not to be had says why. */
        chooser(key) {
            const [label, options] = CHOICES[key];
            const buttons = options.map(([value, text, hint]) => {
                const button = el(
                    "button",
                    {
                        type: "button",
                        class: "choice",
                        title: hint,
                        click: () => this.choose(key, value),
                    },
                    text,
                );
                this.buttons.set(button, { key, value, hint });
                return button;
            });
            return el("span", { class: "choices", role: "group", "aria-label": label }, buttons);
        }

        choose(key, value) {
            const lack = flameTree.lack(this.choice, key, value);
            if (lack !== null) {
                this.matched.textContent = lack;
                return;
            }
            this.change({ [key]: value });
            this.remember();
        }

        /* Draws CHANGES of the choice. */
        change(changes) {
            this.choice = flameTree.mend({ ...this.choice, ...changes });
            this.plant();
            if (this.width) {
                this.draw(this.width);
            }
            this.tellMatched();
        }

        /* The address leads here again. */
        remember() {
            const { choice } = this;
            const unsaid = usual();
            const chosen = Object.keys(CHOICES)
                .filter((key) => choice[key] !== unsaid[key])
                .map((key) => [key, choice[key]]);
            state.go("stacks", {
                ...Object.fromEntries(chosen),
                thread: choice.thread,
                function: this.search === "" ? null : this.input.value.trim(),
            });
        }

        /* What PLACE, out of the address or a link, asks for; what it does not name is as ever. */
        reveal(place) {
            const changes = usual();
            for (const [key, [, options]] of Object.entries(CHOICES)) {
                if (options.some(([value]) => value === place[key])) {
                    changes[key] = place[key];
                }
            }
            const tid = Number(place.thread ?? NaN);
            if (flameTree.hasThread(tid)) {
                changes.thread = tid;
                changes.of = "live"; /* of which alone the thread is known */
            }
            this.input.value = place.function ?? "";
            this.search = this.input.value.trim().toLowerCase();
            this.change(changes);
        }

        plant() {
            this.top = flameTree.make(this.choice);
            this.focus = this.top;
            this.tell(this.top);
            this.tellPath();
            this.tellThread();
            for (const [button, { key, value, hint }] of this.buttons) {
                const lack = flameTree.lack(this.choice, key, value);
                button.setAttribute("aria-pressed", this.choice[key] === value);
                button.setAttribute("aria-disabled", lack !== null);
                button.title = lack ?? hint;
            }
        }

        /* To the box that NODE of another report was, or the nearest one around it. */
        refocus(node) {
            const names = [];
            for (let at = node; at.parent; at = at.parent) {
                names.unshift(at.name);
            }
            for (const name of names) {
                const next = [...this.focus.children.values()].find((each) => each.name === name);
                if (!next) {
                    break;
                }
                this.focus = next;
            }
            this.tell(this.focus);
            this.tellPath();
        }

        tellThread() {
            const { thread } = this.choice;
            this.only.hidden = thread === null;
            this.only.replaceChildren(
                ...(thread === null
                    ? []
                    : [
                          "Only blocks that were made by ",
                          el("b", null, threadName(thread)),
                          ". ",
                          el(
                              "button",
                              {
                                  type: "button",
                                  class: "link",
                                  click: () => {
                                      this.change({ thread: null });
                                      this.remember();
                                  },
                              },
                              "All threads",
                          ),
                      ]),
            );
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
            const found = sum(this.top);
            const amount =
                this.choice.measure === "blocks"
                    ? format.plural(Math.round(found), "block", "blocks")
                    : format.bytes(found);
            this.matched.textContent = `${amount}, ${this.share(found)}`;
        }

        /* "12.3% of live bytes" */
        share(value) {
            const { of, measure, thread } = this.choice;
            const percent = format.percent(this.top.value > 0 ? (value / this.top.value) * 100 : 0);
            const whole = of === "live" ? `live ${measure}` : `${measure} ${flameTree.wordsOf(of)}`;
            return `${percent} of ${whole}${thread === null ? "" : " of this thread"}`;
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
                const share = node.value > 0 ? (child.value / node.value) * width : 0;
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

        /* Bytes and blocks, as far as they are known. */
        both(node) {
            const { of } = this.choice;
            const blocks = format.plural(Math.round(node.count), "block", "blocks");
            const amount =
                of === "temporary"
                    ? blocks
                    : of === "peak"
                      ? format.bytes(node.bytes)
                      : `${format.bytes(node.bytes)} in ${blocks}`;
            return `${amount}, ${this.share(node.value)}`;
        }

        tell(node) {
            const place = node.frame ? framePlace(node.frame) : "";
            this.line.replaceChildren(
                el("b", null, format.hint(node.name)),
                " " + this.both(node) + " ",
                place ? framePlaceLink(node.frame) : "",
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

    /* null: there is nothing that has a call stack. */
    function make() {
        const before = shown?.root.isConnected ? shown : null;
        shown = data.tree.id.length === 0 ? null : new Flame(before);
        return shown && shown.root;
    }

    /* Shows what PLACE asks for: keys of CHOICES, a thread, a function to highlight. */
    make.reveal = (place) => shown?.reveal(place);
    return make;
})();
