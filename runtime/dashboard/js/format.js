/* SPDX-License-Identifier: MIT */
/* Numbers, times and names as people read them. null is what the program could not know: a dash. */
const format = (() => {
    const DASH = "\u2013";
    const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

    function known(value) {
        return value !== null && value !== undefined;
    }

    function count(value) {
        return known(value) ? grouped.format(value).replaceAll(",", "\u202f") : DASH;
    }

    /* For places with little room; the title has all digits. */
    function shortCount(value) {
        return known(value) && value >= 1e10 ? value.toExponential(3) : count(value);
    }

    /* Three digits that count: 1.23, 12.3, 123. */
    function short(value) {
        const size = Math.abs(value);
        return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
    }

    function bytesParts(value) {
        if (!known(value)) {
            return [DASH, ""];
        }
        let unit = 0;
        let scaled = value;
        while (Math.abs(scaled) >= 999.5 && unit + 1 < UNITS.length) {
            scaled /= 1024;
            unit++;
        }
        return [short(scaled), UNITS[unit]];
    }

    function bytes(value) {
        return bytesParts(value).join("\u00a0").trim();
    }

    function exactBytes(value) {
        return known(value) ? count(value) + (value === 1 ? " byte" : " bytes") : "not known";
    }

    function duration(ns) {
        if (!known(ns)) {
            return DASH;
        }
        if (ns < 1e3) {
            return ns + "\u00a0ns";
        }
        if (ns < 1e6) {
            return short(ns / 1e3) + "\u00a0\u00b5s";
        }
        if (ns < 1e9) {
            return short(ns / 1e6) + "\u00a0ms";
        }
        if (ns < 120e9) {
            return short(ns / 1e9) + "\u00a0s";
        }
        const seconds = Math.round(ns / 1e9);
        const hours = Math.floor(seconds / 3600);
        const minutes = Math.floor(seconds / 60) % 60;
        const rest = String(seconds % 60).padStart(2, "0");
        return hours > 0
            ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}\u00a0h`
            : `${minutes}:${rest}\u00a0min`;
    }

    function percent(value) {
        return known(value)
            ? (value !== 0 && Math.abs(value) < 0.1 ? "<0.1" : value.toFixed(1)) + "%"
            : DASH;
    }

    function rate(value, of) {
        return known(value) ? (value >= 1000 ? count(value) : short(value)) + "\u00a0" + of : DASH;
    }

    function date(ns) {
        if (!known(ns) || ns === 0) {
            return DASH;
        }
        const pad = (number) => String(number).padStart(2, "0");
        const when = new Date(ns / 1e6);
        return (
            `${when.getFullYear()}-${pad(when.getMonth() + 1)}-${pad(when.getDate())} ` +
            `${pad(when.getHours())}:${pad(when.getMinutes())}:${pad(when.getSeconds())}`
        );
    }

    function address(value) {
        return known(value) ? "0x" + value.toString(16) : DASH;
    }

    /* Characters that cannot be seen, or that turn the text around them, are written as escapes: what
     * is shown is what is there. */
    const UNSEEN =
        /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

    function name(text) {
        return text.replace(UNSEEN, (c) => "\\u{" + c.codePointAt(0).toString(16) + "}");
    }

    /* For a title: the browser lays out the whole of it. */
    function hint(text) {
        return text.length > 600 ? text.slice(0, 600) + "\u2026" : text;
    }

    function plural(number, one, many) {
        return count(number) + "\u00a0" + (number === 1 ? one : many);
    }

    /* null: no variable has lost it. */
    function lastSeen(seen) {
        return seen ? `${seen.var_name ?? "?"} at ${seen.location ?? "?"}` : null;
    }

    return {
        DASH,
        known,
        count,
        shortCount,
        short,
        bytes,
        bytesParts,
        exactBytes,
        duration,
        percent,
        rate,
        date,
        address,
        name,
        hint,
        plural,
        lastSeen,
    };
})();
