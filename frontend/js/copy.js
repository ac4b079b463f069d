// `data-copy="text"` copies the text; `data-copy-from="selector"` copies what the nearest such element says.
import { announce } from "./chrome.js";
import { t } from "./lib/texts.js";

async function write(text) {
  if (navigator.clipboard?.writeText) return navigator.clipboard.writeText(text);
  // Plain http has no clipboard API: the old way, through a selection.
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("class", "visually-hidden");
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  return undefined;
}

function textFor(button) {
  if (button.dataset.copy !== undefined) return button.dataset.copy;
  let scope = button.parentElement;
  while (scope && !scope.querySelector(button.dataset.copyFrom)) scope = scope.parentElement;
  const source = scope?.querySelector(button.dataset.copyFrom);
  if (!source) return "";
  const lines = source.matches(".log-lines") ? [...source.querySelectorAll(":scope > :not([hidden])")] : [];
  return lines.length ? lines.map((line) => [...line.children].map((part) => part.textContent).join(" ")).join("\n") : source.innerText;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  await write(textFor(button));
  button.classList.add("is-copied");
  announce(t("copied"));
  const label = button.querySelector("span") ?? (button.classList.contains("copy") ? button : null);
  const before = label?.textContent;
  if (label) label.textContent = t("copied");
  setTimeout(() => {
    button.classList.remove("is-copied");
    if (label) label.textContent = before;
  }, 1200);
});
