/* SPDX-License-Identifier: MIT */
/* Puts the page together. A section that fails says so in its place; the others are still there. */
let pageErrors = 0;

function noteError() {
    pageErrors++;
    document.body.dataset.errors = String(pageErrors);
}

addEventListener("error", noteError);
addEventListener("unhandledrejection", noteError);
document.addEventListener("securitypolicyviolation", noteError);

/* Id, name in the navigation, what builds it, and whether it is built anew for a selected time. */
const SECTIONS = [
    ["overview", "Summary", overviewSection],
    ["timeline", "Timeline", timelineSection],
    ["types", "Types", typesSection, true],
    ["layouts", "Layout", layoutsSection],
    ["hotspots", "Hot spots", hotspotsSection, true],
    ["leaks", "Leaks", leaksSection, true],
    ["problems", "Problems", problemsSection],
    ["variables", "Variables", variablesSection, true],
    ["stacks", "Stacks", stacksSection],
    ["threads", "Threads", threadsSection],
    ["sites", "Sites", sitesSection],
    ["blocks", "Sizes", blocksSection],
    ["system", "System", systemSection],
    ["events", "Events", eventsSection],
    ["modules", "Modules", modulesSection],
];

/* Those of this page: source files are in it only where they were asked for. */
function sections() {
    if (diff.any()) {
        return diff.sections;
    }
    return source.any() ? [...SECTIONS, ["source", "Source", source.build]] : SECTIONS;
}

function buildSection(id, title, build) {
    try {
        return build(data.report);
    } catch (error) {
        noteError();
        return section(
            id,
            title,
            null,
            el("p", { class: "fatal" }, "This part could not be drawn: " + error.message),
        );
    }
}

/* Marks in the navigation which section is being read. */
let scrollObserver = null;

function followScroll(links) {
    scrollObserver?.disconnect();
    const observer = new IntersectionObserver(
        (entries) => {
            for (const entry of entries) {
                links.get(entry.target.id)?.classList.toggle("here", entry.isIntersecting);
            }
        },
        { rootMargin: "-45% 0px -50% 0px" },
    );
    scrollObserver = observer;
    for (const id of links.keys()) {
        observer.observe(document.getElementById(id));
    }
}

const ROW_COUNTS = [
    "types",
    "layouts",
    "hotspots",
    "leaks",
    "problems",
    "variables",
    "threads",
    "sites",
    "modules",
    "system_snapshots",
];

function showReport() {
    const links = new Map(sections().map(([id, title]) => [id, el("a", { href: "#" + id }, title)]));
    const items = [...links.values()].map((link) => el("li", null, link));
    const head = diff.any() ? diff.head() : headOf(data.report);
    document.getElementById("head").append(...head.filter(Boolean));
    document
        .getElementById("nav")
        .append(
            el(
                "div",
                { class: "row" },
                el("ul", null, items),
                diff.any()
                    ? diff.search()
                    : [live.follow(() => showNext(links)), search.ofReport()],
            ),
        );
    document
        .getElementById("main")
        .replaceChildren(...sections().map(([id, title, build]) => buildSection(id, title, build)));
    followScroll(links);
    state.watch(() => showSelected(links));
    state.follow(returnOrGo);
    returnOrGo();
}

/* Another report of the same process, in place of the one that is shown. */
function showNext(links) {
    document.getElementById("head").replaceChildren(...headOf(data.report).filter(Boolean));
    for (const [id, title, build] of sections()) {
        document.getElementById(id).replaceWith(buildSection(id, title, build));
    }
    followScroll(links);
    document.body.dataset.rowCounts = JSON.stringify(rowCounts());
}

/* The sections that follow the selected time, built anew in their places. */
function showSelected(links) {
    for (const [id, title, build, follows] of sections()) {
        if (follows) {
            document.getElementById(id).replaceWith(buildSection(id, title, build));
        }
    }
    followScroll(links);
}

/* Leads the reader to section VIEW and, where PLACE tells of one, to a row in it. */
function show(view, place) {
    const target = document.getElementById(view);
    if (!target) {
        return;
    }
    state.jump(view, place);
    target.scrollIntoView();
    if (place && Object.keys(place).length > 0) {
        revealIn(view, place);
    }
}

function revealIn(view, place) {
    const wanted = Object.fromEntries(
        Object.entries(place).filter(([, value]) => format.known(value)),
    );
    if (view === "stacks") {
        flame.reveal(wanted);
    } else if (view === "source") {
        source.reveal(wanted);
    } else {
        table.reveal(view, wanted);
    }
}

/* To where the reader was in this entry of the history, else to where the address leads. Heights are as
 * they were after charts are drawn, which is later in a page that is loaded anew. */
function returnOrGo() {
    const view = state.get("view");
    if (history.state?.offset === undefined) {
        goToState();
        return;
    }
    if (view === "stacks" || view === "source") {
        revealIn(view, state.place());
    }
    trail.restore();
    afterDrawing(() => trail.restore());
}

/* To where the address leads. */
function goToState() {
    const view = state.get("view");
    const target = view === null ? null : document.getElementById(view);
    if (!target) {
        return;
    }
    target.scrollIntoView();
    const place = state.place();
    if (Object.keys(place).length > 0) {
        revealIn(view, place);
    }
    afterDrawing(() => target.scrollIntoView());
}

/* Charts are drawn in the second frame from now (onWidth); what is below them moves. */
function afterDrawing(act, frames = 3) {
    requestAnimationFrame(() => (frames > 1 ? afterDrawing(act, frames - 1) : act()));
}

function rowCounts() {
    const counts = ROW_COUNTS.map((key) => [key, data.report[key].length]);
    counts.push(["stacks", data.tree.id.length]);
    return Object.fromEntries(counts);
}

/* What the tests look at. */
function markReady() {
    if (data.report || diff.any()) {
        document.body.dataset.rowCounts = JSON.stringify(diff.any() ? diff.counts() : rowCounts());
    }
    document.body.dataset.errors = String(pageErrors);
    document.body.dataset.readyMs = String(Math.round(performance.now()));
    document.body.dataset.ready = "1";
}

async function load() {
    const compared = document.getElementById("diff");
    if (compared) {
        diff.take(await data.read(compared));
        return;
    }
    if (live.choose()) {
        return;
    }
    await data.load(document.getElementById("report"));
    const links = document.getElementById("editor");
    if (links) {
        editor.take(await data.read(links), data.report);
    }
    const listings = document.getElementById("sources");
    if (listings) {
        source.take(await data.read(listings), data.report);
    }
}

load()
    .then(() => {
        if (data.report || diff.any()) {
            showReport();
        }
        markReady();
    })
    .catch((error) => {
        noteError();
        document
            .getElementById("main")
            .replaceChildren(
                el("p", { class: "fatal" }, "The report cannot be shown: " + error.message + "."),
            );
    });
