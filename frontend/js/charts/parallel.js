// Many jobs at once: an axis for each parameter and metric, a line for each job.
import { escape } from "../lib/dom.js";
import { t } from "../lib/texts.js";
import { colourOf, look, ownerOf } from "./look.js";

export const parallel = {
  option(data) {
    const { accent, faint, soft, strong } = look();
    return {
      tooltip: { trigger: "item", formatter: ({ name }) => escape(name) },
      parallel: { left: 40, right: 60, top: 34, bottom: 20, parallelAxisDefault: { nameTextStyle: { color: soft, fontSize: 11.5 }, nameGap: 12, axisLabel: { color: faint, fontSize: 11 }, axisLine: { lineStyle: { color: strong } }, axisTick: { show: false }, splitLine: { show: false } } },
      parallelAxis: data.axes.map((axis, dim) => ({ dim, name: axis.label ?? axis.name, type: axis.kind === "category" ? "category" : axis.kind === "log" ? "log" : "value", data: axis.values, scale: true, inverse: axis.higher_is_better === false })),
      series: [{ type: "parallel", smooth: 0.2, lineStyle: { width: 2, opacity: 0.75 }, emphasis: { lineStyle: { width: 4, opacity: 1 } }, data: data.rows.map((row) => ({ name: row.name, value: row.values, href: row.href, lineStyle: { color: colourOf(ownerOf(data, row.organization), row.best ? accent : strong) } })) }],
    };
  },
  table: (data) => ({
    columns: [{ label: t("series") }, ...data.axes.map((axis) => ({ label: axis.label ?? axis.name, format: axis.format }))],
    rows: data.rows.map((row) => [row.name, ...row.values]),
  }),
};

