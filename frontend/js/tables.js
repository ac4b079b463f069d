// Small tables sort in the browser: `<th data-sort="number|text">`, cells may carry data-value; data-filter-table filters.
import { register } from "./lib/activate.js";
import { debounce, h } from "./lib/dom.js";
import { locale } from "./lib/format.js";

const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });

function valueOf(row, index, kind) {
  const cell = row.cells[index];
  const raw = cell?.dataset.value ?? cell?.textContent.trim() ?? "";
  if (kind !== "number") return raw;
  return raw === "" || raw === "–" ? null : Number.parseFloat(raw.replace(/[^\d.eE+-]/g, ""));
}

function sort(table, header, direction) {
  const index = header.cellIndex;
  const kind = header.dataset.sort;
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((one, two) => {
    const [a, b] = [valueOf(one, index, kind), valueOf(two, index, kind)];
    if (a === null || b === null) return (a === null) - (b === null);
    return direction * (kind === "number" ? a - b : collator.compare(a, b));
  });
  body.append(...rows);
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
}

register("th[data-sort]", (header) => {
  const button = h("button", { type: "button" });
  button.append(...header.childNodes);
  header.append(button);
  button.addEventListener("click", () => {
    const first = header.dataset.sort === "number" ? "descending" : "ascending";
    const again = header.getAttribute("aria-sort") === first;
    sort(header.closest("table"), header, (first === "ascending") === !again ? 1 : -1);
  });
});

register("[data-filter-table]", (input) => {
  const table = document.getElementById(input.dataset.filterTable);
  input.addEventListener("input", debounce(() => {
    const wanted = input.value.trim().toLowerCase();
    for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }, 80));
});
