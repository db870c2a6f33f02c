// "gateway plan" for the configuration that is running, as a form.

import { ask, el, show } from "./dom.js";
import { breaker, chip } from "./state.js";

const at = (id) => document.getElementById(id);
const form = () => at("plan");
const unique = (values) => [...new Set(values.filter(Boolean))].sort();

let offered = "";

// offerPlan offers what the configuration has. It keeps what somebody is choosing.
export function offerPlan(status) {
  const flows = unique(status.routes.map((route) => route.flow));
  const names = JSON.stringify([flows, status.callers?.map((c) => c.name), status.routes.map((route) => [route.flow, route.scenario, route.targets.map((t) => [t.account, t.product])])]);
  if (names === offered) return;
  offered = names;
  const before = form().elements.flow.value;
  show(form().elements.flow, flows.map((flow) => el("option", { value: flow }, flow)));
  if (flows.includes(before)) form().elements.flow.value = before;
  at("plan-caller").hidden = !status.callers?.length;
  show(form().elements.caller, el("option", { value: "" }, "nobody in particular"), (status.callers ?? []).map((c) => el("option", { value: c.name }, c.name)));
  offerProducts(status);
}

function offerProducts(status) {
  const routes = status.routes.filter((route) => route.flow === form().elements.flow.value);
  const box = (name, checked) => (value) => el("label", { "data-key": value }, el("input", { type: "checkbox", name, value, checked }), ` ${value}`);
  show(at("plan-products"), unique(routes.flatMap((route) => route.targets.map((t) => t.product))).map(box("acceptedProducts", true)));
  const regions = unique(routes.flatMap((route) => route.targets.map((t) => t.region)));
  at("plan-regions-set").hidden = regions.length < 2;
  show(at("plan-regions"), regions.map(box("regions", false)));
  show(at("scenarios"), unique(routes.map((route) => route.scenario)).map((value) => el("option", { value })));
}

// listenToPlan has the form work. latest returns what is shown.
export function listenToPlan(latest) {
  form().elements.flow.addEventListener("change", () => offerProducts(latest().status));
  form().addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form());
    const caller = data.get("caller") || "";
    try {
      const plan = await ask(`/plan?${new URLSearchParams({ caller })}`, "POST", { request: requestOf(data), with: withOf(data) });
      show(at("plan-result"), result(plan, latest()));
    } catch (error) {
      show(at("plan-result"), el("p", { class: "notice bad" }, error.message));
    }
  });
}

const withOf = (data) => [...data.getAll("with"), ...Array(Math.min(3, Number(data.get("photos")))).fill("photo")];

function requestOf(data) {
  const request = { flow: `FLOW_${data.get("flow").toUpperCase()}`, scenario: data.get("scenario"), acceptedProducts: data.getAll("acceptedProducts"), regions: data.getAll("regions") };
  if (data.get("detection")) request.detection = data.get("detection");
  if (data.get("tokenLifetime")) request.tokenLifetime = `${60 * Number(data.get("tokenLifetime"))}s`;
  const capture = {};
  for (const name of ["maxUploads", "flashColors"]) if (data.get(name)) capture[name] = Number(data.get(name));
  for (const name of ["screenReplayCheck", "faceOcclusionCheck", "reportMultipleFaces"]) if (data.get(name)) capture[name] = true;
  if (data.get("language")) capture.language = data.get("language");
  if (Object.keys(capture).length > 0) request.capture = capture;
  const comparison = {};
  if (data.get("detectRotatedFaces")) comparison.detectRotatedFaces = true;
  if (data.get("optional")) comparison.optional = true;
  if (data.get("useLargest")) comparison.multipleFaces = "MULTIPLE_FACES_USE_LARGEST";
  if (Object.keys(comparison).length > 0) request.comparison = comparison;
  return request;
}

const orders = {
  position: "in this order", subject_id: "each user always begins with the same one, as many as the share says",
  idempotency_key: "each key always begins with the same one", random: "each call begins with any, as many as the share says",
};

function result(plan, { status, now }) {
  const live = (t) => {
    const route = status.routes.find((r) => plan.route && r.flow === plan.route.flow && r.scenario === plan.route.scenario && String(r.callers ?? "") === String(plan.route.callers ?? ""));
    const target = route?.targets.find((other) => other.position === t.position);
    if (!target) return null;
    const b = breaker(target, now);
    return b.level === "ok" ? chip("ok", "may be tried now") : chip(b.level, `breaker ${b.text}`);
  };
  return [
    plan.failure ? el("div", { class: "notice bad" }, el("p", {}, "A caller gets ", el("code", {}, plan.failure.reason), `, HTTP ${plan.failure.http_status}`, plan.failure.message ? `: ${plan.failure.message}` : ""), violations(plan.failure.violations)) : null,
    plan.targets?.length ? el("h3", {}, "Would be tried") : null,
    plan.targets?.length ? el("p", { class: "quiet" }, `${orders[plan.ordered_by] ?? ""}, at most ${plan.route.max_attempts} attempts`) : null,
    plan.targets?.length ? el("ol", { class: "targets" }, plan.targets.map((t) => el("li", {}, targetName(t), t.share ? el("span", { class: "number" }, ` ${(100 * t.share).toFixed(1)} % `) : " ", t.without_comparison ? "without the comparison " : null, live(t)))) : null,
    plan.not_eligible?.length ? el("h3", {}, "Would not") : null,
    plan.not_eligible?.length ? el("ul", { class: "targets" }, plan.not_eligible.map((t) => el("li", {}, targetName(t),
      t.out_of_service ? el("span", { class: "why" }, `out of service: ${t.out_of_service}`) : null, violations(t.violations)))) : null,
  ];
}

const targetName = (t) => el("span", { class: "name" }, `${t.account} / ${t.product}`);

function violations(all) {
  return all?.length ? el("ul", { class: "violations" }, all.map((v) => el("li", {}, el("code", {}, v.field || "request"), ` ${v.description}`))) : null;
}
