/* SPDX-License-Identifier: MIT */
/*
 * What the reader has chosen, kept behind the # of the address so that a link leads to the same view:
 *
 *   #view=types&type=struct%20node      a section, and the row in it that is open
 *   #from=2100000000&to=4000000000      a stretch of the run, in nanoseconds since its start
 *   #types                              a section, as a plain anchor
 */
const state = (() => {
    const watchers = [];
    let values = read();

    function read() {
        const text = location.hash.slice(1);
        if (text !== "" && !text.includes("=")) {
            return new Map([["view", decode(text)]]);
        }
        return new Map(new URLSearchParams(text));
    }

    function decode(text) {
        try {
            return decodeURIComponent(text);
        } catch {
            return text;
        }
    }

    function get(key) {
        return values.get(key) ?? null;
    }

    /* All keys but those of the selection. */
    function place() {
        return Object.fromEntries(
            [...values].filter(([key]) => !["view", "from", "to"].includes(key)),
        );
    }

    function address() {
        const text = [...values]
            .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
            .join("&");
        return text === "" ? location.pathname : "#" + text;
    }

    function choose(view, place) {
        const range = [...values].filter(([key]) => key === "from" || key === "to");
        const chosen = Object.entries(place || {}).filter(([, value]) => format.known(value));
        values = new Map([["view", view], ...chosen, ...range]);
    }

    /* Section VIEW and PLACE in it are what the address tells of; what was chosen there before is
     * forgotten. */
    function go(view, place) {
        choose(view, place);
        trail.rename(address());
    }

    /* The same where a link has led there: Back leads back. */
    function jump(view, place) {
        choose(view, place);
        trail.leave(address());
    }

    /* Selects FROM..TO nanoseconds, the same twice for one moment; null: the whole run. */
    function select(from, to) {
        values.delete("from");
        values.delete("to");
        if (from !== null) {
            values.set("from", String(Math.round(from)));
            values.set("to", String(Math.round(to)));
        }
        trail.rename(address());
        watchers.forEach((watcher) => watcher());
    }

    /* { from, to } or null. */
    function range() {
        const from = Number(values.get("from") ?? NaN);
        const to = Number(values.get("to") ?? NaN);
        return from >= 0 && to >= from ? { from, to } : null;
    }

    /* CHANGED is called when another stretch is selected. */
    function watch(changed) {
        watchers.push(changed);
    }

    /* MOVED is called when the address was changed by hand, by a plain link, or by Back and Forward. */
    function follow(moved) {
        addEventListener("popstate", () => {
            const before = JSON.stringify(range());
            values = read();
            if (JSON.stringify(range()) !== before) {
                watchers.forEach((watcher) => watcher());
            }
            moved();
        });
    }

    return { get, place, go, jump, select, range, watch, follow };
})();
