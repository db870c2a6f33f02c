// The sections of the page.

import { el } from "./dom.js";
import { ago, ahead, last, mean, rate, took } from "./format.js";
import { none, rates, times } from "./spark.js";
import { breaker, chip, clock, credential, entryName, outOf, routeName } from "./state.js";

// mostRoutes is how many are shown at once: the filter finds the others.
const mostRoutes = 50;

export function overview(recent, now) {
  const calls = recent.calls, minute = 12;
  const all = mean(calls.rate, minute), failing = mean(calls.failures, minute);
  const share = all > 0 ? 100 * failing / all : 0;
  return [
    figure("Calls", rate(all), "of the last minute", rates(calls, 48)),
    figure("Failed", share === 0 ? "0 %" : `${share.toFixed(share < 1 ? 2 : 1)} %`, "without what callers have to correct", null, share > 1 ? "bad" : ""),
    figure("p95", took(last(calls.p95_seconds)), `p50 ${took(last(calls.p50_seconds))}`, times(calls, 48)),
    el("div", { class: "figure reasons" }, el("h3", {}, "Why calls failed, five minutes"), errorList(calls.errors, now, 5)),
  ];
}

function figure(name, value, note, drawing, level = "") {
  return el("div", { class: "figure" },
    el("h3", {}, name), el("p", { class: `value ${level}` }, value), el("p", { class: "quiet" }, note), drawing);
}

function errorList(errors, now, most) {
  if (errors.length === 0) return el("p", { class: "quiet" }, "no errors");
  return el("ul", { class: "errors" }, errors.slice(0, most).map((e) =>
    el("li", {}, `${e.count.toLocaleString("en")} × `, el("code", {}, e.reason), el("span", { class: "quiet" }, ` ${ago(e.last, now)} ago`))),
  errors.length > most ? el("li", { class: "quiet" }, `and ${errors.length - most} more reasons`) : null);
}

export function attentionList(found, status) {
  if (found.length === 0) return el("p", { class: "notice ok" }, chip("ok", "Nothing is held against any vendor, and every target is in service."));
  return el("ul", { class: "attention" }, found.slice(0, mostRoutes).map((f) => el("li", { class: f.level },
    chip(f.level, f.where), el("span", {}, f.text),
    f.entry ? el("button", { type: "button", "data-put-back": "", "data-account": f.entry.account ?? "", "data-product": f.entry.product ?? "" }, "Put back", el("span", { class: "unseen" }, ` ${entryName(f.entry)}`)) : null)),
  found.length > mostRoutes ? el("li", { class: "quiet" }, `and ${found.length - mostRoutes} more`) : null);
}

export function routes(status, recent, now, filter) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (route) => [route.flow, route.scenario, ...(route.callers ?? []), ...route.targets.flatMap((t) => [t.account, t.product])].join(" ").toLowerCase();
  const matching = words.length === 0 ? status.routes : status.routes.filter((route) => words.every((word) => text(route).includes(word)));
  const shown = matching.slice(0, mostRoutes).map((route) => oneRoute(status, route, recent, now));
  const left = matching.length - shown.length;
  return [...shown,
    matching.length === 0 ? el("p", { class: "quiet" }, "No route matches the filter.") : null,
    left > 0 ? el("p", { class: "quiet" }, `${left.toLocaleString("en")} more routes: filter for them.`) : null];
}

