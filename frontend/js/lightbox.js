// Pictures of a `[data-lightbox]` grid open large over the page; arrows go on, Escape closes. Without it the links work.
import { t } from "./lib/texts.js";

const DIALOG = "lightbox";

function make() {
  const dialog = document.createElement("dialog");
  dialog.id = DIALOG;
  dialog.className = "lightbox";
  dialog.innerHTML = '<figure><img alt=""><figcaption></figcaption></figure><div class="dialog-foot"><a class="button is-small"></a><button type="button" class="button is-small is-quiet" data-close-dialog></button></div>';
  dialog.querySelector("button").textContent = t("close");
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const links = [...document.querySelectorAll("[data-lightbox] [data-picture]")];
    const next = links[links.findIndex((link) => link.href === dialog.dataset.at) + step];
    if (next) show(dialog, next);
  });
  return dialog;
}

function show(dialog, link) {
  dialog.dataset.at = link.href;
  const image = dialog.querySelector("img");
  image.src = link.dataset.picture;
  image.alt = link.querySelector("img").alt;
  dialog.querySelector("figcaption").textContent = link.dataset.caption;
  const more = dialog.querySelector("a");
  more.href = link.href;
  more.textContent = t("whole_row");
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-lightbox] [data-picture]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(document.getElementById(DIALOG) ?? make(), link);
});
