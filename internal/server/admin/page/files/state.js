// What the states of the gateway mean for a reader.

import { el } from "./dom.js";
import { ahead, ago } from "./format.js";

const marks = { ok: "●", warn: "▲", bad: "■", off: "○" };

// chip is a state: its mark tells it without colour.
export const chip = (level, text, title = null) =>
  el("span", { class: `chip ${level}`, title }, el("span", { class: "mark", "aria-hidden": "true" }, marks[level]), ` ${text}`);

const breakers = {
  closed: ["ok", "closed"], half_open: ["warn", "half open"], open: ["bad", "open"],
};

// breaker tells of the worse of a target's two.
export function breaker(target, now) {
  const order = ["closed", "half_open", "open"];
  const [own, product] = [target.breaker, target.product_breaker];
  const worse = order.indexOf(own.state) > order.indexOf(product.state) ? own : product;
  const [level, text] = breakers[worse.state];
  const whose = worse.state === "closed" ? "" : worse === own ? " of its parameters" : " of the product";
  const until = worse.until ? `, probe in ${ahead(worse.until, now)}` : worse.state === "open" ? ", the next call is a probe" : "";
  return { level, text: text + until, title: `breaker${whose}` };
}

const ejections = { ok: ["ok", "usable"], probing: ["warn", "probing"], ejected: ["bad", "ejected"] };

// credential tells of a credential, and of the products that refuse it.
export function credential(c, now) {
  let [level, text] = ejections[c.state];
  if (c.rotation === "untried") [level, text] = ["warn", "new, not tried yet"];
  if (c.rotation === "rejected") [level, text] = ["bad", "new, refused"];
  if (c.rotation === "replaced") text = "serves until the new one does";
  if (c.until) text += `, probe in ${ahead(c.until, now)}`;
  const refused = Object.entries(c.products).filter(([, e]) => e.state !== "ok");
  if (refused.length > 0 && level === "ok") level = "warn";
  return { level, text, refused: refused.map(([product, e]) => `${product} ${ejections[e.state][1]}${e.until ? `, probe in ${ahead(e.until, now)}` : ""}`) };
}

// clock tells how far a vendor's clock is ahead; a second is what its answers can tell.
export function clock(account) {
  const offset = account.clock_offset_seconds;
  if (Math.abs(offset) < 1) return { level: "ok", text: "in step" };
  return { level: Math.abs(offset) < 30 ? "warn" : "bad", text: `${Math.abs(offset).toFixed(1)} s ${offset > 0 ? "ahead" : "behind"}` };
}

// outOf returns the operators' entry that has a target out of service, null if none has.
export function outOf(status, account, product) {
  return (status.out_of_service ?? []).find((e) => (!e.account || e.account === account) && (!e.product || e.product === product)) ?? null;
}

// attention is what somebody should look at, the worst first.
export function attention(status, recent, now) {
  const found = [];
  const add = (level, where, text) => found.push({ level, where, text });
  if (status.configuration?.refused) add("bad", "configuration", `a changed file is refused, the one before it goes on: ${status.configuration.refused.error ?? "see the log"}`);
  const told = new Set();
  for (const target of status.routes.flatMap((route) => route.targets)) {
    const name = `${target.account} / ${target.product}`, b = breaker(target, now);
    if (b.level !== "ok" && !told.has(name + b.title)) add(b.level, name, `${b.title}: ${b.text}${errorOf(recent, target, now)}`);
    told.add(name + b.title);
  }
  for (const route of status.routes) {
    const usable = route.targets.filter((t) => !t.out_of_service && breaker(t, now).level !== "bad");
    if (usable.length === 0) add("bad", routeName(route), "no target is left");
    else if (usable.length === 1 && route.targets.length > 1) add("warn", routeName(route), `only ${usable[0].account} / ${usable[0].product} is left`);
  }
  for (const account of status.accounts) {
    const usable = account.credentials.some((c) => c.state === "ok" && c.rotation !== "untried");
    for (const c of account.credentials) {
      const k = credential(c, now);
      if (k.level !== "ok") add(usable ? "warn" : k.level, `${account.account} / ${c.name}`, [`credential ${k.text}${usable ? ", others serve" : ", no other is left"}`, ...k.refused].join("; "));
    }
    const t = clock(account);
    if (t.level !== "ok") add(t.level, account.account, `the vendor’s clock is ${t.text} of ours; signatures are made with its time`);
    if (account.limit < account.max_in_flight) add("warn", account.account, `the vendor lets ${account.limit} be in flight, of ${account.max_in_flight}`);
    if (account.rate_limit) add("warn", account.account, `the vendor lets ${account.rate_limit.toFixed(1)} a second begin`);
    if (account.rest_until && Date.parse(account.rest_until) > now) add("warn", account.account, `the vendor asked to be left alone for ${ahead(account.rest_until, now)}`);
  }
  for (const e of status.out_of_service ?? []) {
    found.push({ level: "off", where: entryName(e), text: `out of service for ${ahead(e.until, now)} more: ${e.reason}${e.by ? `, by ${e.by}` : ""}`, entry: e });
  }
  const rank = { bad: 0, warn: 1, off: 2 };
  return found.sort((a, b) => rank[a.level] - rank[b.level]);
}

function errorOf(recent, target, now) {
  const errors = recent.targets.find((t) => t.account === target.account && t.product === target.product)?.errors ?? [];
  return errors.length > 0 ? `; ${errors[0].reason} ${ago(errors[0].last, now)} ago` : "";
}

export const routeName = (route) => route.flow + (route.scenario ? ` · ${route.scenario}` : "");

export const entryName = (e) => [e.account || "every account", e.product].filter(Boolean).join(" / ");
