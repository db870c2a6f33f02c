// The page asks the gateway every two seconds, and shows what it answers.

import { ask, el, show } from "./dom.js";
import { ago, mean, rate, last, took } from "./format.js";
import { accounts, callers, overview, routes, attentionList } from "./sections.js";
import { attention } from "./state.js";
import { listenToPlan, offerPlan } from "./plan.js";
import { listenToTakeOut } from "./takeout.js";

const every = 2000;
const at = (id) => document.getElementById(id);

const latest = { status: null, recent: null, now: 0, failed: "", since: 0 };

async function refresh() {
  const began = performance.now();
  try {
    const [status, recent] = await Promise.all([ask("/routes"), ask("/recent")]);
    Object.assign(latest, { status, recent, now: Date.parse(recent.time), failed: "", since: performance.now() });
    render();
  } catch (error) {
    latest.failed = error.message;
  }
  freshness();
  // A page that is long to answer is not asked for more than a tenth of the time.
  setTimeout(whenSeen, Math.max(every, 10 * (performance.now() - began)));
}

// whenSeen waits while nobody looks.
function whenSeen() {
  if (document.hidden) {
    document.addEventListener("visibilitychange", whenSeen, { once: true });
    return;
  }
  refresh();
}

// now is the gateway's clock, to which all times are compared.
const now = () => latest.now + performance.now() - latest.since;

function render() {
  const { status, recent } = latest;
  show(at("about"), about(status));
  show(at("overview"), overview(recent, now()));
  show(at("attention-list"), attentionList(attention(status, recent, now()), status));
  show(at("routes"), routes(status, recent, now(), at("filter").value));
  show(at("accounts"), accounts(status, now()));
  at("callers-section").hidden = !status.callers?.length;
  show(at("callers"), callers(status));
  offerPlan(status);
  document.title = `${rate(mean(recent.calls.rate, 12))} · p95 ${took(last(recent.calls.p95_seconds))} · Liveness Gateway`;
  document.body.dataset.ready = "true";
}

function about(status) {
  const parts = [];
  if (status.version) parts.push(`version ${status.version}`);
  const running = status.configuration?.running;
  if (running) parts.push(`configuration ${running.sha256.slice(0, 8)}, for ${ago(running.time, now())}`);
  return el("span", {}, parts.join(" · "));
}

function freshness() {
  const stale = latest.failed !== "";
  at("freshness").className = stale ? "bad" : "ok";
  const text = !stale ? "live" : latest.status ? `no answer for ${Math.round((performance.now() - latest.since) / 1000)} s: ${latest.failed}` : latest.failed;
  if (at("freshness").textContent !== text) at("freshness").textContent = text;
  document.body.classList.toggle("stale", stale);
}

at("filter").addEventListener("input", () => latest.status && render());
listenToTakeOut(() => latest, refreshSoon);
listenToPlan(() => latest);
refresh();

// refreshSoon shows a change that was just made.
async function refreshSoon() {
  latest.status = await ask("/routes");
  render();
}
