/* SPDX-License-Identifier: MIT */
/* Elements out of plain values. Text goes in as text nodes only, so names cannot become markup. */
const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

function fillElement(element, properties, children) {
    for (const [key, value] of Object.entries(properties || {})) {
        if (
            value === null ||
            value === undefined ||
            (value === false && !key.startsWith("aria-"))
        ) {
            continue;
        }
        if (key === "style") {
            for (const [name, setting] of Object.entries(value)) {
                element.style.setProperty(name, setting);
            }
        } else if (typeof value === "function") {
            element.addEventListener(key, value);
        } else {
            element.setAttribute(
                key,
                value === true && !key.startsWith("aria-") ? "" : String(value),
            );
        }
    }
    for (const child of children.flat(Infinity)) {
        if (child !== null && child !== undefined) {
            element.append(child);
        }
    }
    return element;
}

/* el("button", { class: "x", click: handler }, "text", child) */
function el(tag, properties, ...children) {
    return fillElement(document.createElement(tag), properties, children);
}

function svg(tag, properties, ...children) {
    return fillElement(document.createElementNS(SVG_NAMESPACE, tag), properties, children);
}

/* A name of the program, cut by the style where it does not fit; the whole of it is in its title. */
function nameSpan(text, fallback) {
    if (text === null || text === undefined) {
        return el("span", { class: "unknown" }, fallback || "not known");
    }
    if (text === "") {
        return el("span", { class: "unknown" }, "(empty)");
    }
    const shown = format.name(text);
    return el("bdi", { class: "name", title: format.hint(shown) }, shown.slice(0, 400));
}

/* "folder/file.c:12": the folder gives way first. */
function pathSpan(text) {
    if (text === null) {
        return nameSpan(null);
    }
    const shown = format.name(text);
    const cut = shown.lastIndexOf("/") + 1;
    return el(
        "span",
        { class: "path", title: format.hint(shown) },
        el("bdi", { class: "folder" }, shown.slice(0, cut).slice(-300)),
        el("bdi", { class: "file" }, shown.slice(cut).slice(0, 400)),
    );
}

function bytesSpan(value) {
    const [number, unit] = format.bytesParts(value);
    return el(
        "span",
        { class: "bytes", title: format.exactBytes(value) },
        number,
        el("span", { class: "unit" }, unit),
    );
}

/* By how much something has grown or shrunk, with its sign; SHOW writes the amount. */
function changeSpan(value, show) {
    return !format.known(value)
        ? format.DASH
        : el(
              "span",
              { class: value > 0 ? "grew" : value < 0 ? "shrank" : null },
              (value > 0 ? "+" : value < 0 ? "\u2212" : "") + show(Math.abs(value)),
          );
}

/* One titled block of the page; its id is where the navigation leads. */
function section(id, title, rows, ...children) {
    const heading = el("h2", { id: id + "-title" }, title);
    if (rows !== null) {
        heading.append(el("span", { class: "badge" }, format.count(rows)));
    }
    return el(
        "section",
        { id, class: "panel", "aria-labelledby": id + "-title" },
        heading,
        ...children,
    );
}

function emptyNote(text) {
    return el("p", { class: "empty" }, text);
}

const undrawn = new Map(); /* element -> what draws it at once */

/* Calls DRAW with the width of ELEMENT once it is in the page and whenever it changes; in a frame of
 * its own, since drawing changes the heights that are being observed. */
function onWidth(element, draw) {
    let last = 0;
    const take = (width, act) => {
        undrawn.delete(element);
        if (width !== last && width > 0) {
            last = width;
            act(width);
        }
    };
    new ResizeObserver((entries) =>
        take(Math.floor(entries[0].contentRect.width), (width) =>
            requestAnimationFrame(() => draw(width)),
        ),
    ).observe(element);
    undrawn.set(element, () => {
        const { paddingLeft, paddingRight } = getComputedStyle(element);
        take(
            Math.floor(element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)),
            draw,
        );
    });
}

/* Draws now what is in the page and waits for its frame: what has taken its place is not missed. */
function drawNow() {
    for (const [element, act] of undrawn) {
        if (element.isConnected) {
            act();
        }
    }
    undrawn.clear();
}

/* Puts TEXT in the clipboard; BUTTON says whether that went well. */
function copyText(text, button) {
    const label = [...button.childNodes];
    const tell = (word) => {
        button.textContent = word;
        setTimeout(() => {
            button.replaceChildren(...label);
        }, 1500);
    };
    if (!navigator.clipboard) {
        tell("Not allowed");
        return;
    }
    navigator.clipboard.writeText(text).then(
        () => tell("Copied"),
        () => tell("Not allowed"),
    );
}

/* Has the browser save CONTENT, text or a Blob. */
function saveFile(name, type, content) {
    const address = URL.createObjectURL(new Blob([content], { type }));
    el("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/* ROWS of values as text for other programs (RFC 4180); exact numbers. */
function csvText(rows) {
    const quote = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    return rows.map((row) => row.map((cell) => quote(String(cell ?? ""))).join(",") + "\r\n").join("");
}

/* Buttons that copy and save what MAKE gives, the rows of LABEL as text. */
function csvActions(label, make) {
    const action = (text, hint, act) =>
        el(
            "button",
            {
                type: "button",
                class: "action",
                title: hint,
                "aria-label": `${hint}: ${label}`,
                click: (event) => act(event.currentTarget),
            },
            text,
        );
    const name = label.replaceAll(/[^a-z0-9]+/g, "-");
    return [
        action("Copy", "Copy the rows shown, as CSV", (button) => copyText(make(), button)),
        action("CSV", "Save the rows shown as a CSV file", () =>
            saveFile(name + ".csv", "text/csv", make()),
        ),
    ];
}
