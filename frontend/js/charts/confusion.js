// What was taken for what: rows are the truth, colour is the share of the row, the number is the count.
import { escape } from "../lib/dom.js";
import { number, percent } from "../lib/format.js";
import { t } from "../lib/texts.js";
import { categoryAxis } from "./axes.js";
import { inkOn, look, mix } from "./look.js";

const LEGIBLE = 16;

function cell(data, row, column) {
  const { accent, good, raised } = look();
  const count = data.matrix[row][column];
  const total = data.matrix[row].reduce((sum, value) => sum + value, 0) || 1;
  const colour = count ? mix(row === column ? good : accent, raised, 0.1 + 0.9 * (count / total) ** 0.7) : raised;
  return { value: [column, row, count], share: count / total, itemStyle: { color: colour }, label: { color: inkOn(colour) } };
}

export const confusion = {
  option(data, { width }) {
    const { line, faint } = look();
    const labels = data.labels.map(String);
    const cells = data.matrix.flatMap((row, index) => row.map((_, column) => cell(data, index, column)));
    const legible = labels.length <= LEGIBLE && width / labels.length > 26;
    const axis = (label) => ({ ...categoryAxis(labels, { label }), splitArea: { show: false }, nameLocation: "middle", nameTextStyle: { color: faint, fontSize: 12 } });
    return {
      grid: { left: 30, right: 8, top: 34, bottom: 8, containLabel: true },
      tooltip: { trigger: "item", formatter: ({ data: { value, share } }) => `${t("actual")}: <b>${escape(labels[value[1]])}</b><br>${t("predicted")}: <b>${escape(labels[value[0]])}</b><br>${number(value[2])} · ${percent(share)}` },
      xAxis: { ...axis(t("predicted")), position: "top", nameGap: 22 },
      yAxis: { ...axis(t("actual")), inverse: true, nameGap: Math.min(90, 16 + Math.max(...labels.map((label) => label.length)) * 7) },
      series: [{ type: "heatmap", data: cells, label: { show: legible, fontSize: 11.5, formatter: ({ value }) => (value[2] ? number(value[2]) : "") }, itemStyle: { borderColor: line, borderWidth: 1, borderRadius: 2 }, emphasis: { itemStyle: { borderColor: look().ink } } }],
    };
  },
  table: (data) => ({
    columns: [{ label: `${t("actual")} ↓ · ${t("predicted")} →` }, ...data.labels.map((label) => ({ label: String(label) }))],
    rows: data.matrix.map((row, index) => [String(data.labels[index]), ...row]),
  }),
};
