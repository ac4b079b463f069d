// Numbers, sizes and times in the page's language.
import { t } from "./texts.js";

export const locale = document.documentElement.lang || "en";
const cache = new Map();

function formatter(options) {
  const key = JSON.stringify(options);
  if (!cache.has(key)) cache.set(key, new Intl.NumberFormat(locale, options));
  return cache.get(key);
}

export function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (Number.isInteger(value)) return formatter({ maximumFractionDigits: 0 }).format(value);
  if (Math.abs(value) < 1e-6) return value.toExponential(digits - 1);
  return formatter({ maximumSignificantDigits: Math.max(digits, Math.floor(Math.log10(Math.abs(value)) + 1)) }).format(value);
}

export function percent(value, places = 1) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return formatter({ style: "percent", maximumFractionDigits: places }).format(value);
}

export function bytes(value) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${number(unit ? value : Math.round(value))} ${units[unit]}`;
}

export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 1) return t("less_than_a_second");
  if (seconds < 90) return t("second", { n: Math.round(seconds) });
  if (seconds < 5400) return t("minute", { n: Math.round(seconds / 60) });
  return t("hour", { a: Math.floor(seconds / 3600), b: Math.round((seconds % 3600) / 60) });
}

const kinds = { percent, integer: (value) => number(Math.round(value)), bytes, seconds: duration, number };

// How a chart's `format` writes a value.
export function as(kind) {
  return kinds[kind] ?? number;
}

// The same with as many decimals each time, for `values` that stand below one another: more of them where all are small.
export function aligned(kind, values = []) {
  if (kind === "percent") return (value) => formatter({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
  if (kind && kind !== "number") return as(kind);
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  const places = largest > 0 && largest < 0.1 ? Math.min(9, Math.ceil(-Math.log10(largest)) + 3) : 3;
  return (value) => (Math.abs(value) < 10 ? formatter({ minimumFractionDigits: places, maximumFractionDigits: places }).format(value) : number(value, 4));
}

export function compact(value) {
  return formatter({ notation: "compact", maximumSignificantDigits: 3 }).format(value);
}

const relative = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
export const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });

export function ago(moment, now = Date.now()) {
  const seconds = (moment.getTime() - now) / 1000;
  const span = Math.abs(seconds);
  if (span < 45) return t("just_now");
  if (span < 45 * 60) return relative.format(Math.sign(seconds) * Math.max(1, Math.round(span / 60)), "minute");
  if (span < 22 * 3600) return relative.format(Math.sign(seconds) * Math.max(1, Math.round(span / 3600)), "hour");
  if (span < 26 * 86400) return relative.format(Math.sign(seconds) * Math.max(1, Math.round(span / 86400)), "day");
  return day.format(moment);
}

export const instant = (moment) => exact.format(moment);
