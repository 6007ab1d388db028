/* SPDX-License-Identifier: MIT */
/*
 * Source files, where they were put into the page (memscope report --sources): their text with what was
 * allocated at each line beside it. Places elsewhere in the page lead here.
 */
const source = (() => {
    const LONGEST = 2000; /* characters of a line */
    let files = [];
    let byName = new Map();
    let sums = new Map(); /* file -> Map of line -> { live, peak, total } */
    let shown = null; /* the file in the section */
    let choice = null;
    let frame = null;

    /* LISTINGS as the page has them; none: places are text. */
    function take(listings, report) {
        files = listings;
        byName = new Map(files.flatMap((file) => file.names.map((name) => [name, file])));
        sums = new Map(files.map((file) => [file, new Map()]));
        for (const site of report.sites) {
            const lines = sums.get(byName.get(site.file));
            if (lines && format.known(site.line)) {
                const line = lines.get(site.line) ?? { live: 0, peak: 0, total: 0 };
                line.live += site.live_bytes ?? 0;
                line.peak += site.peak_bytes ?? 0;
                line.total += site.total_bytes ?? 0;
                lines.set(site.line, line);
            }
        }
    }

    /* A row a line, made when they are first asked for; one without a number where lines were left
     * out. */
    function rowsOf(file) {
        file.rows ??= makeRows(file);
        return file.rows;
    }

    function makeRows(file) {
        const rows = [];
        for (const part of file.parts) {
            if (part.first_line > 1) {
                rows.push({ number: null, text: "\u2026", bytes: {} });
            }
            const lines = part.text.split("\n");
            if (lines[lines.length - 1] === "") {
                lines.pop();
            }
            lines.forEach((text, index) => {
                const number = part.first_line + index;
                rows.push({ number, text, bytes: sums.get(file).get(number) ?? {} });
            });
        }
        return rows;
    }

    function has(file, line) {
        file.lines ??= new Set(rowsOf(file).map((row) => row.number));
        return file.lines.has(line);
    }

    /* { file, line } of "file:line" or "file:line:column"; null: that line is not in the page. */
    function find(location) {
        const [, name, number] = /^(.+?):(\d+)(?::\d+)?$/s.exec(location ?? "") ?? [];
        const file = byName.get(name);
        const line = Number(number);
        return file && has(file, line)
            ? { file: file.names[0], line }
            : null;
    }

    /* CONTENT, which shows LOCATION, as a way to its line where that is in the page. */
    function link(location, content) {
        const place = find(location);
        return place === null
            ? content
            : el(
                  "button",
                  {
                      type: "button",
                      class: "toline",
                      "aria-label": `Source of ${format.hint(format.name(location))}`,
                      click: () => show("source", place),
                  },
                  content,
              );
    }

    function bytesAt(key, label, hint) {
        return {
            key,
            label,
            kind: "bytes",
            width: 90,
            hint,
            value: (row) => row.bytes[key],
            cell: (row) => (format.known(row.bytes[key]) ? bytesSpan(row.bytes[key]) : ""),
        };
    }

    const TEXT = {
        key: "text",
        label: "Text",
        kind: "text",
        width: 900,
        value: (row) => row.text,
        cell: (row) =>
            el(
                "code",
                { class: "sourceline" },
                row.text.slice(0, LONGEST).split("\t").map(format.name).join("\t"),
            ),
    };

    function columns() {
        const peak = bytesAt("peak", "Peak", "most that was live of what this line allocates");
        const number = {
            key: "line",
            label: "Line",
            kind: "number",
            width: 60,
            value: (row) => row.number,
            cell: (row) =>
                row.number === null
                    ? ""
                    : el(
                          "span",
                          { class: "linecell" },
                          editor.link(`${shown.path}:${row.number}`),
                          String(row.number),
                      ),
        };
        return matchMedia("(max-width: 640px)").matches
            ? [peak, number, TEXT]
            : [
                  bytesAt("live", "Live", "what this line has allocated and nothing has freed"),
                  peak,
                  bytesAt("total", "Total", "all that this line has allocated"),
                  number,
                  TEXT,
              ];
    }

    function draw(file) {
        shown = file;
        choice.value = String(files.indexOf(file));
        frame.replaceChildren(
            el("p", { class: "muted" }, format.hint(format.name(file.path))),
            file.changed
                ? el(
                      "p",
                      { class: "doubt" },
                      "This file was changed after the program was started: its lines may have moved.",
                  )
                : "",
            table({
                id: "source",
                label: "source",
                rows: rowsOf(file),
                empty: "The file is empty.",
                place: (row) => ({ file: file.names[0], line: row.number }),
                columns: columns(),
            }),
        );
    }

    /* Shows the line that PLACE tells of. */
    function reveal(place) {
        const file = byName.get(place.file);
        if (!file) {
            return;
        }
        if (file !== shown) {
            draw(file);
        }
        table.reveal("source", { line: place.line });
    }

    function build() {
        frame = el("div");
        choice = el(
            "select",
            {
                id: "source-file",
                "aria-label": "Source file",
                change: () => {
                    const file = files[Number(choice.value)];
                    draw(file);
                    state.go("source", { file: file.names[0] });
                },
            },
            files.map((file, index) =>
                el("option", { value: index }, format.name(file.names[0]).slice(-200)),
            ),
        );
        draw(files[0]);
        return section("source", "Source", files.length, choice, frame);
    }

    return { take, any: () => files.length > 0, files: () => files, find, link, reveal, build };
})();

/* A place in the program, leading to its source where the page has it, and to the reader's editor. */
function placeOf(location) {
    return el("span", { class: "placecell" }, source.link(location, pathSpan(location)), editor.link(location));
}
