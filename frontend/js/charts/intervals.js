// The picture of the product: for each organization what its own data gave alone (hollow) and together (full),
// each with its 95 % interval. Own SVG with CSS classes: follows the theme by itself, and prints.
import { s } from "../lib/dom.js";
import { aligned, as } from "../lib/format.js";
import { t } from "../lib/texts.js";

const ROW = 52;
const TRACK = 8;
const LINE = 19;

function domain(data) {
  const all = data.rows.flatMap((row) => [row.alone, row.together]).filter(Boolean).flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  if (data.reference) all.push(data.reference.value);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const unit = low >= 0 && high <= 1;
  // Shares closer than two hundredths are not spread over the whole width.
  const pad = Math.max((high - low || (unit ? 0 : Math.abs(high) || 1)) * 0.06, unit ? (0.02 - (high - low)) / 2 : 0);
  return [unit ? Math.max(0, low - pad) : low - pad, unit ? Math.min(1, high + pad) : high + pad];
}

function ticks([low, high], room) {
  const rough = (high - low) / Math.max(2, Math.floor(room / 64));
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const all = [];
  for (let at = Math.ceil(low / step) * step; at <= high + 1e-9; at += step) all.push(Number(at.toPrecision(12)));
  return all;
}

function mark(css, score, x, y) {
  const parts = [];
  if (score.low !== null && score.low !== undefined) {
    const [from, to] = [x(score.low), x(score.high)];
    parts.push(s("path", { class: "whisker", d: `M${from} ${y}H${to}M${from} ${y - 3.5}v7M${to} ${y - 3.5}v7` }));
  }
  parts.push(s("circle", { class: css, cx: x(score.value), cy: y, r: css === "together" ? 6.5 : 5.5 }));
  return parts;
}

const writer = (data) => aligned(data.metric?.format, data.rows.flatMap((row) => [row.alone, row.together]).filter(Boolean).map(({ value }) => value));

// A difference of two per cents is told in points: +25 pts, not +25 %.
const writeGain = (data, value) => (data.metric?.format === "percent" ? t("points", { n: aligned("percent")(value).replace(/\s*%/, "") }) : writer(data)(value));

function gainOf(data, row) {
  if (!row.alone || !row.together) return null;
  const difference = row.together.value - row.alone.value;
  const better = data.metric?.higher_is_better === false ? difference < 0 : difference > 0;
  // A loss within the intervals may be chance: not painted red.
  const [a, b] = [row.alone, row.together];
  const chance = [a.low, a.high, b.low, b.high].every(Number.isFinite) && a.low <= b.high && b.low <= a.high;
  return { difference, css: better ? "gain" : chance || difference === 0 ? "faint" : "loss" };
}

function rowOf(data, row, { x, top, left, right, narrow, stacked, write }) {
  const middle = top + ROW / 2 + (narrow ? 10 : 0) + (stacked ? LINE : 0);
  const gain = gainOf(data, row);
  const parts = [];
  if (row.alone && row.together) parts.push(s("line", { class: "link", x1: x(row.alone.value), y1: middle - TRACK, x2: x(row.together.value), y2: middle + TRACK }));
  if (row.alone) parts.push(...mark("alone", row.alone, x, middle - TRACK));
  if (row.together) parts.push(...mark("together", row.together, x, data.single ? middle : middle + TRACK));
  const nameY = narrow ? top + 12 : middle + 4.5;
  parts.push(s("rect", { class: "swatch", x: 0, y: nameY - 9.5, width: 10, height: 10, rx: 3 }), s("text", { class: "name", x: 17, y: nameY }, row.name));
  if (row.note && !narrow) parts.push(s("text", { class: "axis", x: 17, y: nameY + 16 }, row.note));
  const numbers = stacked ? s("text", { x: 17, y: nameY + LINE }) : s("text", { x: narrow ? right + left : right + 20, y: nameY, "text-anchor": narrow ? "end" : "start" });
  numbers.append(s("tspan", { class: "faint" }, row.alone ? `${write(row.alone.value)} → ` : ""), s("tspan", { class: "value" }, row.together ? write(row.together.value) : "–"));
  if (gain) {
    const sign = gain.difference >= 0 ? "+" : "−";
    numbers.append(s("tspan", { class: gain.css, dx: 8 }, `${sign}${writeGain(data, Math.abs(gain.difference))}`));
  }
  parts.push(numbers);
  return s("g", { class: row.colour === null || row.colour === undefined ? "org-all" : `org-${row.colour % 8}` }, s("title", {}, describe(data, row, write)), ...parts);
}

