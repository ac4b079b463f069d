// Points and curves in the unit square: residuals, predicted against actual, receiver operating characteristic.
import { escape } from "../lib/dom.js";
import { as, number } from "../lib/format.js";
import { t } from "../lib/texts.js";
import { bottomName, legend, legendHeight, valueAxis } from "./axes.js";
import { colourOf, look, mix, ownerOf } from "./look.js";

const nameOf = (data, series) => series.name ?? ownerOf(data, series.organization)?.name ?? t("value");

function reference(data) {
  if (!data.diagonal && data.zero !== true) return {};
  const all = data.series.flatMap((series) => series.points);
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const low = Math.max(Math.min(...xs), Math.min(...ys));
  const high = Math.min(Math.max(...xs), Math.max(...ys));
  const line = data.diagonal ? [{ coord: [low, low] }, { coord: [high, high] }] : [{ coord: [Math.min(...xs), 0] }, { coord: [Math.max(...xs), 0] }];
  return { markLine: { silent: true, symbol: "none", animation: false, lineStyle: { color: look().strong, type: [4, 4] }, data: [line], label: { show: false } } };
}

export const scatter = {
  option(data, { width }) {
    const names = data.series.map((series) => nameOf(data, series));
    return {
      grid: { left: 8, right: 16, top: (data.y?.label ? 26 : 12) + legendHeight(names, width), bottom: data.x?.label ? 34 : 8, containLabel: true },
      legend: legend(names),
      tooltip: { trigger: "item", formatter: ({ seriesName, value }) => `${escape(seriesName)}<br>${as(data.x?.format)(value[0])} · <b>${as(data.y?.format)(value[1])}</b>` },
      xAxis: valueAxis(data.x, { ...bottomName(data.x) }),
      yAxis: valueAxis(data.y),
      series: data.series.map((series, index) => ({ type: "scatter", name: names[index], data: series.points, symbolSize: series.points.length > 400 ? 4 : 7, itemStyle: { color: colourOf(ownerOf(data, series.organization), look().accent), opacity: 0.6 }, large: false, ...(index === 0 ? reference(data) : {}) })),
    };
  },
  table: (data) => ({
    columns: [{ label: t("series") }, { label: data.x?.label ?? "x", format: data.x?.format }, { label: data.y?.label ?? "y", format: data.y?.format }],
    rows: data.series.flatMap((series) => series.points.map(([x, y]) => [nameOf(data, series), x, y])),
  }),
};

const areaOf = (data) => data.score ?? t("area");
const axisNames = (data) => [data.x?.label ?? t("false_positive"), data.y?.label ?? t("true_positive")];

// {curves: [{label, auc, points: [[fpr, tpr], …], organization?}], x?: {label}, y?: {label}, score?: name of auc, chance?: false}
export const roc = {
  extra: (data, { width, height }) => Math.max(0, legendHeight(data.curves.map((curve) => `${curve.label ?? ""}  ${data.score ? "" : areaOf(data)} 0.000`), width) - height / 6),

  option(data, { width }) {
    const { accent, canvas, faint, strong } = look();
    // The name of the number stands in the note and in the table: beside each of ten classes it would fill a phone.
    const scored = data.score ? "" : `${areaOf(data)} `;
    const name = (curve) => `${curve.label ?? ownerOf(data, curve.organization)?.name ?? ""}${(curve.auc ?? null) === null ? "" : `  ${scored}${number(curve.auc)}`}`;
    const names = data.curves.map(name);
    // Hues belong to organizations: classes are tints of one colour, told apart by pointing at them.
    const tint = (index) => mix(accent, canvas, data.curves.length > 1 ? 0.35 + (0.65 * index) / (data.curves.length - 1) : 1);
    const axis = (label) => ({ ...valueAxis({ label, min: 0, max: 1 }), interval: 0.25 });
    const [below, beside] = axisNames(data);
    return {
      grid: { left: 8, right: 16, top: 26 + Math.max(25, legendHeight(names, width)), bottom: 34, containLabel: true },
      legend: { ...legend(names), show: true },
      tooltip: { trigger: "item" },
      xAxis: { ...axis(below), ...bottomName({ label: below }) },
      yAxis: axis(beside),
      series: data.curves.map((curve, index) => ({
        type: "line",
        name: names[index],
        data: curve.points,
        symbol: "none",
        lineStyle: { width: 2.2, color: colourOf(ownerOf(data, curve.organization), tint(index)) },
        itemStyle: { color: colourOf(ownerOf(data, curve.organization), tint(index)) },
        emphasis: { focus: "series", lineStyle: { width: 3.5 } },
        areaStyle: data.curves.length === 1 ? { opacity: 0.08, color: accent } : undefined,
        markLine: index || data.chance === false ? undefined : { silent: true, symbol: "none", animation: false, lineStyle: { color: strong, type: [4, 4] }, data: [[{ coord: [0, 0], name: t("chance") }, { coord: [1, 1] }]], label: { show: true, formatter: t("chance"), position: "middle", color: faint, fontSize: 11 } },
      })),
    };
  },
  table: (data) => ({
    columns: [{ label: t("series") }, { label: areaOf(data) }, ...axisNames(data).map((label) => ({ label }))],
    rows: data.curves.flatMap((curve) => curve.points.map(([x, y]) => [curve.label ?? curve.organization ?? "", curve.auc ?? null, x, y])),
  }),
};
