// What was dropped or chosen, as [{path, file}]: folders are walked, what systems leave in them is not taken along.
const CLUTTER = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*|__MACOSX(\/.*)?)$/;

export const isClutter = (path) => CLUTTER.test(path);

async function walk(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\/+/, ""), file }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader gives at most some hundred entries at a time.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const each of some) found.push(...(await walk(each)));
  }
}

// Entries must be asked for before the first await: afterwards the browser has forgotten them.
export async function dropped(transfer) {
  const entries = [...(transfer.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return { folder: false, parts: chosen(transfer.files) };
  const parts = (await Promise.all(entries.map(walk))).flat();
  return { folder: entries.some((entry) => entry.isDirectory), parts: parts.filter(({ path }) => !isClutter(path)) };
}

export function chosen(files) {
  return [...files].map((file) => ({ path: (file.webkitRelativePath || file.name).normalize("NFC"), file })).filter(({ path }) => !isClutter(path));
}
