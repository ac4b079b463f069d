// What an earlier tab began and did not end: shown, so that choosing the same file again goes on with it.
import { defaultOptions } from "tus-js-client";
import { h, icon } from "../lib/dom.js";
import { ago, bytes } from "../lib/format.js";
import { t } from "../lib/texts.js";
import { button } from "./row.js";

const OURS = "tus::chainhub-";
const KEPT_MS = 7 * 86_400_000;
const SHOWN = 5;

export async function showEarlier(area) {
  const storage = defaultOptions.urlStorage;
  const found = (await storage.findAllUploads()).filter((one) => one.urlStorageKey.startsWith(`${OURS}${area.organization}-`));
  for (const one of found) {
    const begun = new Date(one.creationTime);
    if (!(Date.now() - begun < KEPT_MS)) storage.removeUpload(one.urlStorageKey);
    else if (area.list.querySelectorAll(".is-earlier").length < SHOWN) await show(area, storage, one, begun);
  }
}

async function show(area, storage, one, begun) {
  const answer = await fetch(one.uploadUrl, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer) return; // the hub is away: perhaps it is there the next time
  if (!answer.ok) {
    if ([404, 410].includes(answer.status)) storage.removeUpload(one.urlStorageKey);
    return;
  }
  const { offset, size } = await answer.json();
  const name = one.metadata.filename;
  const told = { done: bytes(offset), total: bytes(size), when: ago(begun) };
  const text = offset < size ? t("upload_earlier", told) : t("upload_earlier_whole", told);
  const row = h("li", { class: "drop-file is-earlier" }, icon("history"), h("span", { class: "name" }, name), h("span", { class: "state" }, text));
  const forget = button("x", t("remove_one", { name }), () => {
    storage.removeUpload(one.urlStorageKey);
    area.drop(row);
  });
  row.append(h("span", { class: "tools" }, forget));
  row.dataset.url = one.uploadUrl;
  area.list.append(row);
}

// The row of an earlier upload goes when its file is on its way again.
export function replaceEarlier(area) {
  const urls = new Set([...area.rows].map((row) => row.sending.upload.url).filter(Boolean));
  for (const row of area.list.querySelectorAll(".is-earlier")) if (urls.has(row.dataset.url)) row.remove();
}
