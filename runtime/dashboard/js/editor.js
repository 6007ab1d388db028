/* SPDX-License-Identifier: MIT */
/*
 * Places that open in the reader's editor: beside each a link by the template that is chosen, or, as
 * long as none is, a button that copies the place. Where no place has a whole path, as in a redacted
 * report, there is neither.
 *
 * Templates come from a command line, from what the browser has kept for any page of this kind, and
 * from the reader: none is believed.
 */
const editor = (() => {
    const KEPT = "memscope-editor";
    const OWN = "own";
    let editors = []; /* { name, label, template } */
    let refused = new Set(); /* schemes */
    let paths = new Map(); /* relative names */
    let chosen = { name: "none", template: null };
    let offered = false;

    function take(read, report) {
        editors = read.editors;
        refused = new Set(read.refused);
        paths = new Map(read.paths.map((each) => [each.name, each.path]));
        offered =
            paths.size > 0 ||
            report.sites.some((site) => isWhole(site.file)) ||
            report.stacks.frames.some((frame) => isWhole(frame.file));
        choose(kept() ?? read.chosen ?? "none");
    }

    function isWhole(path) {
        return path?.startsWith("/") ?? false;
    }

    /* Why TEMPLATE will not do; null: it will. As ms_editor_refusal() has it. */
    function lack(template) {
        const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(template) ?? [];
        if (scheme === undefined) {
            return "An address begins with a scheme, as in myeditor://open?file={file}&line={line}";
        }
        if (refused.has(scheme.toLowerCase())) {
            return `The browser hands ${scheme}: to no other program.`;
        }
        if (!/^[!-~]*$/.test(template)) {
            return "Letters other than plain ones are written as %XX.";
        }
        return template.includes("{file}") ? null : "It has no {file}.";
    }

    /* TEXT: the name of an editor, "none", or a template. */
    function choose(text) {
        const known = editors.find((each) => each.name === text);
        if (known) {
            chosen = known;
        } else if (text !== "none" && lack(text) === null) {
            chosen = { name: OWN, label: "your editor", template: text };
        } else {
            chosen = { name: "none", template: null };
        }
    }

    /* Storage may be forbidden, then the choice is for this view of the page. */
    function kept() {
        try {
            return localStorage.getItem(KEPT);
        } catch {
            return null;
        }
    }

    function keep(text) {
        try {
            localStorage.setItem(KEPT, text);
        } catch {
            /* it is as it is */
        }
    }

    /* { path, line, column } of "file:line" or "file:line:column"; null: there is no line. */
    function parse(location) {
        const [, name, line, column] = /^(.+?):(\d+)(?::(\d+))?$/s.exec(location ?? "") ?? [];
        return name === undefined
            ? null
            : {
                  path: paths.get(name) ?? name,
                  line: Number(line),
                  column: Math.max(1, Number(column ?? 1)),
              };
    }

    /* null: there is none, because nothing is chosen or the path is not known. */
    function addressOf({ path, line, column }) {
        if (chosen.template === null || !isWhole(path)) {
            return null;
        }
        const values = {
            file: path.split("/").map(encodeURIComponent).join("/"),
            line: String(line),
            column: String(column),
        };
        return chosen.template.replaceAll(/\{(file|line|column)\}/g, (all, key) => values[key]);
    }

    const SHAPES = {
        open: ["M6.5 2.5h-4v11h11v-4", "M8.5 2.5h5v5", "M13.5 2.5l-6 6"],
        copy: ["M5.5 5.5h8v8h-8z", "M10.5 5.5v-3h-8v8h3"],
    };

    function icon(shape) {
        return svg(
            "svg",
            { viewBox: "0 0 16 16", width: 12, height: 12, "aria-hidden": "true" },
            SHAPES[shape].map((d) => svg("path", { d })),
        );
    }

    function build(location) {
        const place = parse(location);
        const shown = format.hint(format.name(`${place.path}:${place.line}`));
        const address = addressOf(place);
        return address === null
            ? el(
                  "button",
                  {
                      type: "button",
                      class: "edit",
                      "data-place": location,
                      title: "Copy " + shown,
                      "aria-label": "Copy " + shown,
                      click: (event) =>
                          copyText(`${place.path}:${place.line}`, event.currentTarget),
                  },
                  icon("copy"),
              )
            : el(
                  "a",
                  {
                      href: address,
                      class: "edit",
                      "data-place": location,
                      title: `Open ${shown} in ${chosen.label}`,
                      "aria-label": `Open ${shown} in ${chosen.label}`,
                      rel: "noreferrer",
                  },
                  icon("open"),
              );
    }

    /* What is beside a place; null: nothing. */
    function link(location) {
        return offered && parse(location) !== null ? build(location) : null;
    }

    function redraw() {
        document
            .querySelectorAll(".edit")
            .forEach((each) => each.replaceWith(build(each.dataset.place)));
    }

    /* The choice, for the head of the page; null: there is nothing to open. */
    function chooser() {
        if (!offered) {
            return null;
        }
        const template = el("input", {
            type: "text",
            id: "editor-template",
            "aria-label": "Address that opens a place, with {file}, {line} and {column}",
            placeholder: "myeditor://open?file={file}&line={line}",
            spellcheck: "false",
            autocomplete: "off",
            hidden: chosen.name !== OWN,
            input: () => own(),
        });
        template.value = chosen.name === OWN ? chosen.template : "";
        const doubt = el("span", { class: "doubt", role: "status" });
        const choice = el(
            "select",
            {
                id: "editor-choice",
                change: () => {
                    template.hidden = choice.value !== OWN;
                    doubt.textContent = "";
                    if (choice.value === OWN) {
                        own();
                        template.focus();
                    } else {
                        use(choice.value);
                    }
                },
            },
            [
                { name: "none", label: "no editor (copied)" },
                ...editors,
                { name: OWN, label: "another editor \u2026" },
            ].map(({ name, label }) => el("option", { value: name }, label)),
        );
        choice.value = chosen.name;

        function use(text) {
            choose(text);
            keep(text);
            redraw();
        }

        function own() {
            const text = template.value.trim();
            const reason = text === "" ? null : lack(text);
            doubt.textContent = reason ?? "";
            use(text === "" || reason !== null ? "none" : text);
        }

        return el(
            "div",
            { class: "editor" },
            el("dt", null, el("label", { for: "editor-choice" }, "Places open in")),
            el("dd", null, choice, template, doubt),
        );
    }

    return { take, link, chooser };
})();
