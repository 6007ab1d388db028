/* SPDX-License-Identifier: MIT */
/*
 * Values over time: areas on top of each other, lines, marks; one readout under pointer or arrow keys.
 *
 * timeChart({ label, height, times, stack, lines, marks, phases, scale })
 *   times: nanoseconds, ascending; stack, lines: [{ name, color, values, off, hint }], values beside
 *   times, null where not known; scale: "bytes", "count", "percent" or "rate" (bytes each second)
 *   selects: a stretch of time is selected by dragging over it, a moment by a click; the others (those
 *   of the whole run) show what is selected
 */
const timeChart = (() => {
    const LEFT = 68;
    const RIGHT = 10;
    const TOP = 8;
    const BOTTOM = 22;
    const PHASE_ROWS = 12;

    const charts = new Map(); /* label -> the one that is in the page */

    class Chart {
        cursor = null;

        constructor(options) {
            this.options = options;
            this.scale = axes.SCALES[options.scale];
            this.series = [...(options.stack || []), ...(options.lines || [])];
            for (const each of this.series) {
                each.shown = !each.off;
            }
            const before = charts.get(options.label);
            if (before?.root.isConnected) {
                this.adopt(before);
            }
            charts.set(options.label, this);
            this.plot = el("div", {
                class: "plot",
                tabindex: 0,
                role: "img",
                "aria-label": this.describe(),
                keydown: (event) => this.step(event),
                blur: () => this.point(null),
                pointerdown: (event) => this.press(event),
                pointermove: (event) => this.track(event),
                pointerup: (event) => this.release(event),
                pointercancel: () => this.drop(),
                pointerleave: () => this.point(null),
            });
            this.readout = el("div", { class: "readout", hidden: true });
            this.spoken = el("p", { class: "unseen", "aria-live": "polite" });
            this.root = el(
                "div",
                { class: "chart" },
                this.legend(),
                el("div", { class: "plotbox" }, this.plot, this.readout),
                this.spoken,
            );
            onWidth(this.plot, (width) => this.draw(width));
        }

        /* Takes over what the reader has chosen in BEFORE, in whose place this one comes. */
        adopt(before) {
            const chosen = new Map(before.series.map((each) => [each.name, each.shown]));
            for (const each of this.series) {
                each.shown = chosen.get(each.name) ?? each.shown;
            }
            this.cursor =
                before.cursor === null
                    ? null
                    : moments.at(this.options.times, before.options.times[before.cursor]);
        }

        describe() {
            const { label, times } = this.options;
            const peaks = this.series.map(
                (each) => `${each.name} at most ${this.scale.show(data.largest(each.values))}`,
            );
            return (
                `${label} from ${format.duration(times[0])} to ${format.duration(times[times.length - 1])}. ${peaks.join(", ")}. ` +
                "Arrow keys move the cursor." +
                (this.options.selects ? " Enter selects from the last selected moment to it." : "")
            );
        }

        legend() {
            const keys = this.series.map((each) => {
                const line = !(this.options.stack || []).includes(each);
                return el(
                    "button",
                    {
                        type: "button",
                        class: "key",
                        "aria-pressed": each.shown,
                        title: each.hint,
                        click: (event) => this.switchSeries(each, event.currentTarget),
                    },
                    el("i", {
                        class: line ? "swatch line" : "swatch",
                        style: { background: each.color },
                    }),
                    typeof each.name === "string" ? format.name(each.name).slice(0, 60) : "",
                );
            });
            return el(
                "div",
                { class: "legend" },
                el(
                    "span",
                    {
                        class: "keys",
                        role: "group",
                        "aria-label": "Series of " + this.options.label,
                    },
                    keys,
                ),
                picture(this.plot, this.options.label),
            );
        }

        switchSeries(series, button) {
            series.shown = !series.shown;
            button.setAttribute("aria-pressed", series.shown);
            this.draw(this.width);
        }

        /* For each point the sum of the shown areas up to and with each of them. */
        levels(stack) {
            const below = new Array(this.options.times.length).fill(0);
            return stack.map((each) => {
                const base = below.slice();
                each.values.forEach((value, index) => {
                    below[index] += value || 0;
                });
                return { series: each, base, top: below.slice() };
            });
        }

        draw(width) {
            this.width = width;
            const { times, height } = this.options;
            const areas = this.levels((this.options.stack || []).filter((each) => each.shown));
            const lines = (this.options.lines || []).filter((each) => each.shown);
            const { first, last } = this.chooseWindow();
            const cut = (values) => values.slice(first, last + 1);
            const most =
                Math.max(
                    ...areas.slice(-1).map((area) => data.largest(cut(area.top))),
                    ...lines.map((each) => data.largest(cut(each.values))),
                    this.options.least || 0,
                ) || 1;
            const step = this.scale.step(most / 4);
            const top = Math.ceil(most / step) * step;
            const start = times[first];
            const span = times[last] - start || 1;
            this.x = (ns) => LEFT + ((ns - start) / span) * (width - LEFT - RIGHT);
            this.y = (value) => TOP + (1 - value / top) * (height - TOP - BOTTOM);
            const weight =
                areas.length > 0
                    ? areas[areas.length - 1].top
                    : lines.length > 0
                      ? lines[0].values
                      : [];
            const points = axes
                .choosePoints(cut(times), cut(weight), width - LEFT - RIGHT)
                .map((index) => index + first);
            this.band = this.options.selects ? svg("g", { class: "selection" }) : null;
            this.line = svg("line", {
                class: "cursor",
                y1: TOP,
                y2: height - BOTTOM,
                visibility: "hidden",
            });
            this.plot.replaceChildren(
                svg(
                    "svg",
                    { width, height, "aria-hidden": "true" },
                    this.grid(width, height, top, step, start, span),
                    areas.map((area) =>
                        svg("path", {
                            class: "area",
                            style: { fill: area.series.color },
                            d: this.areaPath(points, area),
                        }),
                    ),
                    lines.map((each) =>
                        svg("path", {
                            class: "line",
                            style: { stroke: each.color },
                            d: this.linePath(points, each.values),
                        }),
                    ),
                    this.phases(start, start + span),
                    this.marks(start, start + span, height, width),
                    this.band,
                    this.line,
                ),
            );
            this.drawSelection(state.range());
            if (this.cursor !== null) {
                this.point(this.cursor);
            }
        }

        grid(width, height, top, step, start, span) {
            const parts = [];
            for (let value = 0; value <= top; value += step) {
                const y = Math.round(this.y(value)) + 0.5;
                parts.push(
                    svg("line", {
                        class: value === 0 ? "axis" : "rule",
                        x1: LEFT,
                        x2: width - RIGHT,
                        y1: y,
                        y2: y,
                    }),
                    svg(
                        "text",
                        { class: "tick", x: LEFT - 6, y: y + 4, "text-anchor": "end" },
                        (this.scale.tick || this.scale.show)(value),
                    ),
                );
            }
            const seconds = axes.timeStep(
                span / 1e9 / Math.max(2, Math.floor((width - LEFT) / 90)),
            );
            const first = Math.ceil(start / 1e9 / seconds - 1e-9);
            for (let i = first; i * seconds * 1e9 <= start + span; i++) {
                const x = Math.round(this.x(i * seconds * 1e9)) + 0.5;
                const late = x > width - 34;
                parts.push(
                    svg("line", {
                        class: "axis",
                        x1: x,
                        x2: x,
                        y1: height - BOTTOM,
                        y2: height - BOTTOM + 4,
                    }),
                    svg(
                        "text",
                        {
                            class: "tick",
                            x: late ? width - 2 : x,
                            y: height - 6,
                            "text-anchor": late ? "end" : "middle",
                        },
                        axes.showTime(i * seconds * 1e9, seconds),
                    ),
                );
            }
            return parts;
        }

        areaPath(points, area) {
            const there = points.map(
                (i) =>
                    `${this.x(this.options.times[i]).toFixed(1)},${this.y(area.top[i]).toFixed(1)}`,
            );
            const back = points
                .map(
                    (i) =>
                        `${this.x(this.options.times[i]).toFixed(1)},${this.y(area.base[i]).toFixed(1)}`,
                )
                .reverse();
            return "M" + there.join("L") + "L" + back.join("L") + "Z";
        }

        /* A point without neighbours is a dot: a line of no length with round ends. */
        linePath(points, values) {
            let path = "";
            let pen = "M";
            points.forEach((i, at) => {
                if (!format.known(values[i])) {
                    pen = "M";
                    return;
                }
                const x = this.x(this.options.times[i]).toFixed(1);
                path += `${pen}${x},${this.y(values[i]).toFixed(1)}`;
                if (pen === "M" && !format.known(values[points[at + 1]])) {
                    path += "h0.01";
                }
                pen = "L";
            });
            return path;
        }

        marks(from, to, height, width) {
            const shown = (this.options.marks || []).filter(
                (mark) => mark.timestamp >= from && mark.timestamp <= to,
            );
            return shown.map((mark, index) => {
                const x = Math.round(this.x(mark.timestamp)) + 0.5;
                const name = format.name(mark.name ?? "");
                const next =
                    index + 1 < shown.length ? this.x(shown[index + 1].timestamp) : width - RIGHT;
                const letters = Math.floor((next - x - 8) / 6.2);
                return svg(
                    "g",
                    { class: "mark" },
                    svg("title", null, format.hint(name)),
                    svg("line", { x1: x, x2: x, y1: TOP, y2: height - BOTTOM }),
                    svg(
                        "text",
                        { x: x + 4, y: TOP + 10 },
                        letters < 3
                            ? ""
                            : name.length > letters
                              ? name.slice(0, letters - 1) + "\u2026"
                              : name,
                    ),
                );
            });
        }

        /* Stripes along the top, inner phases below outer ones; those too short to be seen are left out. */
        phases(from, to) {
            return (this.options.phases || []).flatMap((phase) => {
                const start = Math.max(phase.start_ns, from);
                const end = Math.min(phase.end_ns ?? to, to);
                const width = this.x(end) - this.x(start);
                if (!(width >= 1) || phase.depth >= PHASE_ROWS) {
                    return [];
                }
                const name = format.name(phase.name ?? "");
                const open = phase.end_ns === null ? ", open at the end" : "";
                return svg(
                    "rect",
                    {
                        class: "phase",
                        x: this.x(start).toFixed(1),
                        y: TOP + 16 + 7 * phase.depth,
                        width: width.toFixed(1),
                        height: 5,
                    },
                    svg(
                        "title",
                        null,
                        `${format.hint(name)}: thread ${phase.tid}, ${format.bytes(phase.total_bytes)} ` +
                            `in ${format.count(phase.total_allocations)} allocations${open}`,
                    ),
                );
            });
        }

        /* The points that are shown: all, or those that are selected elsewhere. */
        chooseWindow() {
            const { times, selects } = this.options;
            const range = selects ? null : state.range();
            const chosen = range ? moments.span(times, range) : null;
            this.window =
                chosen && chosen.last > chosen.first
                    ? chosen
                    : { first: 0, last: times.length - 1 };
            return this.window;
        }

        /* What is not selected lies in the shade. */
        drawSelection(range) {
            if (!this.band) {
                return;
            }
            if (range === null) {
                this.band.replaceChildren();
                return;
            }
            const { height } = this.options;
            const within = (x) => Math.min(this.width - RIGHT, Math.max(LEFT, x));
            const [left, right] = [within(this.x(range.from)), within(this.x(range.to))];
            const shade = (from, to) =>
                svg("rect", {
                    class: "shade",
                    x: from.toFixed(1),
                    y: TOP,
                    width: Math.max(0, to - from).toFixed(1),
                    height: height - TOP - BOTTOM,
                });
            const edge = (x) =>
                svg("line", { class: "edge", x1: x, x2: x, y1: TOP, y2: height - BOTTOM });
            this.band.replaceChildren(
                shade(LEFT, left),
                shade(right, this.width - RIGHT),
                edge(left),
                edge(right),
            );
        }

        timeAt(event) {
            const { times } = this.options;
            const { first, last } = this.window;
            const x = event.clientX - this.plot.getBoundingClientRect().left;
            const share = (x - LEFT) / (this.width - LEFT - RIGHT);
            const ns = times[first] + share * (times[last] - times[first]);
            return Math.min(times[last], Math.max(times[first], ns));
        }

        press(event) {
            if (this.options.selects && event.button === 0) {
                this.pressed = { x: event.clientX, ns: this.timeAt(event) };
                this.plot.setPointerCapture(event.pointerId);
            }
        }

        /* Less than a few pixels is a click. */
        dragged(event) {
            if (!this.pressed || Math.abs(event.clientX - this.pressed.x) < 4) {
                return null;
            }
            const ns = this.timeAt(event);
            return { from: Math.min(ns, this.pressed.ns), to: Math.max(ns, this.pressed.ns) };
        }

        release(event) {
            if (!this.pressed) {
                return;
            }
            const moment = this.options.times[this.nearest(this.pressed.ns)];
            const range = this.dragged(event) ?? { from: moment, to: moment };
            this.pressed = null;
            state.select(range.from, range.to);
        }

        drop() {
            this.pressed = null;
            this.drawSelection(state.range());
        }

        /* The point nearest to NS. */
        nearest(ns) {
            const { times } = this.options;
            let low = this.window.first;
            let high = this.window.last;
            while (low < high) {
                const middle = (low + high) >> 1;
                if (times[middle] < ns) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low > 0 && ns - times[low - 1] < times[low] - ns ? low - 1 : low;
        }

        track(event) {
            const range = this.dragged(event);
            if (range) {
                this.drawSelection(range);
            }
            this.point(this.nearest(this.timeAt(event)));
        }

        step(event) {
            const { first, last } = this.window;
            const at = this.cursor ?? first;
            const stride = event.shiftKey ? Math.max(1, Math.round((last - first) / 20)) : 1;
            if (event.key === "Enter" && this.options.selects && this.cursor !== null) {
                this.selectTo(this.options.times[this.cursor]);
                return;
            }
            const to = { ArrowLeft: at - stride, ArrowRight: at + stride, Home: first, End: last }[
                event.key
            ];
            if (to === undefined) {
                if (event.key === "Escape") {
                    this.point(null);
                    if (this.options.selects) {
                        state.select(null);
                    }
                }
                return;
            }
            event.preventDefault();
            this.point(Math.min(last, Math.max(first, to)));
            this.spoken.textContent = this.readout.innerText;
        }

        /* By keys: the first moment, then the stretch from there; a third starts anew. */
        selectTo(ns) {
            const range = state.range();
            const start = range !== null && range.from === range.to ? range.from : ns;
            state.select(Math.min(start, ns), Math.max(start, ns));
        }

        point(index) {
            this.cursor = index;
            this.readout.hidden = index === null;
            this.line.setAttribute("visibility", index === null ? "hidden" : "visible");
            if (index === null) {
                return;
            }
            const time = this.options.times[index];
            const x = Math.round(this.x(time)) + 0.5;
            this.line.setAttribute("x1", x);
            this.line.setAttribute("x2", x);
            const rows = this.series
                .filter((each) => each.shown)
                .reverse()
                .map((each) =>
                    el(
                        "tr",
                        null,
                        el(
                            "td",
                            null,
                            el("i", { class: "swatch", style: { background: each.color } }),
                        ),
                        el("td", null, format.name(each.name).slice(0, 48)),
                        el("td", { class: "number" }, this.scale.show(each.values[index])),
                    ),
                );
            this.readout.replaceChildren(
                el("b", null, format.duration(time)),
                el("table", null, el("tbody", null, rows)),
            );
            const right = x > this.width / 2;
            this.readout.style.left = right ? "auto" : x + 12 + "px";
            this.readout.style.right = right ? this.width - x + 12 + "px" : "auto";
        }
    }

    state.watch(() => {
        for (const each of charts.values()) {
            if (each.width && each.root.isConnected) {
                each.draw(each.width);
            }
        }
    });
    return (options) => new Chart(options).root;
})();
