/* SPDX-License-Identifier: MIT */
/*
 * Where the reader was: a link of the page makes an entry of the browser's history, and Back returns
 * to the place on the screen, the tables as they were scrolled, and the link itself.
 */
const trail = (() => {
    const LATER = 150; /* ms without scrolling */
    const origins = new Map(); /* number of an entry -> the element that led away from it */
    let last = history.state?.entry ?? 0;
    let waiting = 0;

    history.scrollRestoration = "manual";
    addEventListener("scroll", () => {
        clearTimeout(waiting);
        waiting = setTimeout(keep, LATER);
    }, { passive: true });

    /* The section that is at the top, and how far it is scrolled: what is above it may change. */
    function here() {
        const sections = [...document.querySelectorAll("main > section")];
        const top = sections.filter((each) => each.getBoundingClientRect().top <= 1).pop();
        return {
            entry: history.state?.entry ?? 0,
            section: top?.id ?? null,
            offset: top ? -top.getBoundingClientRect().top : scrollY,
            tables: table.places(),
        };
    }

    function keep() {
        history.replaceState(here(), "");
    }

    /* The address becomes ADDRESS; the reader stays in this entry. */
    function rename(address) {
        history.replaceState(history.state, "", address);
    }

    /* A new entry, of ADDRESS. */
    function leave(address) {
        const link = document.activeElement;
        clearTimeout(waiting);
        keep();
        origins.set(history.state.entry, link);
        history.pushState({ entry: ++last }, "", address);
    }

    /* Back at an entry that was left; false: it was never looked at. */
    function restore() {
        const kept = history.state;
        if (!kept || kept.offset === undefined) {
            return false;
        }
        const section = kept.section === null ? null : document.getElementById(kept.section);
        table.restore(kept.tables);
        scrollTo(0, (section ? section.getBoundingClientRect().top + scrollY : 0) + kept.offset);
        origins.get(kept.entry)?.focus({ preventScroll: true });
        return true;
    }

    return { rename, leave, restore };
})();
