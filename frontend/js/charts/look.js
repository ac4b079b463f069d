// The colours of the current theme, resolved from CSS variables to rgb, for charts that draw with plain colours.
const names = {
  ink: "--ink", soft: "--ink-soft", faint: "--ink-faint", line: "--line", strong: "--line-strong", canvas: "--canvas", raised: "--raised",
  hover: "--hover", accent: "--accent", good: "--good", bad: "--bad", warn: "--warn", together: "--together",
};
let cached = null;

function resolve(probe, variable) {
  probe.style.color = `var(${variable})`;
  return getComputedStyle(probe).color;
}

export function look() {
  if (cached) return cached;
  const probe = document.body.appendChild(document.createElement("span"));
  cached = Object.fromEntries(Object.entries(names).map(([key, variable]) => [key, resolve(probe, variable)]));
  cached.orgs = Array.from({ length: 8 }, (_, index) => resolve(probe, `--org-${index}`));
  probe.remove();
  cached.font = getComputedStyle(document.body).fontFamily;
  cached.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return cached;
}

export const forget = () => (cached = null);

const parts = (colour) => colour.match(/[\d.]+/g).map(Number);

// `share` of `colour` over `ground`.
export function mix(colour, ground, share) {
  const [a, b] = [parts(colour), parts(ground)];
  return `rgb(${[0, 1, 2].map((i) => Math.round(a[i] * share + b[i] * (1 - share))).join(", ")})`;
}

// Black or white, whichever reads better on the colour.
export function inkOn(colour) {
  const [r, g, b] = parts(colour).map((value) => (value / 255) ** 2.2);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3 ? "#14171c" : "#ffffff";
}

// Who a series belongs to: its name and colour; without an organization it is everybody together.
export function ownerOf(data, slug) {
  const found = (data.organizations ?? []).find((each) => each.slug === slug);
  return found ?? (slug ? { slug, name: slug, colour: null } : null);
}

// Of a series: one that says `everybody` has the ink of all together, so that it is nobody's hue.
export const colourOfSeries = (data, series) => (series.everybody ? look().together : colourOf(ownerOf(data, series.organization), look().accent));

export const colourOf = (owner, fallback) => (owner && owner.colour !== null && owner.colour !== undefined ? look().orgs[owner.colour % 8] : fallback);
