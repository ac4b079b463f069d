// A metric event becomes a point of a curve; a series nobody has seen yet is made. Returns whether anything changed.
const KEYS = ["split", "organization", "series"];

export function append(data, event) {
  if (data.metric && event.name !== data.metric) return false;
  if (event.series === "alone" && event.split === "train") return false; // judged, not watched: web/curves.py leaves it out too
  data.series ??= [];
  let series = data.series.find((each) => KEYS.every((key) => (each[key] ?? null) === (event[key] ?? null)));
  if (!series) {
    series = { split: event.split, organization: event.organization, series: event.series, points: [] };
    data.series.push(series);
  }
  // Events come in order, except after an interruption: look from the end.
  let at = series.points.length;
  while (at > 0 && series.points[at - 1][0] > event.step) at -= 1;
  const [step] = series.points[at - 1] ?? [];
  if (step === event.step) series.points[at - 1] = [event.step, event.value];
  else series.points.splice(at, 0, [event.step, event.value]);
  return true;
}
