/* SPDX-License-Identifier: MIT */
/*
 * Areas as large as the values: squarified, after Bruls, Huizing and van Wijk, "Squarified Treemaps"
 * (2000).
 *
 * treemap([{ name, value, color, go }], label); go: called when one is chosen
 */
const treemap = (() => {
    const HEIGHT = 190;
    const MOST = 60; /* areas; what is left is one more */
    const LETTER = 6.6;

    /* The worst of height to width among areas in a row along SIDE. */
    function worst(row, sum, side) {
        const most = row[0];
        const least = row[row.length - 1];
        return Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
    }

    /* [{ x, y, width, height }] beside VALUES, which fall and sum up to more than 0. */
    function layOut(values, width, height) {
        const scale = (width * height) / values.reduce((total, value) => total + value, 0);
        const areas = values.map((value) => value * scale);
        const placed = [];
        let [x, y, w, h] = [0, 0, width, height];
        let at = 0;
        while (at < areas.length) {
            const side = Math.min(w, h);
            const row = [areas[at]];
            let sum = areas[at];
            while (
                at + row.length < areas.length &&
                worst([...row, areas[at + row.length]], sum + areas[at + row.length], side) <=
                    worst(row, sum, side)
            ) {
                sum += areas[at + row.length];
                row.push(areas[at + row.length]);
            }
            const depth = sum / side;
            let along = 0;
            for (const area of row) {
                const length = area / depth;
                placed.push(
                    w >= h
                        ? { x, y: y + along, width: depth, height: length }
                        : { x: x + along, y, width: length, height: depth },
                );
                along += length;
            }
            if (w >= h) {
                x += depth;
                w -= depth;
            } else {
                y += depth;
                h -= depth;
            }
            at += row.length;
        }
        return placed;
    }

    function box(item, place, whole) {
        const letters = Math.floor((place.width - 8) / LETTER);
        const name = format.name(item.name);
        const tells = `${format.hint(name)}: ${format.bytes(item.value)}, ${format.percent((item.value / whole) * 100)}`;
        const text =
            letters < 3 || place.height < 17
                ? []
                : [name.length > letters ? name.slice(0, letters - 1) + "\u2026" : name];
        if (text.length > 0 && place.height >= 34 && letters >= 8) {
            text.push(format.bytes(item.value));
        }
        return svg(
            "g",
            { class: item.go ? "tmbox" : "tmbox rest", click: () => item.go && item.go() },
            svg("title", null, tells),
            svg("rect", {
                x: place.x.toFixed(1),
                y: place.y.toFixed(1),
                width: Math.max(0.5, place.width - 1).toFixed(1),
                height: Math.max(0.5, place.height - 1).toFixed(1),
                rx: 2,
                style: { fill: item.color ?? "var(--series-other)" },
            }),
            text.map((line, at) =>
                svg(
                    "text",
                    {
                        x: (place.x + 5).toFixed(1),
                        y: (place.y + 14 + 15 * at).toFixed(1),
                        class: at === 0 ? null : "small",
                    },
                    line,
                ),
            ),
        );
    }

    function items(all) {
        const some = all.filter((item) => item.value > 0).sort((a, b) => b.value - a.value);
        const rest = data.sum(some.slice(MOST), "value");
        const shown = some.slice(0, MOST);
        if (rest > 0) {
            shown.push({ name: format.plural(some.length - MOST, "other", "others"), value: rest });
        }
        return shown.sort((a, b) => b.value - a.value);
    }

    return (all, label) => {
        const shown = items(all);
        if (shown.length < 2) {
            return null;
        }
        const whole = data.sum(shown, "value");
        const values = shown.map((item) => item.value);
        const first = shown
            .slice(0, 3)
            .map((item) => `${format.name(item.name)} ${format.percent((item.value / whole) * 100)}`);
        const plot = el("div", {
            class: "treemap",
            role: "img",
            "aria-label": `${label}: ${first.join(", ")}. The table below has all.`,
        });
        onWidth(plot, (width) => {
            const places = layOut(values, width, HEIGHT);
            plot.replaceChildren(
                svg(
                    "svg",
                    { width, height: HEIGHT, "aria-hidden": "true" },
                    shown.map((item, index) => box(item, places[index], whole)),
                ),
            );
        });
        return el("div", { class: "pictured" }, plot, picture(plot, label));
    };
})();
