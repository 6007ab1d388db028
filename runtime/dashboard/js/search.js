/* SPDX-License-Identifier: MIT */
/* One box that finds every name in the page: types, variables, functions, places, threads, modules. */
const search = (() => {
    const MOST = 8; /* hits of a kind that are listed */

    /* Distinct names of a kind, with where each leads. */
    function distinct(rows, name, lead) {
        const found = new Map();
        for (const row of rows) {
            const text = name(row);
            if (format.known(text) && text !== "" && !found.has(text)) {
                found.set(text, lead(row, text));
            }
        }
        return [...found].map(([text, go]) => ({ text, lower: text.toLowerCase(), go }));
    }

    const to = (view, place) => () => show(view, place);

    /* What there is in a report: [[kind, names], ...]. */
    function namesOfReport() {
        const { report, tree } = data;
        return [
            [
                "Types",
                distinct(
                    report.types,
                    (row) => row.type_name,
                    (row, type) => to("types", { type }),
                ),
            ],
            [
                "Variables",
                distinct(
                    report.hotspots,
                    (row) => row.var_name,
                    (row) => to("hotspots", hotspotPlace(row)),
                ).concat(
                    distinct(
                        report.variables,
                        (row) => row.var_name,
                        (row) => to("variables", variablePlace(row)),
                    ),
                ),
            ],
            [
                "Functions that allocate",
                distinct(
                    report.hotspots,
                    (row) => row.function,
                    (row) => to("hotspots", hotspotPlace(row)),
                ),
            ],
            [
                "Places",
                distinct(
                    report.hotspots,
                    (row) => row.location,
                    (row) => to("hotspots", hotspotPlace(row)),
                ),
            ],
            [
                "Functions on call stacks",
                distinct(
                    tree.frames,
                    (row) => row.function,
                    (row, text) => to("stacks", { function: text }),
                ),
            ],
            [
                "Threads",
                distinct(
                    report.threads,
                    (row) => row.name,
                    (row) => to("threads", { thread: row.tid }),
                ),
            ],
            [
                "Modules",
                distinct(
                    report.modules,
                    (row) => row.path,
                    () => to("modules"),
                ),
            ],
            [
                "Source files",
                distinct(
                    source.files(),
                    (file) => file.names[0],
                    (file, text) => to("source", { file: text }),
                ),
            ],
        ];
    }

    class Box {
        /* MAKE gives [[kind, names], ...] when they are first asked for. */
        constructor(make) {
            this.make = make;
            data.watch(() => {
                this.kinds = undefined;
            });
            this.list = el("div", { class: "hits", hidden: true, id: "hits" });
            this.input = el("input", {
                type: "search",
                id: "search",
                placeholder: "Search names  /",
                autocomplete: "off",
                spellcheck: "false",
                "aria-label": "Search all names",
                "aria-controls": "hits",
                input: () => this.find(),
                focus: () => this.find(),
                keydown: (event) => this.key(event),
            });
            this.root = el(
                "div",
                { class: "search", role: "search", keydown: (event) => this.walk(event) },
                this.input,
                this.list,
            );
            this.root.addEventListener("focusout", (event) => {
                if (!this.root.contains(event.relatedTarget)) {
                    this.list.hidden = true;
                }
            });
            addEventListener("keydown", (event) => {
                const typing = event.target.closest("input, textarea, select");
                if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
                    event.preventDefault();
                    this.input.focus();
                }
            });
        }

        matches(text) {
            this.kinds ??= this.make();
            return this.kinds
                .map(([kind, names]) => [kind, names.filter((each) => each.lower.includes(text))])
                .filter(([, hits]) => hits.length > 0);
        }

        find() {
            const text = this.input.value.trim().toLowerCase();
            this.list.hidden = text === "";
            if (text === "") {
                this.list.replaceChildren();
                return;
            }
            const found = this.matches(text);
            this.list.replaceChildren(
                ...(found.length === 0
                    ? [emptyNote("No name in this report has that.")]
                    : found.flatMap(([kind, hits]) => this.group(kind, hits))),
            );
        }

        group(kind, hits) {
            const more = hits.length > MOST ? ` (${format.count(MOST)} of ${format.count(hits.length)})` : "";
            return [
                el("p", { class: "kind" }, kind + more),
                hits.slice(0, MOST).map((hit) =>
                    el(
                        "button",
                        {
                            type: "button",
                            class: "hit",
                            title: format.hint(format.name(hit.text)),
                            click: () => this.choose(hit),
                        },
                        el("bdi", null, format.name(hit.text).slice(0, 200)),
                    ),
                ),
            ].flat();
        }

        choose(hit) {
            this.list.hidden = true;
            this.input.value = "";
            hit.go();
        }

        key(event) {
            const first = this.list.querySelector(".hit");
            if (event.key === "Escape") {
                this.input.value = "";
                this.list.hidden = true;
            } else if (event.key === "Enter" && first && !this.list.hidden) {
                first.click();
            }
        }

        walk(event) {
            const hits = [...this.list.querySelectorAll(".hit")];
            const at = hits.indexOf(document.activeElement);
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step === undefined || this.list.hidden) {
                return;
            }
            event.preventDefault();
            (hits[at + step] ?? this.input).focus();
        }
    }

    return {
        distinct,
        to,
        ofReport: () => new Box(namesOfReport).root,
        of: (make) => new Box(make).root,
    };
})();
