/* SPDX-License-Identifier: MIT */
/*
 * Live bytes by call stack: each box is a call, as wide as the live bytes allocated below it; callers
 * are above those they call. A box opens to the full width; the path to it stays above.
 */
const flame = (() => {
    const ROW = 20;
    const LETTER = 6.4; /* width of a letter of the boxes' font in pixels */
    const LEAST = 1.5; /* boxes narrower than this are not drawn */

    function callTree() {
        const { tree } = data;
        const root = {
            name: "all live blocks",
            frame: null,
            bytes: 0,
            count: 0,
            children: new Map(),
            parent: null,
            depth: 0,
        };
        tree.id.forEach((id, index) => {
            const bytes = tree.live_bytes[index] || 0;
            if (bytes === 0) {
                return;
            }
            let node = root;
            node.bytes += bytes;
            node.count += tree.live_count[index] || 0;
            for (const frame of data.frames(id).reverse()) {
                const key = `${frame.function}\n${frame.function === null ? frame.address : ""}\n${frame.module}`;
                let child = node.children.get(key);
                if (!child) {
                    child = {
                        name: frameName(frame),
                        frame,
                        bytes: 0,
                        count: 0,
                        children: new Map(),
                        parent: node,
                        depth: node.depth + 1,
                    };
                    node.children.set(key, child);
                }
                child.bytes += bytes;
                child.count += tree.live_count[index] || 0;
                node = child;
            }
        });
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

    class Flame {
        constructor(root) {
            this.top = root;
            this.focus = root;
            this.search = "";
            this.line = el("p", { class: "flameline", "aria-live": "polite" });
            this.plot = el("div", {
                class: "flame",
                role: "tree",
                "aria-label": "Live bytes by call stack",
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
            this.reset = el(
                "button",
                { type: "button", class: "plain", hidden: true, click: () => this.zoom(this.top) },
                "Show all",
            );
            this.matched = el("span", { class: "status", role: "status" });
            this.root = el(
                "div",
                null,
                el("div", { class: "bar" }, this.input, this.reset, this.matched),
                this.plot,
                this.line,
            );
            onWidth(this.plot, (width) => this.draw(width));
            this.tell(root);
        }

        highlight() {
            this.search = this.input.value.trim().toLowerCase();
            this.draw(this.width);
            if (this.search === "") {
                this.matched.textContent = "";
                return;
            }
            const sum = (node) =>
                node.name.toLowerCase().includes(this.search)
                    ? node.bytes
                    : [...node.children.values()].reduce((total, child) => total + sum(child), 0);
            const bytes = sum(this.top);
            this.matched.textContent = `${format.bytes(bytes)}, ${format.percent((bytes / this.top.bytes) * 100)} of live bytes`;
        }

        zoom(node) {
            this.focus = node;
            this.reset.hidden = node === this.top;
            this.draw(this.width);
            this.tell(node);
            const box = this.boxes.get(node);
            if (box) {
                box.focus();
            }
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
            this.plot.replaceChildren(svg("svg", { width, height }, parts));
            const first = this.boxes.get(this.focus);
            first.setAttribute("tabindex", 0);
        }

        layOut(node, x, width, parts) {
            parts.push(this.box(node, x, width, false));
            const children = [...node.children.values()].sort((a, b) => b.bytes - a.bytes);
            let at = x;
            for (const child of children) {
                const share = (child.bytes / node.bytes) * width;
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
                    "aria-label": this.words(node),
                    click: () => this.zoom(node),
                    pointerenter: () => this.tell(node),
                    pointerleave: () => this.tell(this.focus),
                    focus: () => this.tell(node),
                },
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
                          { x: (x + 4).toFixed(2), y: y + 14 },
                          node.name.length > letters
                              ? node.name.slice(0, letters - 1) + "\u2026"
                              : node.name,
                      ),
            );
            this.boxes.set(node, box);
            return box;
        }

        words(node) {
            return (
                `${format.hint(node.name)}: ${format.bytes(node.bytes)} in ${format.plural(node.count, "block", "blocks")}, ` +
                `${format.percent((node.bytes / this.top.bytes) * 100)} of live bytes`
            );
        }

        tell(node) {
            const place = node.frame ? framePlace(node.frame) : "";
            this.line.replaceChildren(
                el("b", null, format.hint(node.name)),
                ` ${format.bytes(node.bytes)} in ` +
                    `${format.plural(node.count, "block", "blocks")}, ${format.percent((node.bytes / this.top.bytes) * 100)} of live bytes`,
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
                    .sort((a, b) => b.bytes - a.bytes);
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

    return () => {
        const root = callTree();
        return root.bytes === 0 ? null : new Flame(root).root;
    };
})();
