/* SPDX-License-Identifier: MIT */
/*
 * A table that sorts, filters and opens rows. All rows are in it: the scroll height is that of all of
 * them, but only those in view (and some around) are elements, so 10 000 rows cost what 40 do.
 *
 * table({ id, label, rows, columns, sort, detail, place, empty })
 *   columns: { key, label, kind, width, value(row), cell(row), hint }
 *     kind "text" sorts and is filtered as text; "bytes", "count", "time", "percent", "number" sort as
 *     numbers, unknown ones last.
 *   sort: [key, 1 or -1]; left out: the order of ROWS
 *   detail(row): what a row opens to; left out: rows do not open
 *   place(row): what tells the row from others in a link, as { key: text }; left out: none does
 */
const table = (() => {
    const tables = new Map(); /* id -> the one that is in the page */
    const ROW = 27; /* height of a row in pixels, as in the style */
    const AROUND = 10; /* rows kept on either side of the view */
    const VISIBLE = 15; /* rows in view at most, until the reader pulls it larger */
    const PRINTED = 1000; /* rows on paper at most */
    const FEW = 8; /* rows that need no filter */

    function showValue(column, row) {
        if (column.cell) {
            return column.cell(row);
        }
        const value = column.value(row);
        switch (column.kind) {
            case "bytes":
                return bytesSpan(value);
            case "count":
                return format.count(value);
            case "time":
                return format.duration(value);
            case "percent":
                return format.percent(value);
            case "number":
                return format.known(value) ? String(value) : format.DASH;
            default:
                return nameSpan(value, column.fallback);
        }
    }

    function compare(column, direction) {
        const text = column.kind === "text";
        return (a, b) => {
            const x = column.value(a);
            const y = column.value(b);
            if (!format.known(x) || !format.known(y)) {
                return (format.known(x) ? 0 : 1) - (format.known(y) ? 0 : 1);
            }
            return direction * (text ? (x < y ? -1 : x > y ? 1 : 0) : x - y);
        };
    }

    class Table {
        constructor(options) {
            this.options = options;
            this.columns = options.columns;
            this.sorted = options.rows;
            this.shown = options.rows;
            this.sort = options.sort || null;
            this.open = new Map(); /* row -> height of its detail */
            this.made = new Map(); /* row -> its elements, those in the page now */
            this.haystack = null; /* row -> lower case text, made at the first filter */
            this.build();
            if (this.sort) {
                this.order();
            }
            this.refresh();
        }

        build() {
            const { id, label } = this.options;
            this.body = el("tbody");
            this.above = el(
                "tr",
                { class: "space", "aria-hidden": "true" },
                el("td", { colspan: this.columns.length }),
            );
            this.below = this.above.cloneNode(true);
            this.heads = this.columns.map((column) => this.buildHead(column));
            const widths = this.columns.map((column) =>
                el("col", column.width ? { style: { width: column.width + "px" } } : null),
            );
            const least = this.columns.reduce((total, column) => total + (column.width || 150), 0);
            this.grid = el(
                "table",
                { "aria-label": label, style: { "min-width": least + "px" } },
                el("colgroup", null, widths),
                el("thead", null, el("tr", { "aria-rowindex": 1 }, this.heads)),
                this.body,
            );
            this.box = el(
                "div",
                {
                    class: "tablebox",
                    tabindex: 0,
                    role: "region",
                    "aria-label": label + ", scrollable",
                    scroll: () => this.scrolled(),
                    keydown: (event) => this.moved(event),
                },
                this.grid,
            );
            this.status = el("span", { class: "status", role: "status" });
            this.input = el("input", {
                type: "search",
                id: id + "-filter",
                placeholder: "Filter",
                autocomplete: "off",
                spellcheck: "false",
                "aria-label": "Filter " + label,
                input: () => this.filter(),
            });
            this.root = el(
                "div",
                { class: "table" },
                el(
                    "div",
                    { class: "bar" },
                    this.options.rows.length > FEW ? this.input : null,
                    this.status,
                    el(
                        "span",
                        { class: "actions" },
                        csvActions(label, () => this.csv()),
                    ),
                ),
                this.box,
            );
            onWidth(this.box, (width) => {
                this.box.style.setProperty("--view", width + "px");
                this.render();
            });
        }

        /* The rows that pass the filter, in the order shown. */
        csv() {
            return csvText([
                this.columns.map((column) => column.label),
                ...this.shown.map((row) => this.columns.map((column) => column.value(row))),
            ]);
        }

        buildHead(column) {
            const button = el(
                "button",
                {
                    type: "button",
                    class: "sort",
                    title: column.hint,
                    click: () => this.toggleSort(column),
                },
                column.label,
            );
            return el(
                "th",
                {
                    scope: "col",
                    class: column.kind === "text" ? null : "number",
                    "data-key": column.key,
                },
                button,
            );
        }

        toggleSort(column) {
            const first = column.kind === "text" ? 1 : -1;
            const again = this.sort && this.sort[0] === column.key;
            this.sort = [column.key, again ? -this.sort[1] : first];
            this.order();
            this.refresh();
        }

        order() {
            const [key, direction] = this.sort;
            const column = this.columns.find((each) => each.key === key);
            this.sorted = this.options.rows.slice().sort(compare(column, direction));
            this.filter(true);
        }

        filter(keepPlace) {
            const wanted = this.input.value.trim().toLowerCase();
            if (wanted !== "" && this.haystack === null) {
                const texts = this.columns.filter((column) => column.kind === "text");
                this.haystack = new Map(
                    this.options.rows.map((row) => [
                        row,
                        texts
                            .map((column) => format.name(String(column.value(row) ?? "")))
                            .join("\n")
                            .toLowerCase(),
                    ]),
                );
            }
            this.shown =
                wanted === ""
                    ? this.sorted
                    : this.sorted.filter((row) => this.haystack.get(row).includes(wanted));
            if (keepPlace !== true) {
                this.box.scrollTop = 0;
                this.refresh();
            }
        }

        /* Everything but the rows' contents may have changed. */
        refresh() {
            for (const [index, column] of this.columns.entries()) {
                const active = this.sort && this.sort[0] === column.key;
                this.heads[index].setAttribute(
                    "aria-sort",
                    !active ? "none" : this.sort[1] > 0 ? "ascending" : "descending",
                );
            }
            const all = this.options.rows.length;
            this.status.textContent =
                this.shown.length === all
                    ? format.plural(all, "row", "rows")
                    : `${format.count(this.shown.length)} of ${format.plural(all, "row", "rows")}`;
            this.grid.setAttribute("aria-rowcount", this.shown.length + 1);
            this.made.clear();
            this.body.replaceChildren(this.above, this.below);
            if (!this.box.style.height) {
                const rows = Math.min(all, VISIBLE);
                this.box.style.setProperty("--rows", rows + 1);
            }
            this.render();
        }

        /* Pixels above row INDEX. */
        topOf(index) {
            let top = index * ROW;
            for (const [row, height] of this.open) {
                const at = this.positions().get(row);
                if (at !== undefined && at < index) {
                    top += height;
                }
            }
            return top;
        }

        positions() {
            if (this.placed !== this.shown) {
                this.placed = this.shown;
                this.place = new Map(this.shown.map((row, index) => [row, index]));
            }
            return this.place;
        }

        indexAt(pixel) {
            let low = 0;
            let high = this.shown.length;
            while (low < high) {
                const middle = (low + high) >> 1;
                if (this.topOf(middle + 1) <= pixel) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        scrolled() {
            if (!this.waiting) {
                this.waiting = true;
                requestAnimationFrame(() => {
                    this.waiting = false;
                    this.render();
                });
            }
        }

        render() {
            const view = this.printing ? Infinity : this.box.clientHeight || VISIBLE * ROW;
            const top = this.printing ? 0 : this.box.scrollTop;
            const first = this.printing ? 0 : Math.max(0, this.indexAt(top) - AROUND);
            const last = this.printing
                ? Math.min(this.shown.length, PRINTED)
                : Math.min(this.shown.length, this.indexAt(top + view) + AROUND);
            const wanted = new Set(this.shown.slice(first, last));
            for (const [row, parts] of this.made) {
                if (!wanted.has(row)) {
                    parts.forEach((part) => part.remove());
                    this.made.delete(row);
                }
            }
            let before = this.above;
            for (let index = first; index < last; index++) {
                const row = this.shown[index];
                let parts = this.made.get(row);
                if (!parts) {
                    parts = this.buildRow(row, index);
                    this.made.set(row, parts);
                    before.after(...parts);
                }
                before = parts[parts.length - 1];
            }
            const height = (from, to) =>
                this.printing ? "0" : this.topOf(to) - this.topOf(from) + "px";
            this.above.firstChild.style.height = height(0, first);
            this.below.firstChild.style.height = height(last, this.shown.length);
            this.measure();
        }

        buildRow(row, index) {
            const cells = this.columns.map((column, at) => {
                const value = showValue(column, row);
                const cell = el("td", { class: column.kind === "text" ? null : "number" });
                cell.append(at === 0 && this.options.detail ? this.buildOpener(row) : "", value);
                return cell;
            });
            const line = el(
                "tr",
                {
                    "aria-rowindex": index + 2,
                    "aria-current": row === this.marked ? "true" : null,
                    class: this.options.detail ? "opens" : null,
                },
                cells,
            );
            if (!this.options.detail) {
                return [line];
            }
            line.addEventListener("click", (event) => {
                if (!event.target.closest("button") && String(getSelection()) === "") {
                    this.toggle(row);
                }
            });
            return this.open.has(row) ? [line, this.buildDetail(row)] : [line];
        }

        buildOpener(row) {
            return el("button", {
                type: "button",
                class: "opener",
                "aria-label": "Details",
                "aria-expanded": this.open.has(row),
                click: () => this.toggle(row),
            });
        }

        buildDetail(row) {
            return el(
                "tr",
                { class: "detail" },
                el(
                    "td",
                    { colspan: this.columns.length },
                    el("div", { class: "inner", tabindex: 0 }, this.options.detail(row)),
                ),
            );
        }

        toggle(row) {
            const parts = this.made.get(row);
            if (this.open.has(row)) {
                this.open.delete(row);
                parts.pop().remove();
            } else {
                this.open.set(row, 0);
                const detail = this.buildDetail(row);
                parts[0].after(detail);
                parts.push(detail);
            }
            parts[0].querySelector(".opener").setAttribute("aria-expanded", this.open.has(row));
            this.box.classList.toggle("opened", this.open.size > 0);
            if (this.options.place) {
                state.go(this.options.id, this.open.has(row) ? this.options.place(row) : {});
            }
            this.measure();
            this.render();
        }

        /* Opens the row that PLACE tells of and scrolls to it; false: there is none. */
        reveal(place) {
            const wanted = Object.entries(place);
            const row = this.options.rows.find((each) => {
                const its = this.options.place(each);
                return wanted.every(([key, value]) => String(its[key] ?? "") === String(value));
            });
            if (!row) {
                return false;
            }
            if (!this.shown.includes(row)) {
                this.input.value = "";
                this.filter();
            }
            const above = this.options.detail ? 0 : Math.floor(this.box.clientHeight / 3);
            this.box.scrollTop = this.topOf(this.positions().get(row)) - above;
            this.mark(row);
            this.render();
            if (this.options.detail && !this.open.has(row)) {
                this.toggle(row);
            }
            const opener = this.made.get(row)?.[0].querySelector(".opener");
            (opener ?? this.box).focus({ preventScroll: true });
            return true;
        }

        /* What tells ROW from others, also in a later report. */
        keyOf(row) {
            const texts = this.columns.filter((column) => column.kind === "text");
            return JSON.stringify(
                this.options.place
                    ? this.options.place(row)
                    : texts.map((column) => column.value(row)),
            );
        }

        /* Takes over what the reader has done to BEFORE, in whose place this one comes. */
        adopt(before) {
            const { activeElement } = document;
            const focused = [...before.made].find(([, parts]) =>
                parts.some((part) => part.contains(activeElement)),
            )?.[0];
            const wanted = new Map([...before.open].map(([row, height]) => [before.keyOf(row), height]));
            const marked = before.marked && before.keyOf(before.marked);
            this.kept = { top: before.box.scrollTop, focused: focused && before.keyOf(focused) };
            if (wanted.size > 0 || marked) {
                for (const row of this.options.rows) {
                    const key = this.keyOf(row);
                    if (wanted.has(key)) {
                        this.open.set(row, wanted.get(key));
                        wanted.delete(key);
                    }
                    this.marked = key === marked ? row : this.marked;
                }
            }
            this.input.value = before.input.value;
            this.box.style.height = before.box.style.height;
            this.box.classList.toggle("opened", this.open.size > 0);
            if (this.columns.some((column) => column.key === before.sort?.[0])) {
                this.sort = before.sort;
            }
            if (this.sort) {
                this.order();
            } else {
                this.filter(true);
            }
            this.refresh();
        }

        /* Now that it is in the page. */
        settle() {
            const { top, focused } = this.kept ?? {};
            this.kept = null;
            if (top > 0) {
                this.box.scrollTop = top;
                this.render();
            }
            if (focused) {
                const row = [...this.made.keys()].find((each) => this.keyOf(each) === focused);
                this.made
                    .get(row)?.[0]
                    .querySelector(".opener")
                    ?.focus({ preventScroll: true });
            }
        }

        /* ROW is the one that a link has led to. */
        mark(row) {
            this.made.get(this.marked)?.[0].removeAttribute("aria-current");
            this.made.get(row)?.[0].setAttribute("aria-current", "true");
            this.marked = row;
        }

        /* The heights of open details, which the place of all later rows depends on. */
        measure() {
            for (const [row, parts] of this.made) {
                if (parts.length > 1) {
                    this.open.set(row, parts[1].offsetHeight);
                }
            }
        }

        moved(event) {
            const line = event.target.closest("tr.opens");
            if (!line || !["ArrowDown", "ArrowUp"].includes(event.key)) {
                return;
            }
            let other = line;
            do {
                other =
                    event.key === "ArrowDown"
                        ? other.nextElementSibling
                        : other.previousElementSibling;
            } while (other && !other.classList.contains("opens"));
            if (other) {
                event.preventDefault();
                other.querySelector(".opener").focus();
            }
        }

        print(printing) {
            this.printing = printing;
            if (printing && this.shown.length > PRINTED) {
                this.status.textContent = `the first ${format.count(PRINTED)} of ${format.plural(this.shown.length, "row", "rows")}`;
            }
            this.render();
            if (!printing) {
                this.refresh();
            }
        }
    }

    function make(options) {
        if (options.rows.length === 0) {
            tables.delete(options.id);
            return emptyNote(options.empty);
        }
        const made = new Table(options);
        const before = tables.get(options.id);
        if (before?.root.isConnected) {
            made.adopt(before);
        }
        tables.set(options.id, made);
        return made.root;
    }

    addEventListener("beforeprint", () => tables.forEach((each) => each.print(true)));
    addEventListener("afterprint", () => tables.forEach((each) => each.print(false)));

    /* The tables that have come in the place of others are in the page. */
    make.settle = () => tables.forEach((each) => each.settle());

    /* How far which tables are scrolled: [[id, pixels], ...]. */
    make.places = () =>
        [...tables].map(([id, { box }]) => [id, box.scrollTop]).filter(([, top]) => top > 0);

    /* Scrolls them as PLACES, of make.places(), says. */
    make.restore = (places) => {
        const wanted = new Map(places);
        for (const [id, made] of tables) {
            made.box.scrollTop = wanted.get(id) ?? 0;
        }
    };

    /* Opens the row of table ID that PLACE tells of; false: there is no such row. */
    make.reveal = (id, place) => {
        const made = tables.get(id);
        return made !== undefined && made.options.place !== undefined && made.reveal(place);
    };
    return make;
})();
