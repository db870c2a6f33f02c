// Sparklines: one point is five seconds, the newest at the right.

import { el } from "./dom.js";
import { mean, rate, took, last } from "./format.js";

const width = 240;

// rates draws all of a second as bars: what was issued, what callers have to correct, what failed.
export function rates(series, height = 28) {
  const most = Math.max(...series.rate, 0.2);
  const step = width / series.rate.length;
  const bars = [];
  series.rate.forEach((all, i) => {
    const failed = series.failures[i], callers = series.callers_faults[i];
    let y = height;
    for (const [value, kind] of [[all - failed - callers, "ok"], [callers, "caller"], [failed, "bad"]]) {
      const tall = value / most * (height - 1);
      if (tall <= 0) continue;
      const drawn = Math.max(tall, 1);
      y -= drawn;
      bars.push(el("rect", { class: kind, x: (i * step).toFixed(1), y: y.toFixed(1), width: (step - 1).toFixed(1), height: drawn.toFixed(1) }));
    }
  });
  const failing = mean(series.failures, 12);
  return drawing("rates", height, `Last minute ${rate(mean(series.rate, 12))}, of which failed ${rate(failing)}`, bars);
}

// times draws p50 and p95.
export function times(series, height = 28) {
  const most = Math.max(...series.p95_seconds.map((value) => value ?? 0), 0.001);
  const line = (values, kind) => el("path", { class: kind, d: path(values, most, height) });
  return drawing("times", height, `p50 ${took(last(series.p50_seconds))}, p95 ${took(last(series.p95_seconds))}`,
    [line(series.p95_seconds, "p95"), line(series.p50_seconds, "p50")]);
}

// path leaves gaps where there is nothing; a lone point is a short dash.
function path(values, most, height) {
  const step = width / values.length;
  let drawn = "", open = false;
  values.forEach((value, i) => {
    if (value === null) {
      open = false;
      return;
    }
    const x = i * step + step / 2, y = height - 1 - value / most * (height - 3);
    drawn += open ? `L${x.toFixed(1)} ${y.toFixed(1)}` : `M${(x - 1).toFixed(1)} ${y.toFixed(1)}h2`;
    open = true;
  });
  return drawn;
}

function drawing(kind, height, says, marks) {
  return el("svg", { class: `spark ${kind}`, viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": says },
    el("line", { class: "base", x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 }), marks);
}

// none is the series of what was not used.
export function none() {
  const zeros = Array(60).fill(0), gaps = Array(60).fill(null);
  return { rate: zeros, failures: zeros, callers_faults: zeros, p50_seconds: gaps, p95_seconds: gaps, errors: [] };
}
