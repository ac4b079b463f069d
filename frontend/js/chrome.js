// The frame: theme, the phone's drawer, menus that close by themselves.
import { register } from "./lib/activate.js";
import { h } from "./lib/dom.js";

const root = document.documentElement;
const YEAR = 31_536_000;

function setTheme(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=${theme ? YEAR : 0}; SameSite=Lax${secure}`;
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    if (button.dataset.themeSet === theme) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  document.dispatchEvent(new CustomEvent("themechange"));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (!root.dataset.theme) document.dispatchEvent(new CustomEvent("themechange"));
});

register("[data-theme-set]", (button) => {
  button.addEventListener("click", () => {
    setTheme(button.dataset.themeSet);
    button.closest("details")?.removeAttribute("open");
  });
});

function drawer(open) {
  root.classList.toggle("drawer-open", open);
  document.querySelector("[data-drawer]")?.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector(".sidebar .nav-link")?.focus();
}
register("[data-drawer]", (button) => button.addEventListener("click", () => drawer(!root.classList.contains("drawer-open"))));
register("[data-drawer-close]", (veil) => veil.addEventListener("click", () => drawer(false)));

// On a phone the tabs are wider than the screen: the one that is open is brought into sight.
register(".tabs a[aria-current]", (tab) => {
  const bar = tab.closest(".tabs");
  bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
});

register("details[data-menu], details.menu", (menu) => {
  menu.addEventListener("toggle", () => {
    if (menu.open) menu.querySelector(".menu-items .item")?.focus({ preventScroll: true });
  });
  menu.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key) || !menu.open) return;
    const items = [...menu.querySelectorAll(".item")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    items.at((items.indexOf(document.activeElement) + step) % items.length)?.focus();
    event.preventDefault();
  });
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (root.classList.contains("drawer-open")) {
    drawer(false);
    document.querySelector("[data-drawer]")?.focus();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

register("dialog[data-dialog], dialog", (dialog) => {
  // A click on the veil closes, as people expect.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
});
register("[data-open-dialog]", (button) => {
  button.addEventListener("click", () => document.getElementById(button.dataset.openDialog)?.showModal());
});
register("[data-close-dialog]", (button) => button.addEventListener("click", () => button.closest("dialog").close()));

register("details.menu form, [data-submit-on-change]", (form) => {
  if (form.hasAttribute("data-submit-on-change")) form.addEventListener("change", () => form.requestSubmit());
});

export function announce(text) {
  const place = document.getElementById("announcements") ?? document.body.appendChild(h("div", { id: "announcements", class: "visually-hidden", "aria-live": "polite" }));
  place.textContent = text;
}

// What scrolls must be reachable without a mouse.
register(".prose pre, .table-wrap", (block) => {
  if (block.scrollWidth > block.clientWidth || block.scrollHeight > block.clientHeight) block.tabIndex = 0;
});
