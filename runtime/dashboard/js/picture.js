/* SPDX-License-Identifier: MIT */
/* A drawing of the page as a PNG file, twice as fine as on the screen. */
const picture = (() => {
    const SCALE = 2;
    const MARGIN = 12;
    /* What the page's style gives a drawing; a picture of its own has no style. */
    const PROPERTIES = [
        "fill",
        "fill-opacity",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "opacity",
        "paint-order",
        "stroke",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-width",
        "text-anchor",
        "visibility",
    ];

    function copyStyles(from, to) {
        const style = getComputedStyle(from);
        for (const property of PROPERTIES) {
            to.style.setProperty(property, style.getPropertyValue(property));
        }
        for (let i = 0; i < from.children.length; i++) {
            copyStyles(from.children[i], to.children[i]);
        }
    }

    /* DRAWING, an svg element, with all it needs, on the background of its panel. */
    function standAlone(drawing, width, height) {
        const copy = drawing.cloneNode(true);
        copyStyles(drawing, copy);
        const ground = getComputedStyle(drawing.closest(".panel") ?? document.body);
        copy.setAttribute("x", MARGIN);
        copy.setAttribute("y", MARGIN);
        return svg(
            "svg",
            { xmlns: SVG_NAMESPACE, width: width + 2 * MARGIN, height: height + 2 * MARGIN },
            svg("rect", {
                width: "100%",
                height: "100%",
                style: { fill: ground.backgroundColor },
            }),
            copy,
        );
    }

    async function save(drawing, name) {
        const { width, height } = drawing.getBoundingClientRect();
        const text = new XMLSerializer().serializeToString(standAlone(drawing, width, height));
        const image = new Image();
        image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
        await image.decode();
        const canvas = el("canvas", {
            width: Math.ceil(image.width * SCALE),
            height: Math.ceil(image.height * SCALE),
        });
        const context = canvas.getContext("2d");
        context.scale(SCALE, SCALE);
        context.drawImage(image, 0, 0);
        const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
        saveFile(name + ".png", "image/png", blob);
    }

    /* A button that saves the drawing in PLOT. */
    return (plot, label) =>
        el(
            "button",
            {
                type: "button",
                class: "action",
                title: "Save as a picture",
                "aria-label": "PNG, a picture of: " + label,
                click: (event) => {
                    const button = event.currentTarget;
                    const drawing = plot.querySelector("svg");
                    const name = label.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
                    if (drawing) {
                        save(drawing, name).catch(() => {
                            button.textContent = "Cannot";
                        });
                    }
                },
            },
            "PNG",
        );
})();