function describe(data, row, write) {
  const one = (label, score) => (score ? `${label} ${write(score.value)}${score.low === null || score.low === undefined ? "" : ` (${write(score.low)} – ${write(score.high)})`}` : "");
  return [row.name, one(t("alone"), row.alone), one(data.single ?? t("together"), row.together)].filter(Boolean).join("\n");
}

// Room for the widest of "58.7% → 93.0% +34.3 pts" in the reader's language.
function numbersWidth(data, write) {
  const told = data.rows.map((row) => `${row.alone ? `${write(row.alone.value)} → ` : ""}${row.together ? write(row.together.value) : "–"}`);
  const gains = data.rows.map((row) => (row.alone && row.together ? `+${writeGain(data, Math.abs(gainOf(data, row).difference))}` : ""));
  return Math.max(...told.map((text, index) => widthOf(text) + widthOf(gains[index]))) + 16;
}

const widthOf = (text) => [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 13.5 : 7.4), 0);

function picture(data, width) {
  const [tick, write] = [as(data.metric?.format), writer(data)];
  const narrow = width < 560;
  const left = narrow ? 10 : Math.min(220, 34 + Math.max(...data.rows.map((row) => Math.max(widthOf(row.name), widthOf(row.note ?? "") * 0.88))));
  const numbers = numbersWidth(data, write);
  const right = narrow ? width - 10 : width - numbers - 20;
  const [low, high] = domain(data);
  const x = (value) => Math.round((left + ((value - low) / (high - low)) * (right - left)) * 10) / 10;
  // On a phone the name stands above its row, and where it is long the numbers below the name.
  const stacked = narrow && 1.15 * Math.max(...data.rows.map((row) => widthOf(row.name))) + numbers + 24 > width; // names are bold
  const step = ROW + (narrow ? 18 : 0) + (stacked ? LINE : 0);
  const head = 30;
  const bottom = head + data.rows.length * step;
  const svg = s("svg", { class: "intervals", viewBox: `0 0 ${width} ${bottom + 26}`, width, height: bottom + 26, role: "presentation" });
  if (!data.single) svg.append(s("g", { class: "org-all" }, s("circle", { class: "alone", cx: left + 6, cy: 9, r: 5 }), s("text", { class: "axis", x: left + 16, y: 13 }, t("alone")), s("circle", { class: "together", cx: left + 32 + widthOf(t("alone")), cy: 9, r: 6 }), s("text", { class: "axis", x: left + 43 + widthOf(t("alone")), y: 13 }, t("together"))));
  for (const at of ticks([low, high], right - left)) svg.append(s("line", { class: "grid-line", x1: x(at), x2: x(at), y1: head, y2: bottom }), s("text", { class: "axis", x: x(at), y: bottom + 18, "text-anchor": "middle" }, tick(at)));
  if (data.reference) {
    const at = x(data.reference.value);
    const outside = at + 4 + widthOf(data.reference.label) > width;
    svg.append(
      s("line", { class: "grid-line is-reference", x1: at, x2: at, y1: data.single ? 18 : head - 4, y2: bottom }),
      s("text", { class: "axis", x: outside ? at - 4 : at + 4, y: data.single ? 14 : head + 2, "text-anchor": outside ? "end" : "start" }, data.reference.label),
    );
  }
  data.rows.forEach((row, index) => svg.append(rowOf(data, row, { x, top: head + index * step, left, right, narrow, stacked, write })));
  return svg;
}

export function draw(place, _kind, data) {
  place.classList.add("is-natural");
  let width = 0;
  const render = () => {
    width = Math.round(place.clientWidth) || 640;
    place.replaceChildren(picture(data, width));
  };
  render();
  const watch = new ResizeObserver(() => Math.abs(width - place.clientWidth) > 4 && render());
  watch.observe(place);
  return { render, repaint() {}, dispose: () => watch.disconnect() };
}

export function table(_kind, data) {
  const format = data.metric?.format;
  const spread = (score) => [score?.value ?? null, score?.low ?? null, score?.high ?? null];
  const columns = [{ label: t("organization") }];
  const bounds = [{ label: data.single, format }, { label: t("low"), format }, { label: t("high"), format }];
  if (data.single) return { columns: [{ label: data.heading ?? t("organization") }, ...bounds], rows: data.rows.map((row) => [row.name, ...spread(row.together)]) };
  for (const label of [t("alone"), t("together")]) columns.push({ label, format }, { label: `${label} ${t("low")}`, format }, { label: `${label} ${t("high")}`, format });
  return { columns: [...columns, { label: t("gain"), format }], rows: data.rows.map((row) => [row.name, ...spread(row.alone), ...spread(row.together), gainOf(data, row)?.difference ?? null]) };
}
