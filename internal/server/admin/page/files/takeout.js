// Taking something out of service, and putting it back.

import { ask, el, show } from "./dom.js";
import { routeName } from "./state.js";

const at = (id) => document.getElementById(id);

const scopes = {
  this_replica: "On this replica alone, until it ends: take it out on the others too.",
  this_replica_until_redis_answers: "On this replica alone for now: the others are told once Redis answers.",
};

// listenToTakeOut has the buttons work. latest returns what is shown, changed shows a change.
export function listenToTakeOut(latest, changed) {
  const dialog = at("take-out"), form = at("take-out-form");
  let opener = null;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-take-out], button[data-put-back]");
    if (!button) return;
    if ("takeOut" in button.dataset) {
      opener = button;
      open(button.dataset);
      return;
    }
    button.disabled = true;
    const { account, product } = button.dataset;
    await tell(ask(`/out-of-service?${new URLSearchParams({ account, product })}`, "DELETE"));
    button.disabled = false;
    await changed();
  });
  form.addEventListener("input", () => warn(latest().status));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { account, product } = chosen();
    const data = new FormData(form);
    try {
      const answer = await ask("/out-of-service", "POST", { account, product, minutes: Number(data.get("minutes")), reason: data.get("reason").trim() });
      dialog.close();
      announce(scopes[answer.scope] ?? "");
      await changed();
    } catch (error) {
      show(at("take-out-error"), error.message);
    }
  });
  at("take-out-cancel").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => opener?.isConnected && opener.focus());

  function open({ account, product }) {
    const choice = (value, text, checked) => el("label", {}, el("input", { type: "radio", name: "scope", value: JSON.stringify(value), checked }), ` ${text}`);
    at("take-out-scope").replaceChildren(el("legend", {}, "What"),
      choice({ account, product }, `${product} on ${account}`, true),
      choice({ account, product: "" }, `all of ${account}`, false),
      choice({ account: "", product }, `${product} on every account`, false));
    form.elements.reason.value = "";
    show(at("take-out-error"));
    warn(latest().status);
    dialog.showModal();
    form.elements.reason.focus();
  }

  function chosen() {
    return JSON.parse(form.elements.scope.value);
  }

  // warn names the routes that would have no target left.
  function warn(status) {
    const { account, product } = chosen();
    const covered = (t) => (!account || t.account === account) && (!product || t.product === product);
    const empty = status.routes.filter((route) => route.targets.some(covered) && route.targets.every((t) => t.out_of_service || covered(t)));
    show(at("take-out-warning"), empty.length > 0 ? el("span", { class: "bad" }, `Nothing would serve ${empty.slice(0, 5).map(routeName).join(", ")}${empty.length > 5 ? " and more" : ""}: those calls would fail with NO_TARGET_AVAILABLE.`) : null);
  }
}

async function tell(asked) {
  try {
    const answer = await asked;
    announce(answer.scope === "all_replicas" ? "" : scopes[answer.scope]);
  } catch (error) {
    announce(error.message);
  }
}

// announce says something above the list until the next change.
function announce(text) {
  at("attention").querySelector(".announced")?.remove();
  if (text) at("attention-list").before(el("p", { class: "notice warn announced", role: "status" }, text));
}
