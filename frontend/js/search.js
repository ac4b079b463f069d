// The search dialog: opened by `/` or Ctrl-K, driven by arrows and Enter; results are a fragment of the server.
import { register } from "./lib/activate.js";

const dialog = document.getElementById("search");
const results = document.getElementById("search-results");
const input = dialog?.querySelector("input[type=search]");

function open() {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  input.select();
}

const options = () => [...results.querySelectorAll("a.result, a[role=option]")];
const chosen = () => results.querySelector('[aria-selected="true"]');

function choose(step) {
  const all = options();
  if (!all.length) return;
  const next = all[(all.indexOf(chosen()) + step + all.length) % all.length];
  for (const one of all) one.setAttribute("aria-selected", String(one === next));
  next.id ||= `result-${all.indexOf(next)}`;
  input.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

input?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    choose(event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
  } else if (event.key === "Escape") {
    // A search field would only empty itself at the first press.
    dialog.close();
    event.preventDefault();
  } else if (event.key === "Enter" && chosen()) {
    location.assign(chosen().href);
    event.preventDefault();
  }
});
results?.addEventListener("htmx:afterSwap", () => {
  for (const one of options()) one.setAttribute("role", "option");
  choose(1);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") || (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey)) {
    event.preventDefault();
    open();
  }
});
register("[data-search]", (button) => button.addEventListener("click", open));
