// Finds which icons the pages name and makes one sprite of them. An unknown name stops the build.
import { readFile, readdir } from "node:fs/promises";
import { extname, join } from "node:path";

const places = ["templates", "chainhub", "frontend"];
const patterns = {
  ".html": [/\{%-?\s*icon\s+["']([a-z0-9-]+)["']/g, /\b(?:icon|picture)=["']([a-z0-9-]+)["']/g],
  ".py": [/\b(?:icon|picture)=["']([a-z0-9-]+)["']/g, /["'](?:icon|picture)["']:\s*["']([a-z0-9-]+)["']/g],
  ".js": [/\bicon\(["']([a-z0-9-]+)["']/g],
};

async function* filesUnder(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== "dist" && entry.name !== "__pycache__") yield* filesUnder(path);
    else if (patterns[extname(entry.name)]) yield path;
  }
}

export async function usedIcons(root) {
  const found = new Map();
  const always = JSON.parse(await readFile(join(root, "frontend", "icons.json"), "utf8"));
  for (const name of always) found.set(name, "frontend/icons.json");
  for (const place of places) {
    for await (const path of filesUnder(join(root, place))) {
      const text = await readFile(path, "utf8");
      for (const pattern of patterns[extname(path)]) {
        for (const [, name] of text.matchAll(pattern)) if (!found.has(name)) found.set(name, path);
      }
    }
  }
  return found;
}

export async function spriteOf(folder, names) {
  const symbols = [];
  for (const [name, where] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const svg = await readFile(join(folder, `${name}.svg`), "utf8").catch(() => {
      throw new Error(`unknown icon "${name}" in ${where} (names: lucide.dev/icons)`);
    });
    const shapes = svg.replace(/<!--.*?-->/gs, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s+/g, " ").trim()}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
}
