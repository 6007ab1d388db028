/* SPDX-License-Identifier: MIT */
/* Call stacks: as lists of frames below a row, and all live ones as a flame graph. */
function frameName(frame) {
    return frame.function !== null ? format.name(frame.function) : format.address(frame.address);
}

function framePlace(frame) {
    if (frame.file !== null) {
        return format.name(frame.file) + (frame.line === null ? "" : ":" + frame.line);
    }
    return frame.module === null ? "" : format.name(frame.module);
}

/* The same, leading to its source and to the reader's editor. */
function framePlaceLink(frame) {
    const location = `${frame.file}:${frame.line}`;
    return el(
        "span",
        { class: "framecell" },
        source.link(location, el("span", { class: "place" }, format.hint(framePlace(frame)))),
        frame.file === null ? null : editor.link(location),
    );
}

/* The frames of stack ID, the allocation first. */
function stackList(id) {
    const frames = id === null ? null : data.frames(id);
    if (frames === null || frames.length === 0) {
        return emptyNote("No call stack was recorded here.");
    }
    return el(
        "ol",
        { class: "stack", "aria-label": "Call stack, innermost first" },
        frames.map((frame) =>
            el(
                "li",
                null,
                el(
                    "span",
                    { class: frame.function === null ? "frame nameless" : "frame" },
                    format.hint(frameName(frame)),
                ),
                frame.inlined ? el("span", { class: "tag" }, "inlined") : null,
                framePlaceLink(frame),
            ),
        ),
    );
}

function stacksSection() {
    return section(
        "stacks",
        "Blocks by call stack",
        null,
        flame() || emptyNote("No call stacks were recorded."),
    );
}
