// A live estimate: `<div data-estimate="/jobs/estimate/">` shows what the hub says about the form as it stands now.
import { register } from "./lib/activate.js";
import { debounce } from "./lib/dom.js";

register("[data-estimate]", (place) => {
  const form = place.closest("form");
  if (!form) return;
  let running;
  const ask = debounce(async () => {
    running?.abort();
    running = new AbortController();
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(place.dataset.estimate, { method: "POST", body: new FormData(form), signal: running.signal, headers: { "HX-Request": "true" } });
      if (answer.ok) window.htmx.swap(place, await answer.text(), { swapStyle: "innerHTML" });
      place.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name !== "AbortError") place.removeAttribute("aria-busy");
    }
  }, 350);
  form.addEventListener("input", ask);
  form.addEventListener("change", ask);
  ask();
});