function oneRoute(status, route, recent, now) {
  const total = route.targets.reduce((sum, t) => sum + (t.out_of_service ? 0 : t.weight ?? 0), 0);
  const notes = [route.order === "weighted" ? "by weight" : "in order", `${route.max_attempts} attempts`];
  if (route.after_ambiguous === "stop") notes.push("stops after an ambiguous one");
  if (route.callers?.length) notes.push(`for ${route.callers.join(", ")}`);
  return el("article", { class: "route", "data-key": `${route.flow}/${route.scenario}/${(route.callers ?? []).join()}` },
    el("h3", {}, el("span", {}, route.flow), route.scenario ? el("span", { class: "scenario" }, route.scenario) : null,
      el("span", { class: "quiet" }, notes.join(", "))),
    el("table", {},
      el("colgroup", {}, ["target", "state", "drawing", "drawing", "last", "act"].map((kind) => el("col", { class: kind }))),
      el("thead", {}, el("tr", {}, ["Target", "Breaker", "Attempts", "Latency, p95", "Last errors", "Service"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, route.targets.map((t) => oneTarget(status, route, t, recent, now, total)))));
}

function oneTarget(status, route, target, recent, now, total) {
  const series = recent.targets.find((t) => t.account === target.account && t.product === target.product) ?? none();
  const entry = outOf(status, target.account, target.product), b = breaker(target, now);
  const facts = [target.region];
  if (route.order === "weighted" && total > 0 && !target.out_of_service) facts.push(`${(100 * (target.weight ?? 0) / total).toFixed(0)} %`);
  const state = target.out_of_service
    ? [chip("off", "out of service"), el("span", { class: "why" }, target.out_of_service),
      el("span", { class: "quiet" }, entry ? `${ahead(entry.until, now)} more${entry.by ? `, by ${entry.by}` : ""}` : "by the configuration")]
    : [chip(b.level, b.text, b.title)];
  return el("tr", { class: target.out_of_service ? "out" : b.level },
    el("th", { scope: "row", "data-name": "Target" },
      el("span", { class: "position" }, `${target.position}`), el("span", { class: "name" }, target.account),
      el("span", { class: "product" }, target.product, el("span", { class: "quiet" }, facts.filter(Boolean).map((f) => ` · ${f}`).join("")))),
    el("td", { "data-name": "Breaker" }, state),
    el("td", { "data-name": "Attempts" }, el("div", { class: "drawn" }, el("span", { class: "number" }, rate(mean(series.rate, 12))), rates(series))),
    el("td", { "data-name": "Latency, p95" }, el("div", { class: "drawn" }, el("span", { class: "number" }, took(last(series.p95_seconds))), times(series))),
    el("td", { "data-name": "Last errors" }, errorList(series.errors, now, 2)),
    el("td", { class: "act" }, action(target, entry)));
}

function action(target, entry) {
  const about = { type: "button", "data-account": target.account, "data-product": target.product };
  if (entry) {
    return el("button", { type: "button", "data-put-back": "", "data-account": entry.account ?? "", "data-product": entry.product ?? "" },
      "Put back", el("span", { class: "unseen" }, ` ${entryName(entry)}`));
  }
  if (target.out_of_service) return null; // the configuration alone puts it back
  return el("button", { ...about, "data-take-out": "" }, "Take out…", el("span", { class: "unseen" }, ` ${target.account} / ${target.product}`));
}

export function accounts(status, now) {
  return el("table", {},
    el("thead", {}, el("tr", {}, ["Account", "In flight", "Clock", "Credentials"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, status.accounts.map((a) => el("tr", { "data-key": a.account },
      el("th", { scope: "row", "data-name": "Account" }, el("span", { class: "name" }, a.account),
        el("span", { class: "product" }, a.provider, el("span", { class: "quiet" }, a.region ? ` · ${a.region}` : ""))),
      el("td", { "data-name": "In flight" }, inFlight(a, now)),
      el("td", { "data-name": "Clock" }, chip(clock(a).level, clock(a).text)),
      el("td", { "data-name": "Credentials" }, el("ul", { class: "chips" }, a.credentials.map((c) => {
        const k = credential(c, now);
        return el("li", {}, chip(k.level, `${c.name}: ${k.text}`), k.refused.map((r) => el("span", { class: "why" }, r)));
      })))))));
}

function inFlight(a, now) {
  const share = Math.min(1, a.in_flight / a.limit);
  const notes = [];
  if (a.limit < a.max_in_flight) notes.push(`learnt; ${a.max_in_flight.toLocaleString("en")} configured`);
  if (a.share) notes.push(`${(100 * a.share).toFixed(0)} % of attempts begin`);
  if (a.rate_limit) notes.push(`${a.rate_limit.toFixed(1)}/s at most`);
  if (a.vendor_limit) {
    notes.push(`all replicas: ${[a.vendor_limit.concurrency && `${a.vendor_limit.concurrency} at once`, a.vendor_limit.per_second && `${a.vendor_limit.per_second}/s`].filter(Boolean).join(", ")}`);
  }
  if (a.rest_until && Date.parse(a.rest_until) > now) notes.push(`rests for ${ahead(a.rest_until, now)}`);
  return [
    el("span", { class: "number" }, `${a.in_flight.toLocaleString("en")} of ${a.limit.toLocaleString("en")}`),
    el("meter", { min: 0, max: 1, high: 0.8, optimum: 0, value: share.toFixed(3) }, `${Math.round(100 * share)} %`),
    notes.map((n) => el("span", { class: "quiet line" }, n)),
  ];
}

export function callers(status) {
  const list = (name, values) => values?.length ? el("span", { class: "quiet line" }, `${name}: ${values.join(", ")}`) : null;
  const of = (value, most) => most ? `${value.toLocaleString("en")} of ${most.toLocaleString("en")}` : value.toLocaleString("en");
  return el("table", {},
    el("thead", {}, el("tr", {}, ["Caller", "In flight", "Rate", "Keys", "May use"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, (status.callers ?? []).map((c) => el("tr", { "data-key": c.name },
      el("th", { scope: "row", "data-name": "Caller" }, el("span", { class: "name" }, c.name), c.admin ? el("span", { class: "product" }, "admin") : null),
      el("td", { "data-name": "In flight" }, of(c.calls_in_flight, c.max_calls)),
      el("td", { "data-name": "Rate" }, c.rate ? `${c.rate.per_second}/s${c.rate.left === undefined ? "" : `, ${Math.floor(c.rate.left)} left`}` : "any"),
      el("td", { "data-name": "Keys" }, c.idempotency_keys ? of(c.idempotency_keys.held, c.idempotency_keys.max) : "any"),
      el("td", { "data-name": "May use" }, mayUse(c, list))))));
}

function mayUse(c, list) {
  const lists = [list("flows", c.flows), list("scenarios", c.scenarios?.map((s) => s || "the default")), list("products", c.products), list("regions", c.regions), list("callback hosts", c.callback_hosts)].filter(Boolean);
  return lists.length > 0 ? lists : "everything";
}
