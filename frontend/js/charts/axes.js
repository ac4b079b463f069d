// What the charts with two axes share: quiet axes, room for labels, a legend.
import { as, compact } from "../lib/format.js";
import { look } from "./look.js";

export function valueAxis(axis = {}, more = {}) {
  const { faint, line } = look();
  const write = axis.format && axis.format !== "number" ? as(axis.format) : compact;
  return {
    type: axis.kind === "log" ? "log" : "value",
    name: axis.label ?? "",
    nameTextStyle: { color: faint, fontSize: 11, align: "left" },
    nameGap: 10,
    min: axis.min ?? undefined,
    max: axis.max ?? undefined,
    scale: !axis.from_zero,
    axisLabel: { color: faint, fontSize: 11, formatter: (value) => write(value), hideOverlap: true },
    axisLine: { show: false, onZero: false }, // its name stands above it, at the left edge, wherever zero is
    axisTick: { show: false },
    splitLine: { lineStyle: { color: line } },
    splitNumber: 4,
    ...more,
  };
}

export function categoryAxis(values, axis = {}, more = {}) {
  const { faint, line } = look();
  return {
    type: "category",
    data: values,
    name: axis.label ?? "",
    nameTextStyle: { color: faint, fontSize: 11 },
    axisLabel: { color: look().soft, fontSize: 11, hideOverlap: true, width: more.room ?? 110, overflow: "truncate" },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    ...more,
  };
}

export const bottomName = (axis) => (axis?.label ? { nameLocation: "middle", nameGap: 26, nameTextStyle: { color: look().faint, fontSize: 11, align: "center" } } : {});

const pen = document.createElement("canvas").getContext("2d");

// As wide as the chart will draw it: with a Chinese font even a middle dot takes the room of a letter.
function widthOf(text) {
  pen.font = `12px ${look().font}`;
  return pen.measureText(text).width;
}

// How much room the legend needs above the chart, told from how its names will wrap.
export function legendHeight(names, width, always = false) {
  if (names.length < 2 && !always) return 0;
  let rows = 1;
  let used = 0;
  for (const name of names) {
    const item = 33 + widthOf(name);
    if (used + item > width - 8) [rows, used] = [rows + 1, 0];
    used += item;
  }
  return rows * 26 - 2; // a line of 12 pixels and the gap of 14 that the legend leaves between lines
}

export function legend(names) {
  return { show: names.length > 1, type: "plain", top: 0, left: 0, itemWidth: 14, itemHeight: 8, itemGap: 14, data: names, textStyle: { color: look().soft, fontSize: 12 } };
}
