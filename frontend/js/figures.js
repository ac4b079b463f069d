// `<figure data-chart="lines" data-source="id-of-json">`: the picture, its numbers as a table, and those as CSV.
import { append } from "./charts/append.js";
import { register } from "./lib/activate.js";
import { h, icon, jsonOf, throttle } from "./lib/dom.js";
import { as, number } from "./lib/format.js";
import { t } from "./lib/texts.js";

const drawn = new Map([
  ["intervals", () => import("./charts/intervals.js")],
  ["chain", () => import("./charts/flow.js")],
  ["lineage", () => import("./charts/flow.js")],
  ["heat", () => import("./charts/heat.js")],
]);
const engine = () => import("./charts/engine.js");
const ROWS_SHOWN = 500;
const figures = new Map();

const lists = ["series", "rows", "curves", "items", "nodes", "matrix", "values", "counts"];
const isEmpty = (data) => !data || lists.every((key) => !(data[key]?.length));

function csv({ columns, rows }) {
  const quote = (value) => (/[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  // A spreadsheet runs what begins like a formula; a negative number is none.
  const harmless = (value) => (/^[=+\-@\t\r\n＝＋－＠]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value);
  const line = (cells) => cells.map((cell) => quote(harmless(cell === null || cell === undefined ? "" : String(typeof cell === "number" ? Number(cell.toPrecision(12)) : cell)))).join(",");
  return [line(columns.map(({ label }) => label)), ...rows.map(line)].join("\r\n");
}

function download(name, text) {
  // The mark at the start tells spreadsheets that this is UTF-8.
  const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
  h("a", { href: address, download: `${name}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function numbers(made, title) {
  const written = (value, { format }) => (typeof value === "number" ? (format ? as(format)(value) : number(value, 4)) : (value ?? "–"));
  const isNumber = (index) => made.rows.some((row) => typeof row[index] === "number");
  const head = h("tr", {}, ...made.columns.map((column, index) => h("th", { scope: "col", class: isNumber(index) ? "number" : null }, column.label)));
  const body = made.rows.slice(0, ROWS_SHOWN).map((row) => h("tr", {}, ...row.map((value, index) => h(index ? "td" : "th", { scope: index ? null : "row", class: isNumber(index) ? "number" : null }, written(value, made.columns[index])))));
  const button = h("button", { type: "button", class: "button is-small", onclick: () => download(title || "chart", csv(made)) }, icon("download"), t("download_csv"));
  return [h("div", { class: "table-wrap", tabindex: "0" }, h("table", { class: "table" }, h("thead", {}, head), h("tbody", {}, ...body))), h("div", { class: "chart-tools" }, button)];
}

async function mount(figure) {
  const kind = figure.dataset.chart;
  const data = jsonOf(figure.dataset.source) ?? {};
  const place = figure.querySelector(".chart-canvas");
  const details = figure.querySelector(".chart-numbers");
  const state = { data, chart: null };
  figures.set(figure, state);
  const module = await (drawn.get(kind) ?? engine)();
  if (!figures.has(figure)) return;

  state.refresh = () => {
    figure.classList.toggle("is-empty", isEmpty(data));
    if (isEmpty(data)) place.replaceChildren(h("p", { class: "chart-empty" }, t("no_data")));
    else if (state.chart) state.chart.render();
    else {
      place.replaceChildren();
      state.chart = module.draw(place, kind, data);
    }
    if (details?.open) fillNumbers();
  };
  const fillNumbers = () => details.querySelector("[data-chart-table]").replaceChildren(...(isEmpty(data) ? [t("no_data")] : numbers(module.table(kind, data), figure.querySelector(".chart-title")?.textContent || place.getAttribute("aria-label"))));
  details?.addEventListener("toggle", () => details.open && fillNumbers());
  state.later = throttle(state.refresh, 250);
  state.refresh();
}

// A metric event for a live chart of curves.
export function feed(figure, event) {
  const state = figures.get(figure);
  if (!state) return;
  state.data.metric ??= figure.dataset.liveMetric;
  if (append(state.data, event)) state.later?.();
}

register("figure[data-chart]", (figure) => {
  mount(figure);
  return () => {
    figures.get(figure)?.chart?.dispose();
    figures.delete(figure);
  };
});

const repaint = () => {
  for (const [figure, state] of figures) figure.isConnected ? state.chart?.repaint() : figures.delete(figure);
};
document.addEventListener("themechange", repaint);
window.addEventListener("beforeprint", () => {
  // Paper is light.
  const before = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
  repaint();
  window.addEventListener("afterprint", () => {
    if (before) document.documentElement.dataset.theme = before;
    else delete document.documentElement.dataset.theme;
    repaint();
  }, { once: true });
});
