// A form that htmx sends and that is answered beside itself: what is refused moves out of the answer to the field that
// it is about, as it stands where a page is sent anew. Nothing that was typed or chosen is touched.
import { announce } from "./chrome.js";

function mark(form, told, wrong) {
  const control = form.querySelector(`#${CSS.escape(told.dataset.errorOf)}`);
  const field = control?.closest(".field");
  if (!field) return null;
  const { id } = told.firstElementChild;
  const ids = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  if (wrong) ids.push(id);
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
  if (wrong) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  field.classList.toggle("is-invalid", wrong);
  if (wrong) field.append(told);
  else told.remove();
  return control;
}

// Where no answer came (a toast says so), the one before belongs to what was asked before.
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, ({ detail }) => {
    if (detail.requestConfig?.elt.matches("form[data-refusals]")) detail.target.replaceChildren();
  });
}

document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
  const { elt: form, triggeringEvent } = detail.requestConfig ?? {};
  if (target !== detail.target || !form?.matches?.("form[data-refusals]")) return;
  for (const told of form.querySelectorAll("[data-error-of]")) mark(form, told, false);
  const wrong = [...target.querySelectorAll("[data-error-of]")];
  const [first] = wrong.map((told) => mark(form, told, true));
  if (!first) return;
  // Whoever sent it is led there; whoever goes on to the next field, whose form is sent as it changes, is not led back.
  const there = document.activeElement === first;
  if (triggeringEvent?.type === "submit" && !there) first.focus();
  else announce(wrong.map((told) => told.textContent.trim()).join(" "));
});

// What a number field cannot read it gives as empty, which would be answered as though nothing had been typed.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.elt.matches("form[data-refusals]")) return;
  for (const one of detail.elt.elements) if (one.validity.badInput) detail.formData.set(one.name, "?");
});
