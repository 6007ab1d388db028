/* SPDX-License-Identifier: MIT */
/*
 * A page of `memscope serve`: the report follows its process, or the list of processes follows what
 * there is. The server tells by server-sent events that there is something new, and is then asked
 * for it. A page that is a file has none of this, nor may it ask anybody.
 */
const live = (() => {
    const AGAIN_MS = 3000; /* after the browser itself has given up */
    const REST = 4; /* times as long as a drawing has taken nothing is drawn after it */

    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    /* Without the name and the password that the address may have: fetch() takes none. */
    const address = (path) => new URL(path, location.origin);

    /* What ID has in it in a page of a server; null: it is not there. */
    function config(id) {
        const element = document.getElementById(id);
        return element && /^https?:$/.test(location.protocol)
            ? JSON.parse(element.textContent)
            : null;
    }

    /* The reader is marking text, or drags: nothing is taken away under the pointer. */
    let pressed = false;
    addEventListener("pointerdown", () => (pressed = true), true);
    for (const name of ["pointerup", "pointercancel"]) {
        addEventListener(name, () => (pressed = false), true);
    }

    function isBusy() {
        const marked = getSelection();
        return pressed || (marked.type === "Range" && !marked.isCollapsed);
    }

    /* What stands beside the search: how the page and the server are with each other. */
    const WORDS = {
        live: ["live", "pill live", "Pause"],
        paused: ["paused", "pill warn", "Go on"],
        reconnecting: ["reconnecting", "pill bad", "Pause"],
        ended: ["ended", "pill", null],
    };

    class Follower {
        /* EVENTS and RESULT are paths, TAKE(what RESULT is as JSON) draws it. */
        constructor(events, result, take) {
            Object.assign(this, { events, result, take });
            this.etag = "";
            this.last = false; /* the last event has come */
            this.word = el("span", { role: "status" });
            this.button = el("button", {
                type: "button",
                class: "action",
                click: () => (this.state === "paused" ? this.open() : this.stop("paused")),
            });
            this.root = el("span", { class: "following" }, this.word, this.button);
            document.addEventListener("visibilitychange", () => this.looked());
            this.open();
        }

        tell(state) {
            const [word, style, action] = WORDS[state];
            this.state = state;
            if (this.word.textContent !== word) {
                this.word.textContent = word;
                this.word.className = style;
            }
            this.button.hidden = action === null;
            this.button.textContent = action ?? "";
            document.body.dataset.live = state;
        }

        /* What came while nobody listened is in the first event. */
        open() {
            this.source?.close();
            this.source = new EventSource(address(this.events));
            this.tell(this.source.readyState === EventSource.OPEN ? "live" : "reconnecting");
            this.source.onopen = () => this.tell("live");
            this.source.onerror = () => this.failed();
            for (const name of ["changed", "processes"]) {
                this.source.addEventListener(name, () => this.refresh());
            }
            this.source.addEventListener("ended", () => {
                this.last = true;
                this.source.close();
                this.refresh();
            });
        }

        stop(state) {
            this.source.close();
            this.tell(state);
        }

        /* The browser tries again by itself, unless the server has said no. */
        failed() {
            this.tell("reconnecting");
            if (this.source.readyState === EventSource.CLOSED) {
                setTimeout(() => this.state === "reconnecting" && this.open(), AGAIN_MS);
            }
        }

        /* A page that nobody sees costs the server nothing. */
        looked() {
            if (document.hidden && this.state !== "ended") {
                this.source.close();
            } else if (!document.hidden && ["live", "reconnecting"].includes(this.state)) {
                this.open();
            }
        }

        /* One at a time; what comes meanwhile is one more. */
        async refresh() {
            this.again = true;
            if (this.working) {
                return;
            }
            this.working = true;
            while (this.again) {
                this.again = false;
                while (isBusy()) {
                    await pause(300);
                }
                try {
                    await pause(await this.load());
                } catch {
                    this.again = this.last; /* else the next event says so */
                    await pause(AGAIN_MS);
                }
            }
            this.working = false;
            if (this.last) {
                this.stop("ended");
            }
        }

        /* For how long to rest after it. */
        async load() {
            const response = await fetch(address(this.result), {
                headers: { "If-None-Match": this.etag },
            });
            if (response.status !== 200) {
                return 0;
            }
            const content = await response.json();
            this.etag = response.headers.get("ETag") ?? "";
            if (this.state === "paused") {
                return 0;
            }
            const start = performance.now();
            this.take(content);
            document.body.dataset.updates = String(Number(document.body.dataset.updates ?? 0) + 1);
            return REST * (performance.now() - start);
        }
    }

    /* Keeps the reader's place in the window, what is unfolded and the focus while DRAW puts new
     * sections in place of the old ones. */
    function inPlace(draw) {
        const sectionsNow = () => [...document.querySelectorAll("main > section")];
        const top = (each) => each.getBoundingClientRect().top;
        const anchor = sectionsNow().find((each) => each.getBoundingClientRect().bottom > 0);
        const before = anchor ? top(anchor) : 0;
        const folds = [...document.querySelectorAll("main details")].map((each) => each.open);
        const focus = pathOf(document.activeElement);
        draw();
        const unfolded = [...document.querySelectorAll("main details")];
        if (unfolded.length === folds.length) {
            unfolded.forEach((each, at) => (each.open = folds[at]));
        }
        drawNow();
        table.settle();
        focus?.();
        const again = anchor && document.getElementById(anchor.id);
        if (again) {
            scrollBy({ top: top(again) - before, behavior: "instant" });
        }
    }

    /* Leads the focus to what is now where ELEMENT was; null: it was in no section. */
    function pathOf(element) {
        const home = element?.closest("main > section");
        if (!home || element.closest("tr.opens, tr.detail")) {
            return null; /* rows move: tables see to it themselves */
        }
        const path = [];
        for (let at = element; at !== home; at = at.parentElement) {
            path.unshift([...at.parentElement.children].indexOf(at));
        }
        const range = element.selectionStart ?? null;
        const end = element.selectionEnd;
        return () => {
            const found = path.reduce(
                (at, index) => at?.children[index],
                document.getElementById(home.id),
            );
            if (found?.tagName === element.tagName) {
                found.focus({ preventScroll: true });
                if (range !== null) {
                    found.setSelectionRange(range, end);
                }
            }
        };
    }

    /* The report of this page goes on: DRAW is called when it is another one. What is shown beside
     * the search; null: it does not go on. */
    function follow(draw) {
        const its = config("live");
        if (its === null) {
            return null;
        }
        const process = "?process=" + encodeURIComponent(its.process);
        return new Follower("/api/v1/events" + process, "/api/v1/page" + process, (report) => {
            data.take(report);
            inPlace(draw);
        }).root;
    }

    const PROCESS_COLUMNS = [
        {
            key: "program",
            label: "Program",
            kind: "text",
            width: 240,
            value: (row) => row.program,
            cell: (row) =>
                el("a", { class: "link", href: "/?process=" + row.id }, nameSpan(row.program)),
        },
        { key: "pid", label: "Pid", kind: "number", width: 96, value: (row) => row.pid },
        {
            key: "started",
            label: "Started",
            kind: "number",
            width: 176,
            value: (row) => row.start_time,
            cell: (row) => format.date(row.start_time),
        },
        {
            key: "state",
            label: "State",
            kind: "text",
            width: 176,
            value: (row) => row.ending,
            cell: (row) => el("span", { class: row.running ? "pill live" : "" }, row.ending),
        },
        {
            key: "peak",
            label: "Peak heap",
            kind: "bytes",
            width: 112,
            value: (row) => row.peak_memory_bytes,
        },
    ];

    function drawProcesses(rows) {
        const made = section(
            "processes",
            "Processes",
            rows.length,
            table({
                id: "processes",
                label: "Processes",
                rows,
                columns: PROCESS_COLUMNS,
                place: (row) => ({ process: row.id }),
                empty: "No journals yet: memscope run -- PROGRAM makes one.",
            }),
        );
        document.getElementById("main").replaceChildren(made);
    }

    /* Shows the processes to choose from, those that run first; false: this page is of a report. */
    function choose() {
        const list = document.getElementById("processes");
        if (list === null) {
            return false;
        }
        const { processes } = JSON.parse(list.textContent);
        list.remove(); /* the section has its id */
        document.title = "memscope \u2013 processes";
        const follower = new Follower("/api/v1/events", "/api/v1/processes", (answer) =>
            inPlace(() => drawProcesses(answer.processes)),
        );
        document
            .getElementById("head")
            .append(
                el(
                    "div",
                    { class: "title" },
                    el("span", { class: "brand" }, "memscope"),
                    el("h1", null, "Processes"),
                    follower.root,
                ),
            );
        document.getElementById("nav").remove();
        drawProcesses(processes);
        return true;
    }

    return { follow, choose };
})();
