// ECharts, only the parts in use. Loaded when a page has a chart that needs it.
import { BarChart, CustomChart, HeatmapChart, LineChart, ParallelChart, ScatterChart } from "echarts/charts";
import { AriaComponent, DataZoomInsideComponent, GridComponent, LegendComponent, MarkLineComponent, ParallelComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import { bars, histogram, importance } from "./bars.js";
import { confusion } from "./confusion.js";
import { lines } from "./lines.js";
import { forget, look } from "./look.js";
import { parallel } from "./parallel.js";
import { roc, scatter } from "./points.js";

echarts.use([BarChart, CustomChart, HeatmapChart, LineChart, ParallelChart, ScatterChart]);
echarts.use([AriaComponent, DataZoomInsideComponent, GridComponent, LegendComponent, MarkLineComponent, ParallelComponent, TooltipComponent]);
echarts.use([LabelLayout, SVGRenderer]);

const kinds = { lines, bars, histogram, importance, confusion, roc, curves: roc, scatter, parallel };

function base() {
  const { font, ink, raised, line, still } = look();
  return {
    textStyle: { fontFamily: font, fontSize: 12 },
    animation: !still,
    animationDuration: 300,
    animationDurationUpdate: 200,
    tooltip: { backgroundColor: raised, borderColor: line, textStyle: { color: ink, fontSize: 12 }, extraCssText: "border-radius:8px;max-width:22rem;white-space:normal", confine: true },
  };
}

export function draw(place, kind, data) {
  const chart = echarts.init(place, null, { renderer: "svg" });
  const height = place.clientHeight;
  const render = () => {
    const extra = Math.round(kinds[kind].extra?.(data, { width: place.clientWidth, height }) ?? 0);
    if (place.clientHeight !== height + extra) {
      place.style.blockSize = extra ? `${height + extra}px` : "";
      chart.resize();
    }
    const own = kinds[kind].option(data, { width: place.clientWidth, height: place.clientHeight });
    const common = base();
    chart.setOption({ ...common, ...own, tooltip: { ...common.tooltip, ...own.tooltip } }, { notMerge: true });
  };
  render();
  let width = place.clientWidth;
  const watch = new ResizeObserver(() => {
    chart.resize();
    if (Math.abs(width - place.clientWidth) > 40) render();
    width = place.clientWidth;
  });
  watch.observe(place);
  chart.on("click", (event) => event.data?.href && location.assign(event.data.href));
  return {
    render,
    repaint() {
      forget();
      render();
    },
    dispose() {
      watch.disconnect();
      chart.dispose();
    },
  };
}

export const table = (kind, data) => kinds[kind].table(data);
