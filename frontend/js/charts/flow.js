// Things in columns and what flows between them: the chain map (organizations by stage) and lineage.
// Own SVG: nodes are links, colours are CSS classes, thickness is volume.
import { s } from "../lib/dom.js";
import { as } from "../lib/format.js";
import { t } from "../lib/texts.js";

// A node is as wide as its column allows, within what is readable.
const NODE = { width: 168, height: 46, gap: 16 };
const [NARROWEST, WIDEST, CLOSEST, APART] = [128, 250, 44, 104];
const THIN = 1.5;
const THICK = 14;

// Where no column is given: one further than the furthest source.
function columnsOf(data) {
  const column = new Map(data.nodes.map((node) => [node.id, node.column ?? 0]));
  for (let round = 0; round < data.nodes.length; round += 1) {
    let moved = false;
    for (const link of data.links) {
      const target = data.nodes.find((node) => node.id === link.to);
      if (target?.column === undefined && column.get(link.to) <= column.get(link.from)) {
        column.set(link.to, column.get(link.from) + 1);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return column;
}

function ordered(data, column) {
  const count = Math.max(0, ...column.values()) + 1;
  const columns = Array.from({ length: count }, (_, index) => data.nodes.filter((node) => column.get(node.id) === index));
  // A few sweeps towards the neighbours' middle untangle most crossings.
  for (let sweep = 0; sweep < 4; sweep += 1) {
    const place = new Map(columns.flatMap((nodes) => nodes.map((node, index) => [node.id, (index + 0.5) / nodes.length])));
    const middle = (node) => {
      const near = data.links.flatMap((link) => (link.from === node.id ? [link.to] : link.to === node.id ? [link.from] : []));
      return near.length ? near.reduce((sum, id) => sum + (place.get(id) ?? 0.5), 0) / near.length : place.get(node.id);
    };
    for (const nodes of columns) {
      const at = new Map(nodes.map((node) => [node.id, middle(node)]));
      nodes.sort((a, b) => at.get(a.id) - at.get(b.id));
    }
  }
  return columns;
}

function clip(text, room) {
  let width = 0;
  for (const [index, letter] of [...text].entries()) {
    width += letter > "\u2e80" ? 13 : 7;
    if (width > room) return `${[...text].slice(0, index - 1).join("")}…`;
  }
  return text;
}

const orgClass = (node) => (node?.colour === null || node?.colour === undefined ? "org-none" : `org-${node.colour % 8}`);

function nodeOf(node, { x, y }) {
  const box = [
    s("rect", { class: "node-box", x, y, width: NODE.width, height: NODE.height, rx: 8 }),
    s("rect", { class: "node-edge", x, y: y + 10, width: 4, height: NODE.height - 20, rx: 2 }),
    s("text", { class: "node-label", x: x + 16, y: y + (node.sub ? 20 : 28) }, clip(node.label, NODE.width - 30)),
    node.sub ? s("text", { class: "node-sub", x: x + 16, y: y + 36 }, clip(node.sub, NODE.width - 22)) : null,
    s("title", {}, [node.label, node.sub].filter(Boolean).join("\n")),
  ];
  const css = `node ${orgClass(node)}${node.here ? " is-here" : ""}`;
  return node.href ? s("a", { href: node.href, class: css }, ...box) : s("g", { class: css }, ...box);
}

// How thick each link is and where along the sides of its two nodes it docks, in the order of the other ends.
function docked(data, places) {
  const links = data.links.filter((link) => places.has(link.from) && places.has(link.to));
  const most = Math.max(0, ...links.map((link) => link.value ?? 0));
  const drawn = links.map((link) => ({ link, width: link.value && most ? THIN + (THICK - THIN) * Math.sqrt(link.value / most) : 2 }));
  for (const [side, other] of [["from", "to"], ["to", "from"]]) {
    for (const id of places.keys()) {
      const here = drawn.filter(({ link }) => link[side] === id).sort((a, b) => places.get(a.link[other]).y - places.get(b.link[other]).y);
      const total = here.reduce((sum, { width }) => sum + width + 2, -2);
      const squeeze = Math.min(1, (NODE.height - 8) / Math.max(1, total));
      let at = places.get(id).y + NODE.height / 2 - (total * squeeze) / 2;
      for (const each of here) {
        each[side] = at + (each.width * squeeze) / 2;
        at += (each.width + 2) * squeeze;
      }
    }
  }
  return drawn;
}

function linkOf({ link, width, from, to }, nodes, places, { write, gap }) {
  const [x1, y1, x2, y2] = [places.get(link.from).x + NODE.width, from, places.get(link.to).x, to];
  // Out of a lane of its own a flow runs straight as far as it can: it must not pass behind somebody else.
  const start = nodes.get(link.from).row === undefined ? x1 : Math.max(x1, x2 - gap);
  const bend = Math.max(30, Math.abs(x2 - start) / 2);
  const path = s("path", { class: `flow ${orgClass(nodes.get(link.from))}`, d: `M${x1} ${y1}H${start}C${start + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, "stroke-width": width.toFixed(1) });
  const text = link.label ?? (link.value ? write(link.value) : "");
  path.append(s("title", {}, `${nodes.get(link.from).label} → ${nodes.get(link.to).label}${text ? `\n${text}` : ""}`));
  return path;
}

function picture(data, width) {
  const columns = ordered(data, columnsOf(data));
  const nodes = new Map(data.nodes.map((node) => [node.id, node]));
  const head = data.columns ? 30 : 4;
  const tallest = Math.max(1, ...columns.map((each) => each.length), ...data.nodes.map((node) => (node.row ?? 0) + 1));
  const height = head + tallest * (NODE.height + NODE.gap) - NODE.gap + 8;
  NODE.width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, (width - 2 - (columns.length - 1) * APART) / columns.length)));
  const least = columns.length * NODE.width + (columns.length - 1) * CLOSEST;
  const whole = Math.max(width - 2, least);
  const gap = columns.length > 1 ? Math.min(260, (whole - columns.length * NODE.width) / (columns.length - 1)) : 0;
  const places = new Map();
  columns.forEach((each, column) => {
    const free = height - head - 8 - (each.length * (NODE.height + NODE.gap) - NODE.gap);
    each.forEach((node, index) => places.set(node.id, { x: column * (NODE.width + gap) + 1, y: head + (node.row === undefined ? free / 2 + index * (NODE.height + NODE.gap) : node.row * (NODE.height + NODE.gap)) }));
  });
  const drawn = columns.length * NODE.width + (columns.length - 1) * gap + 2;
  const svg = s("svg", { class: "flows", viewBox: `0 0 ${drawn} ${height}`, width: drawn, height });
  (data.columns ?? []).forEach((label, column) => svg.append(s("text", { class: "column-label", x: column * (NODE.width + gap) + 2, y: 14 }, label)));
  for (const each of docked(data, places)) svg.append(linkOf(each, nodes, places, { write: as(data.format), gap }));
  for (const node of data.nodes) svg.append(nodeOf(node, places.get(node.id)));
  return svg;
}

export function draw(place, _kind, data) {
  place.classList.add("is-natural", "is-scrolling");
  place.removeAttribute("role");
  let width = 0;
  const render = () => {
    width = place.clientWidth || 900;
    place.replaceChildren(picture(data, width));
  };
  render();
  const watch = new ResizeObserver(() => Math.abs(width - place.clientWidth) > 24 && render());
  watch.observe(place);
  return { render, repaint() {}, dispose: () => watch.disconnect() };
}

export function table(_kind, data) {
  const label = (id) => data.nodes.find((node) => node.id === id)?.label ?? id;
  return { columns: [{ label: t("from") }, { label: t("to") }, { label: t("volume"), format: data.format }], rows: data.links.map((link) => [label(link.from), label(link.to), link.value ?? link.label ?? null]) };
}
