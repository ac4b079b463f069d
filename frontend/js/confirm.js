// `data-confirm="Delete 'Bearings v3'?"` on a form, button or link asks once, in our own dialog, naming the thing.
import { t } from "./lib/texts.js";

const dialog = document.getElementById("confirm");

function ask({ title, text, yes, danger }) {
  if (!dialog) return Promise.resolve(window.confirm(title));
  dialog.querySelector("#confirm-title").textContent = title;
  const more = dialog.querySelector("#confirm-text");
  more.textContent = text ?? "";
  more.hidden = !text;
  const button = dialog.querySelector("#confirm-yes");
  button.textContent = yes || t("confirm");
  button.classList.toggle("is-danger", danger);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

const questionOf = (element) => ({
  title: element.dataset.confirm,
  text: element.dataset.confirmText,
  yes: element.dataset.confirmYes || (element.matches("button") ? element.textContent.trim() : ""),
  danger: element.dataset.confirmDanger !== "false",
});

const agreed = new WeakSet();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const source = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!source.dataset.confirm || agreed.has(form)) return agreed.delete(form);
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  if (!(await ask(questionOf(source)))) return undefined;
  agreed.add(form);
  form.requestSubmit(submitter);
  return undefined;
}, { capture: true });

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-confirm]");
  if (!link) return;
  event.preventDefault();
  if (await ask(questionOf(link))) location.assign(link.href);
}, { capture: true });

document.addEventListener("htmx:confirm", async (event) => {
  const element = event.detail.elt;
  // A form's own submit has been asked above.
  if (!element.dataset.confirm || element.matches("form")) return;
  event.preventDefault();
  if (await ask(questionOf(element))) event.detail.issueRequest(true);
});
