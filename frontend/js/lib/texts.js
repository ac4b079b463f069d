// Sentences come from the server in the reader's language; `{name}` places are filled here.
const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
