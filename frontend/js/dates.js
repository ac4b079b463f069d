// Beside a date's control, which shows days the way the browser's owner writes them: the day as everybody reads it.
import { register } from "./lib/activate.js";

register("[data-date-said]", (said) => {
  const control = said.parentElement.querySelector("input[type=date]");
  if (!control) return undefined;
  const show = () => (said.textContent = control.value || said.dataset.dateSaid);
  show();
  control.addEventListener("input", show);
  control.form?.addEventListener("reset", () => setTimeout(show));
  return () => control.removeEventListener("input", show);
});
