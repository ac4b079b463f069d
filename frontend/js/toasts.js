// Toasts: Django's messages, refusals of htmx requests, and acts that can be undone.
import { register } from "./lib/activate.js";
import { csrf, h, icon } from "./lib/dom.js";
import { t } from "./lib/texts.js";

const stack = document.getElementById("toasts");
const pictures = { error: () => icon("circle-alert"), warning: () => icon("triangle-alert"), undo: () => icon("undo-2") };

function raise() {
  // A popover stands above an open dialog.
  if (!stack?.showPopover) return;
  if (stack.matches(":popover-open")) stack.hidePopover();
  if (stack.children.length) stack.showPopover();
}

function leave(toast) {
  toast.remove();
  if (stack && !stack.children.length && stack.matches(":popover-open")) stack.hidePopover();
}

register("[data-toast]", (toast) => {
  toast.querySelector("[data-toast-close]")?.addEventListener("click", () => leave(toast));
  const stays = toast.dataset.toastKind === "error" ? 12_000 : toast.dataset.toastUndo ? 10_000 : 5_000;
  let timer = setTimeout(() => leave(toast), stays);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => (timer = setTimeout(() => leave(toast), 3_000)));
  raise();
});

// undo: an address that takes the act back by POST.
export function toast(text, { kind = "info", undo = "" } = {}) {
  const picture = (undo ? pictures.undo : pictures[kind])?.() ?? icon("circle-check");
  const close = h("button", { type: "button", class: "button is-small is-icon", "data-toast-close": "", "aria-label": t("close") }, icon("x"));
  const back = undo ? h("button", { type: "button", class: "button is-small", onclick: () => takeBack(undo) }, t("undo")) : null;
  const element = h("div", { class: "toast", "data-toast": "", "data-toast-kind": kind, "data-toast-undo": undo || null, role: kind === "error" ? "alert" : "status" }, picture, h("span", {}, text), back, close);
  stack?.append(element);
  window.htmx?.process(element);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: element } }));
}

async function takeBack(address) {
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": csrf() } }).catch(() => null);
  if (answer?.ok) location.reload();
  else toast(t("failed"), { kind: "error" });
}

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const plain = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
  toast(plain && xhr.responseText ? xhr.responseText : t("failed"), { kind: "error" });
});
document.addEventListener("htmx:sendError", () => toast(t("offline"), { kind: "error" }));

// A view may answer with `HX-Trigger: {"toast": {"text": "…", "undo": "/address/"}}`.
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail));
