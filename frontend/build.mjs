// Bundles the browser side once: frontend/{js,css} and the icons in use -> chainhub/static/dist/ (git-ignored).
// Runs offline after `npm ci --ignore-scripts`. `--watch` builds again on every change.
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { watch } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { spriteOf, usedIcons } from "./icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "chainhub", "static", "dist");
const icons = join(root, "node_modules", "lucide-static", "icons");

const bundle = {
  entryPoints: { app: join(here, "js", "app.js"), theme: join(here, "css", "app.css") },
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  target: ["chrome123", "firefox121", "safari17.5"],
  outdir: out,
  chunkNames: "chunks/[name]-[hash]",
  entryNames: "app",
  legalComments: "linked",
  logLevel: "warning",
  write: false,
};

async function licences() {
  // What is bundled keeps its licence text beside it.
  const names = Object.keys(JSON.parse(await readFile(join(root, "package.json"), "utf8")).dependencies);
  const texts = [];
  for (const name of names.filter((each) => each !== "esbuild")) {
    const folder = join(root, "node_modules", name);
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    if (file) texts.push(`== ${name} ==\n\n${await readFile(join(folder, file), "utf8")}`);
  }
  return texts.join("\n\n");
}

// A page that is served meanwhile finds the old file or the new one, never half of one.
async function place({ path, contents }) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}.new`, contents);
  await rename(`${path}.${process.pid}.new`, path);
}

async function forgetAllBut(kept) {
  const found = await readdir(out, { withFileTypes: true, recursive: true });
  const stale = found.filter((entry) => entry.isFile() && !entry.name.startsWith(".")).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const hour = Date.now() - 3_600_000;
  for (const path of stale.filter((each) => !kept.has(each))) {
    // Pages opened before this build may still ask for their parts.
    if ((await stat(path)).mtimeMs < hour) await rm(path, { force: true });
  }
}

async function build() {
  const started = performance.now();
  await mkdir(out, { recursive: true });
  const [bundled, names] = await Promise.all([esbuild.build(bundle), usedIcons(root)]);
  const sprite = await spriteOf(icons, names);
  const files = [...bundled.outputFiles, { path: join(out, "icons.svg"), contents: sprite }, { path: join(out, "LICENSES.txt"), contents: await licences() }];
  await Promise.all(files.map(place));
  await forgetAllBut(new Set(files.map(({ path }) => path)));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`front end: ${relative(root, out)} (${names.size} icons) in ${seconds} s`);
}

try {
  await build();
} catch (error) {
  console.error(`front end: ${error.message}`);
  process.exit(1);
}

if (process.argv.includes("--watch")) {
  let waiting;
  const again = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => build().catch((error) => console.error(`front end: ${error.message}`)), 100);
  };
  for (const folder of [here, join(root, "templates")]) watch(folder, { recursive: true }, again);
}
