// Elements are made of data, never of markup: what the gateway tells is text.

const svgElements = new Set(["svg", "path", "rect", "line", "title"]);

// el makes an element with attributes and children; what is null or false is left out.
export function el(name, attributes = {}, ...children) {
  const element = svgElements.has(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// show makes the children of an element those that are given. What is the same stays, so that
// focus, selections and open details do.
export function show(parent, ...children) {
  const wanted = el("div", {}, ...children);
  morphChildren(parent, wanted);
}

function morphChildren(old, wanted) {
  const next = [...wanted.childNodes];
  next.forEach((node, i) => {
    const at = old.childNodes[i];
    if (!at) {
      old.append(node);
    } else if (at.nodeName !== node.nodeName || at.nodeType === Node.ELEMENT_NODE && at.dataset?.key !== node.dataset?.key) {
      old.replaceChild(node, at);
    } else if (at.nodeType === Node.TEXT_NODE) {
      if (at.data !== node.data) at.data = node.data;
    } else {
      morphAttributes(at, node);
      morphChildren(at, node);
    }
  });
  while (old.childNodes.length > next.length) {
    old.lastChild.remove();
  }
}

function morphAttributes(old, wanted) {
  for (const { name } of [...old.attributes]) {
    if (!wanted.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// ask sends a request to the gateway and returns its JSON; the error says what it answered.
export async function ask(path, method = "GET", body = undefined) {
  const answer = await fetch(path, {
    method, body: body && JSON.stringify(body), headers: body && { "Content-Type": "application/json" },
    cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error((await answer.text()).trim() || `status ${answer.status}`);
  return answer.json();
}
