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

const SECTIONS = [
    ["overview", "Summary", overviewSection],
    ["timeline", "Timeline", timelineSection],
    ["types", "Types", typesSection],
    ["hotspots", "Hot spots", hotspotsSection],
    ["leaks", "Leaks", leaksSection],
    ["variables", "Variables", variablesSection],
    ["stacks", "Stacks", stacksSection],
    ["threads", "Threads", threadsSection],
    ["sites", "Sites", sitesSection],
    ["blocks", "Sizes", blocksSection],
    ["system", "System", systemSection],
    ["modules", "Modules", modulesSection],
];

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
function followScroll(links) {
    const observer = new IntersectionObserver(
        (entries) => {
            for (const entry of entries) {
                links.get(entry.target.id).classList.toggle("here", entry.isIntersecting);
            }
        },
        { rootMargin: "-45% 0px -50% 0px" },
    );
    for (const id of links.keys()) {
        observer.observe(document.getElementById(id));
    }
}

document.getElementById("head").append(...headOf(data.report).filter(Boolean));
document
    .getElementById("main")
    .replaceChildren(...SECTIONS.map(([id, title, build]) => buildSection(id, title, build)));
const sectionLinks = new Map(
    SECTIONS.map(([id, title]) => [id, el("a", { href: "#" + id }, title)]),
);
document.getElementById("nav").append(
    el(
        "ul",
        null,
        [...sectionLinks.values()].map((link) => el("li", null, link)),
    ),
);
followScroll(sectionLinks);

const ROW_COUNTS = [
    "types",
    "hotspots",
    "leaks",
    "variables",
    "threads",
    "sites",
    "modules",
    "system_snapshots",
];
document.body.dataset.rowCounts = JSON.stringify(
    Object.fromEntries([
        ...ROW_COUNTS.map((key) => [key, data.report[key].length]),
        ["stacks", data.tree.id.length],
    ]),
);
document.body.dataset.errors = String(pageErrors);
document.body.dataset.readyMs = String(Math.round(performance.now()));
document.body.dataset.ready = "1";
