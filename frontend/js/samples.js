// `<button data-fill='{"name": "value"}'>` inside a form writes those values into its fields and sends it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  const form = button?.closest("form");
  if (!form) return;
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill))) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  form.requestSubmit();
});
