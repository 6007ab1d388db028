/* SPDX-License-Identifier: MIT */
/* What charts share: colors, round steps for axes, and which of many points are drawn. */
const SERIES_COLORS = 8;

function seriesColor(index) {
    return `var(--series-${index % SERIES_COLORS})`;
}

const axes = (() => {
    const NICE_SECONDS = [
        1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600,
        900, 1800, 3600, 7200, 14400, 43200, 86400,
    ];

    const SCALES = {
        bytes: { show: format.bytes, step: binaryStep },
        rate: { show: (v) => format.bytes(v) + (format.known(v) ? "/s" : ""), step: binaryStep },
        count: { show: format.count, step: decimalStep },
        percent: {
            show: format.percent,
            step: decimalStep,
            tick: (value) => format.count(value) + "%",
        },
    };

    /* 1, 2, 5, 10... */
    function decimalStep(least) {
        const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
        return [1, 2, 5, 10].find((each) => each * power >= least) * power;
    }

    /* 1, 2, 5 ... 50, 128, 256, 512 of the unit that fits, so that four of the last make the next. */
    function binaryStep(least) {
        const unit = 1024 ** Math.floor(Math.log(Math.max(least, 1)) / Math.log(1024));
        return (
            [1, 2, 5, 10, 20, 50, 128, 256, 512, 1024].find((each) => each * unit >= least) * unit
        );
    }

    function timeStep(seconds) {
        return NICE_SECONDS.find((each) => each >= seconds) || Math.ceil(seconds / 86400) * 86400;
    }

    /* The time of a tick; STEP, in seconds, is the distance to the next. */
    function showTime(ns, step) {
        if (step >= 60) {
            return ns === 0 ? "0" : format.duration(ns);
        }
        if (step < 0.1) {
            return (ns / 1e6).toFixed(0) + "\u00a0ms";
        }
        return (ns / 1e9).toFixed(step >= 1 ? 0 : 1) + "\u00a0s";
    }

    /* The points that are drawn: all of them, or for each two pixels the one where WEIGHT is largest. */
    function choosePoints(times, weight, width) {
        const most = Math.max(2, Math.floor(width / 2));
        if (times.length <= most) {
            return times.map((_, index) => index);
        }
        const chosen = [0];
        for (let bucket = 0; bucket < most; bucket++) {
            let best = Math.floor((bucket * times.length) / most);
            for (let i = best + 1; i < Math.floor(((bucket + 1) * times.length) / most); i++) {
                if ((weight[i] || 0) > (weight[best] || 0)) {
                    best = i;
                }
            }
            if (best > chosen[chosen.length - 1]) {
                chosen.push(best);
            }
        }
        if (chosen[chosen.length - 1] !== times.length - 1) {
            chosen.push(times.length - 1);
        }
        return chosen;
    }

    return { SCALES, timeStep, showTime, choosePoints };
})();
