// How much each place of a picture weighs: {rows: [{name, heat: [[0..1], …]}], columns: [label, …], numbers: [[name, …], …]}.
// Small pictures side by side; the table tells regions, since nobody reads a thousand places.
import { h } from "../lib/dom.js";
import { paintHeat } from "../heat.js";

export function draw(place, _kind, data) {
  place.classList.add("is-natural");
  const canvases = data.rows.map(({ heat }) => h("canvas", { class: "heat", width: heat[0].length, height: heat.length }));
  place.replaceChildren(h("div", { class: "heats" }, ...data.rows.map(({ name }, index) => h("div", {}, canvases[index], h("span", {}, name)))));
  const repaint = () => canvases.forEach((canvas, index) => paintHeat(canvas, data.rows[index].heat));
  repaint();
  return { render() {}, repaint, dispose() {} };
}

export const table = (_kind, data) => ({ columns: data.columns.map((label, index) => ({ label, format: index ? "percent" : null })), rows: data.numbers });
