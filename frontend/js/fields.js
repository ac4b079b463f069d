// Form helpers: fields that depend on others, ranges that show their value, checklists, a busy submit button.
import { register } from "./lib/activate.js";

function valuesOf(form, name) {
  const found = [...form.elements].filter((each) => each.name === name);
  return found.filter((each) => !["checkbox", "radio"].includes(each.type) || each.checked).flatMap((each) => {
    if (each.type === "checkbox" && !each.hasAttribute("value")) return ["true"];
    return each.multiple ? [...each.selectedOptions].map((option) => option.value) : [each.value];
  });
}

// data-when-field="activation" data-when-value="relu|tanh" (`*`: anything but empty; a leading `!`: any other).
register("[data-when-field]", (element) => {
  const form = element.closest("form");
  if (!form) return undefined;
  const rule = element.dataset.whenValue ?? "*";
  const wanted = rule.replace(/^!/, "").split("|");
  const check = () => {
    const have = valuesOf(form, element.dataset.whenField);
    const hit = rule === "*" ? have.some(Boolean) : have.some((value) => wanted.includes(value)) !== rule.startsWith("!");
    element.hidden = !hit;
    // What is hidden is not sent.
    for (const control of element.matches("fieldset") ? [element] : element.querySelectorAll("input, select, textarea")) control.disabled = !hit;
  };
  check();
  form.addEventListener("change", check);
  form.addEventListener("reset", () => setTimeout(check));
  return () => form.removeEventListener("change", check);
});

register("[data-range-output]", (output) => {
  const range = output.parentElement.querySelector("input[type=range]");
  const show = () => (output.value = range.value);
  range?.addEventListener("input", show);
  if (range) show();
});

register("[data-checklist]", (list) => {
  const items = [...list.querySelectorAll("label")];
  const visible = () => items.filter((item) => !item.hidden).map((item) => item.querySelector("input")).filter((box) => !box.disabled);
  const set = (checked) => {
    for (const box of visible()) box.checked = checked;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };
  list.querySelector("[data-checklist-all]")?.addEventListener("click", () => set(true));
  list.querySelector("[data-checklist-none]")?.addEventListener("click", () => set(false));
  list.querySelector("[data-checklist-filter]")?.addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const item of items) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  const button = event.submitter;
  if (!button || event.target.matches("[hx-post], [hx-get], [hx-put], [hx-delete]")) return;
  setTimeout(() => {
    button.setAttribute("aria-disabled", "true");
    button.classList.add("is-busy");
  });
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button.is-busy")) {
    button.removeAttribute("aria-disabled");
    button.classList.remove("is-busy");
  }
});

// Open where there is room for it; whoever folded it up finds it folded after the next answer.
let folded = false;
register("details[data-open-when-wide]", (details) => {
  if (matchMedia("(min-width: 56rem)").matches && !folded) details.open = true;
  const remember = () => (folded = !details.open);
  details.addEventListener("toggle", remember);
  return () => details.removeEventListener("toggle", remember);
});
