// A pad to draw on for image models. What is drawn is made like the training images of handwritten digits were:
// scaled into a box of 20 of 28 pixels and moved so that its centre of mass is in the middle.
import { paintHeat } from "./heat.js";
import { register } from "./lib/activate.js";
import { csrf, debounce, h, icon } from "./lib/dom.js";
import { percent } from "./lib/format.js";
import { t } from "./lib/texts.js";

const BOX = 20 / 28;
const PEN = 0.075;

function inkOf(canvas) {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, width, height);
  const ink = { left: width, top: height, right: -1, bottom: -1, x: 0, y: 0, mass: 0 };
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = data[4 * (y * width + x)];
      if (value < 16) continue;
      ink.left = Math.min(ink.left, x);
      ink.right = Math.max(ink.right, x);
      ink.top = Math.min(ink.top, y);
      ink.bottom = Math.max(ink.bottom, y);
      ink.mass += value;
      ink.x += value * (x + 0.5);
      ink.y += value * (y + 0.5);
    }
  }
  return ink;
}

// Draws `from` onto `to`, centred and scaled. Returns false where nothing is drawn.
export function normalize(from, to) {
  const ink = inkOf(from);
  const paper = to.getContext("2d");
  paper.fillStyle = "#000";
  paper.fillRect(0, 0, to.width, to.height);
  if (!ink.mass) return false;
  const side = Math.max(ink.right - ink.left, ink.bottom - ink.top) + 1;
  const scale = (to.width * BOX) / side;
  paper.imageSmoothingEnabled = true;
  paper.imageSmoothingQuality = "high";
  const [x, y] = [to.width / 2 - (ink.x / ink.mass) * scale, to.height / 2 - (ink.y / ink.mass) * scale];
  paper.drawImage(shrunk(from, scale), x, y, from.width * scale, from.height * scale);
  return true;
}

// Halving again and again keeps thin strokes that one big step would lose.
function shrunk(canvas, scale) {
  let now = canvas;
  while (scale * canvas.width < now.width / 2) {
    const half = Object.assign(document.createElement("canvas"), { width: now.width / 2, height: now.height / 2 });
    half.getContext("2d").drawImage(now, 0, 0, half.width, half.height);
    now = half;
  }
  return now;
}

function showAnswers(list, answers) {
  list.replaceChildren(...answers.map(({ label, probability }, index) => h("li", { class: index === 0 ? "is-top" : null }, h("span", {}, String(label)), h("progress", { max: 1, value: probability, "aria-label": String(label) }), h("span", {}, percent(probability, probability > 0.995 || probability < 0.005 ? 1 : 0)))));
}

register("[data-draw]", (pad) => {
  const board = pad.querySelector(".pad-draw");
  const seen = pad.querySelector(".pad-seen");
  const list = pad.querySelector("[data-draw-answers]");
  const refusal = pad.querySelector("[data-draw-refusal]");
  const why = pad.querySelector("[data-draw-why]");
  const warnings = pad.querySelector("[data-draw-warnings]");
  const paper = board.getContext("2d", { willReadFrequently: true });
  let last = null;
  let running;

  function clear() {
    paper.fillStyle = "#000";
    paper.fillRect(0, 0, board.width, board.height);
    normalize(board, seen);
    show({ answers: [] });
  }

  // An answer, or in its place the reason why there is none, below what was drawn.
  function show({ answers = [], warnings: doubts = [], heat = null, where = "", detail = "" }) {
    refusal.hidden = !detail;
    refusal.replaceChildren(...(detail ? [icon("circle-alert"), h("span", {}, detail)] : []));
    showAnswers(list, answers);
    warnings?.replaceChildren(...doubts.map((text) => h("p", { class: "small warn" }, text)));
    const reason = pad.querySelector("[data-draw-reason]");
    if (!reason) return;
    reason.hidden = !heat;
    if (!heat) return;
    const canvas = reason.querySelector("canvas");
    paintHeat(canvas, heat, seen);
    canvas.setAttribute("aria-label", where);
    reason.querySelector("p").textContent = where;
  }

  const ask = debounce(async () => {
    if (!normalize(board, seen)) return;
    running?.abort();
    running = new AbortController();
    try {
      const body = JSON.stringify({ image: seen.toDataURL("image/png").split(",")[1], ...(why?.checked ? { explain: true } : {}) });
      const answer = await fetch(pad.dataset.drawUrl, { method: "POST", body, signal: running.signal, headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() } });
      const said = await answer.json().catch(() => ({}));
      show(answer.ok ? said : { detail: said.detail ?? t("failed") });
    } catch (error) {
      if (error.name !== "AbortError") show({ detail: t("offline") });
    }
  }, 120);

  const place = (event) => {
    const box = board.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * board.width, ((event.clientY - box.top) / box.height) * board.height];
  };
  function stroke(to) {
    const [x, y] = last ?? to;
    Object.assign(paper, { strokeStyle: "#fff", lineWidth: board.width * PEN, lineCap: "round", lineJoin: "round" });
    paper.beginPath();
    paper.moveTo(x, y);
    // Through the middle of the last two places: no corners.
    const middle = [(x + to[0]) / 2, (y + to[1]) / 2];
    paper.quadraticCurveTo(x, y, ...middle);
    paper.lineTo(...to);
    paper.stroke();
    last = to;
  }
  board.addEventListener("pointerdown", (event) => {
    board.setPointerCapture(event.pointerId);
    last = null;
    stroke(place(event));
  });
  board.addEventListener("pointermove", (event) => {
    if (!event.buttons) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) stroke(place(each));
    ask();
  });
  board.addEventListener("pointerup", ask);

  why?.addEventListener("change", ask);
  pad.querySelector("[data-draw-clear]")?.addEventListener("click", clear);
  pad.querySelector("[data-draw-file]")?.addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    const picture = await createImageBitmap(file).catch(() => null);
    running?.abort();
    clear();
    if (!picture) return show({ detail: t("no_picture") });
    const scale = Math.min(board.width / picture.width, board.height / picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    paper.drawImage(picture, (board.width - width) / 2, (board.height - height) / 2, width, height);
    lightOnDark(paper, board);
    ask();
  });
  clear();
});

// Ink on paper becomes light on dark, as the model has learned it.
function lightOnDark(paper, { width, height }) {
  const image = paper.getImageData(0, 0, width, height);
  const grey = (i) => 0.299 * image.data[i] + 0.587 * image.data[i + 1] + 0.114 * image.data[i + 2];
  const corners = [0, 4 * (width - 1), 4 * width * (height - 1), 4 * (width * height - 1)];
  const inverted = corners.reduce((sum, i) => sum + grey(i), 0) / 4 > 127;
  for (let i = 0; i < image.data.length; i += 4) {
    const value = inverted ? 255 - grey(i) : grey(i);
    image.data.fill(value, i, i + 3);
    image.data[i + 3] = 255;
  }
  paper.putImageData(image, 0, 0);
}
