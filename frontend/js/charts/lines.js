// Curves: hue says the organization, dash says the split (training dashed), the name stands at the end of the line.
import { as } from "../lib/format.js";
import { t } from "../lib/texts.js";
import { bottomName, legend, legendHeight, valueAxis } from "./axes.js";
import { colourOf, colourOfSeries, look, ownerOf } from "./look.js";

const SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect", "emptyCircle", "emptyRect", "emptyTriangle"];
const DASH = { train: [5, 4], validation: "solid", test: [2, 3] };

export function nameOf(data, series) {
  if (series.name) return series.name;
  const owner = ownerOf(data, series.organization);
  const parts = [owner?.name ?? (series.series ? t(series.series) : "")];
  if (series.organization && series.series === "alone") parts.push(t("alone"));
  // What all curves share need not be said of each.
  const splits = new Set(data.series.map(({ split }) => split));
  if (series.split && (splits.size > 1 || !owner)) parts.push(t(series.split));
  return parts.filter(Boolean).join(" · ") || t("value");
}

function line(data, series, room) {
  const owner = ownerOf(data, series.organization);
  const colour = colourOfSeries(data, series);
  const quiet = series.split === "train" || series.series === "alone";
  return {
    type: "line",
    name: nameOf(data, series),
    data: series.points,
    showSymbol: series.points.length <= 24,
    symbol: SYMBOLS[(owner?.colour ?? 0) % 8],
    symbolSize: 6,
    sampling: "lttb",
    smooth: false,
    lineStyle: { color: colour, width: quiet ? 1.5 : 2.2, type: series.series === "alone" ? [2, 3] : (DASH[series.split] ?? "solid"), opacity: quiet ? 0.7 : 1 },
    // Hollow for training: a legend's mark, or a curve of one point, shows no dash.
    itemStyle: series.split === "train" ? { color: look().raised, borderColor: colour, borderWidth: 1.5 } : { color: colour },
    emphasis: { focus: "series" },
    endLabel: { show: room, formatter: "{a}", color: colour, fontSize: 11.5, distance: 6 },
    labelLayout: { moveOverlap: "shiftY" },
  };
}

function band(data, series) {
  const colour = colourOf(ownerOf(data, series.organization), look().accent);
  // Low edges may be below zero, and what stands on them above it.
  const common = { type: "line", stackStrategy: "all", stack: `band-${nameOf(data, series)}`, symbol: "none", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false }, name: "" };
  return [
    { ...common, data: series.band.map(([x, low]) => [x, low]) },
    { ...common, data: series.band.map(([x, low, high]) => [x, high - low]), areaStyle: { color: colour, opacity: 0.14 } },
  ];
}

export const lines = {
  // Many names need rows above the curves; the curves keep their height.
  extra: (data, { width, height }) => Math.max(0, legendHeight(data.series.map((series) => nameOf(data, series)), width) - height / 6),

  option(data, { width }) {
    const names = data.series.map((series) => nameOf(data, series));
    // A name stands at the end of its line only where all end together: elsewhere it would lie across the others.
    const ends = data.series.map((series) => series.points.at(-1)?.[0] ?? 0);
    const room = width > 520 && names.length > 1 && names.length <= 6 && Math.min(...ends) > 0.9 * Math.max(...ends);
    const longest = Math.max(0, ...names.map((name) => [...name].reduce((sum, letter) => sum + (letter > "\u2e80" ? 12 : 6.6), 0)));
    const write = as(data.y?.format);
    const dashed = names.length === 1 && data.series[0].split === "train"; // the only curve, and not what one expects
    return {
      grid: { left: 8, right: room ? Math.min(200, longest + 16) : 16, top: (data.y?.label ? 26 : 12) + (room ? 0 : legendHeight(names, width, dashed)), bottom: data.x?.label ? 34 : 8, containLabel: true },
      legend: { ...legend(names), show: dashed || (!room && names.length > 1) },
      tooltip: {
        trigger: "axis",
        axisPointer: { lineStyle: { color: look().strong, type: "solid" } },
        valueFormatter: (value) => write(Array.isArray(value) ? value[1] : value),
        order: "valueDesc",
      },
      xAxis: valueAxis({ from_zero: true, format: "integer", ...data.x }, { ...bottomName(data.x), splitLine: { show: false }, min: ({ min, max }) => (min > 0 && min < 0.1 * max ? 0 : min), max: "dataMax", minInterval: ["number", "percent"].includes(data.x?.format) ? 0 : 1 }),
      yAxis: valueAxis(data.y),
      dataZoom: [{ type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl" }],
      series: [...data.series.filter((series) => series.band?.length).flatMap((series) => band(data, series)), ...data.series.map((series) => line(data, series, room))],
    };
  },

  table(data) {
    const steps = [...new Set(data.series.flatMap((series) => series.points.map(([x]) => x)))].sort((a, b) => a - b);
    const lookups = data.series.map((series) => new Map(series.points));
    return {
      columns: [{ label: data.x?.label || t("step") }, ...data.series.map((series) => ({ label: nameOf(data, series), format: data.y?.format }))],
      rows: steps.map((step) => [step, ...lookups.map((points) => points.get(step) ?? null)]),
    };
  },
};
