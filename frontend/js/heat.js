// Heat on a canvas: dark and cold where nothing weighs, bright where much does; over a picture where there is one.
import { register } from "./lib/activate.js";
import { jsonOf } from "./lib/dom.js";

// The same on every theme, as a picture is: black, violet, orange, pale yellow, each lighter than the last.
const STEPS = [[13, 8, 35], [104, 28, 110], [217, 80, 50], [249, 170, 40], [252, 250, 190]];

function colourAt(share) {
  const at = Math.min(1, Math.max(0, share)) * (STEPS.length - 1);
  const below = Math.min(STEPS.length - 2, Math.floor(at));
  return STEPS[below].map((value, index) => value + (STEPS[below + 1][index] - value) * (at - below));
}

// `heat` is lines of values from 0 to 1 and fills the canvas; `picture` (anything that can be drawn) lies under it.
export function paintHeat(canvas, heat, picture = null) {
  const [width, height] = [heat[0].length, heat.length];
  const paper = canvas.getContext("2d");
  const top = Math.max(1e-9, ...heat.flat());
  const image = new ImageData(width, height);
  heat.flat().forEach((value, index) => image.data.set([...colourAt(value / top), picture ? 230 * (value / top) ** 0.8 : 255], 4 * index));
  const layer = Object.assign(document.createElement("canvas"), { width, height });
  layer.getContext("2d").putImageData(image, 0, 0);
  paper.imageSmoothingEnabled = false;
  paper.clearRect(0, 0, canvas.width, canvas.height);
  if (picture) {
    paper.filter = "grayscale(1)";
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
    paper.filter = "none";
  }
  paper.drawImage(layer, 0, 0, canvas.width, canvas.height);
}

// `<canvas data-heat="id-of-json" data-heat-picture="#image">`: the heat of an answer over the picture that was asked
// about, in its own proportions. A picture is brought to the model's size whole, so both cover the same.
register("canvas[data-heat]", async (canvas) => {
  const heat = jsonOf(canvas.dataset.heat);
  if (!heat?.length) return undefined;
  const shown = document.querySelector(canvas.dataset.heatPicture);
  await shown.decode().catch(() => null);
  canvas.height = Math.round((canvas.width * shown.naturalHeight) / (shown.naturalWidth || 1)) || canvas.height;
  return paintHeat(canvas, heat, shown.naturalWidth ? shown : null);
});
