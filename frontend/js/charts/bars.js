// Bars: side by side, stacked or lying; distributions; what mattered most.
import { escape } from "../lib/dom.js";
import { as, number } from "../lib/format.js";
import { t } from "../lib/texts.js";
import { bottomName, categoryAxis, legend, legendHeight, valueAxis } from "./axes.js";
import { colourOf, colourOfSeries, look, ownerOf } from "./look.js";

const nameOf = (data, series) => series.name ?? ownerOf(data, series.organization)?.name ?? t("value");

export const bars = {
  // Lying bars stay told apart: room for each category's name and for every bar of it.
  extra: (data, { height }) => (data.horizontal ? Math.max(0, data.categories.length * Math.max(18, data.stacked ? 0 : 7 * data.series.length + 6) + 70 - height) : 0),
  option(data, { width }) {
    const names = data.series.map((series) => nameOf(data, series));
    const categories = categoryAxis(data.categories, data.x, { ...(data.horizontal ? { inverse: true, axisLine: { show: false } } : bottomName(data.x)) });
    const values = valueAxis({ from_zero: true, ...data.y }, data.horizontal ? bottomName(data.y) : {});
    const below = data.horizontal ? data.y?.label : data.x?.label;
    const labelled = data.series.length === 1 && data.categories.length <= 12;
    return {
      grid: { left: 8, right: data.horizontal && labelled ? 48 : 16, top: (data.y?.label && !data.horizontal ? 26 : 12) + legendHeight(names, width), bottom: below ? 34 : 8, containLabel: true },
      legend: legend(names),
      tooltip: { trigger: "axis", axisPointer: { type: "shadow", shadowStyle: { color: look().hover, opacity: 0.5 } }, valueFormatter: as(data.y?.format) },
      xAxis: data.horizontal ? values : categories,
      yAxis: data.horizontal ? categories : values,
      series: data.series.map((series, index) => ({
        type: "bar",
        name: nameOf(data, series),
        data: data.colours ? series.values.map((value, index) => ({ value, itemStyle: { color: colourOf({ colour: data.colours[index] }, look().accent) } })) : series.values,
        stack: data.stacked ? "all" : undefined,
        barMaxWidth: data.overlaid ? null : 34,
        barGap: data.overlaid ? "-100%" : undefined,
        itemStyle: { color: data.overlaid && index === 0 ? look().warn : colourOfSeries(data, series), borderRadius: data.stacked ? 0 : data.horizontal ? [0, 3, 3, 0] : [3, 3, 0, 0], borderColor: look().raised, borderWidth: data.stacked ? 1 : 0, opacity: data.overlaid ? 0.55 : 1 },
        label: { show: labelled && !data.overlaid, position: data.horizontal ? "right" : "top", color: look().soft, fontSize: 11, formatter: ({ value }) => as(data.y?.format)(value) },
      })),
    };
  },
  table: (data) => ({
    columns: [{ label: data.x?.label ?? data.heading ?? t("value") }, ...data.series.map((series) => ({ label: data.y?.label ? `${nameOf(data, series)} (${data.y.label})` : nameOf(data, series), format: data.y?.format }))],
    rows: data.categories.map((category, index) => [category, ...data.series.map((series) => series.values[index]?.value ?? series.values[index])]),
  }),
};

// {edges, counts} for numbers, {values: [{value, count}]} for categories, or several {series: [{organization, counts}]}.
function asBars(data) {
  const categories = data.values ? data.values.map(({ value }) => String(value)) : data.edges.slice(0, -1).map((low, index) => `${number(low)} – ${number(data.edges[index + 1])}`);
  const series = data.series?.map(({ counts, ...rest }) => ({ ...rest, values: counts })) ?? [{ name: t("count"), values: data.values ? data.values.map(({ count }) => count) : data.counts }];
  if (data.missing) {
    categories.push(t("missing"));
    series[0].values = [...series[0].values, { value: data.missing, itemStyle: { color: look().warn } }];
  }
  return { ...data, categories, series, stacked: series.length > 1, y: { format: "integer", ...data.y } };
}

export const histogram = {
  option(data, size) {
    const made = bars.option(asBars(data), size);
    for (const series of made.series) Object.assign(series, data.edges ? { barCategoryGap: "4%", barMaxWidth: null, label: { show: false } } : {});
    return made;
  },
  table: (data) => bars.table({ ...asBars(data), x: { label: t("range") } }),
};

function sorted(data) {
  return [...data.items].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, data.top ?? 20);
}

export const importance = {
  option(data, { width }) {
    const items = sorted(data);
    const { accent, bad, ink, strong } = look();
    // The interval as a whisker, the number behind it.
    const whiskers = {
      type: "custom",
      silent: true,
      z: 5,
      data: items.map((item, index) => [item.low ?? item.value, item.high ?? item.value, index]),
      encode: { x: [0, 1], y: 2 },
      renderItem(_params, api) {
        const [from, to] = [api.coord([api.value(0), api.value(2)]), api.coord([api.value(1), api.value(2)])];
        const end = Math.max(to[0], api.coord([0, api.value(2)])[0]);
        const text = { type: "text", x: end + 7, y: to[1], style: { text: as(data.format)(items[api.value(2)].value), fill: ink, fontSize: 11, verticalAlign: "middle" } };
        const line = { type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: strong, lineWidth: to[0] > from[0] ? 1.5 : 0 } };
        return { type: "group", children: [line, text] };
      },
    };
    return {
      grid: { left: 8, right: 48, top: 8, bottom: 8, containLabel: true },
      tooltip: { trigger: "item", formatter: ({ dataIndex }) => `${escape(items[dataIndex].name)}: <b>${as(data.format)(items[dataIndex].value)}</b>` },
      xAxis: valueAxis({ from_zero: true, format: data.format }),
      yAxis: categoryAxis(items.map(({ name }) => name), {}, { inverse: true, axisLine: { show: false }, room: Math.min(150, width * 0.4) }),
      series: [
        { type: "bar", barMaxWidth: 14, data: items.map(({ value }) => ({ value, itemStyle: { color: value < 0 ? bad : accent, borderRadius: 3 } })) },
        whiskers,
      ],
    };
  },
  table: (data) => ({
    columns: [{ label: t("field") }, { label: t("importance"), format: data.format }, { label: t("low"), format: data.format }, { label: t("high"), format: data.format }],
    rows: [...data.items].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).map((item) => [item.name, item.value, item.low ?? null, item.high ?? null]),
  }),
};
