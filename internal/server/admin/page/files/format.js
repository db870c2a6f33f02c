// What numbers and times look like.

// rate is "1,240/s", "12.4/s" or "0.2/s".
export function rate(perSecond) {
  if (perSecond === 0) return "0/s";
  if (perSecond < 0.05) return "<0.1/s";
  const digits = perSecond >= 100 ? 0 : 1;
  return `${perSecond.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })}/s`;
}

// took is "35 ms" or "1.2 s"; "–" where there is nothing.
export function took(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 0.01) return `${(seconds * 1000).toFixed(1)} ms`;
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
}

// span is "4 s", "12 min" or "3 h 5 min".
export function span(seconds) {
  seconds = Math.max(0, Math.round(seconds));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// ahead is how long it is until then by the gateway's clock.
export const ahead = (until, now) => span((Date.parse(until) - now) / 1000);

// ago is how long it is since then by the gateway's clock.
export const ago = (then, now) => span((now - Date.parse(then)) / 1000);

// last returns the newest value of a series that is not null, of the last minute.
export function last(series) {
  for (let i = series.length - 1; i >= series.length - 12; i--) {
    if (series[i] !== null) return series[i];
  }
  return null;
}

// mean is that of the newest values.
export const mean = (series, points) => series.slice(-points).reduce((sum, value) => sum + value, 0) / points;
