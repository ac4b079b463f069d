// Times: relative, kept current, the exact instant in the reader's zone on hover; log clocks in the reader's zone.
import { register } from "./lib/activate.js";
import { ago, clock, instant } from "./lib/format.js";

const live = new Set();

function show(element) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const text = ago(moment);
  if (element.textContent !== text) element.textContent = text;
}

register("time[data-ago]", (element) => {
  element.title = instant(new Date(element.dateTime));
  show(element);
  live.add(element);
  return () => live.delete(element);
});

register("time[data-clock]", (element) => {
  const moment = new Date(element.dateTime);
  element.textContent = clock.format(moment);
  element.title = instant(moment);
});

setInterval(() => {
  if (document.visibilityState !== "visible") return;
  for (const element of live) element.isConnected ? show(element) : live.delete(element);
}, 20_000);
