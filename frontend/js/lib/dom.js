// Building elements without markup in strings: text stays text.
const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const sprite = () => document.querySelector(".icon use")?.getAttribute("href")?.split("#")[0] ?? "/static/dist/icons.svg";

export function icon(name, css = "") {
  return s("svg", { class: `icon ${css}`, "aria-hidden": "true" }, s("use", { href: `${sprite()}#${name}` }));
}

export const csrf = () => {
  const headers = document.body.getAttribute("hx-headers");
  return headers ? JSON.parse(headers)["X-CSRFToken"] : (document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
};

export function debounce(run, wait) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...values), wait);
  };
}

// At most once in `wait`, never losing the last call.
export function throttle(run, wait) {
  let timer = null;
  let again = false;
  const go = () => {
    again = false;
    run();
    timer = setTimeout(() => {
      timer = null;
      if (again) go();
    }, wait);
  };
  return () => {
    if (timer) again = true;
    else go();
  };
}

export function jsonOf(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse((element.content ?? element).textContent) : null;
}

// For the few places that must build markup as text (chart tooltips).
export const escape = (text) => String(text).replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]);
