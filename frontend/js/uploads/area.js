// The drop area: what is in its list, who may send now, and how far all of it is.
import { h, icon } from "../lib/dom.js";
import { bytes, duration } from "../lib/format.js";
import { t } from "../lib/texts.js";
import { packed } from "./package.js";
import { button, Row } from "./row.js";

const AT_ONCE = 3;

function fits(input, file) {
  const rules = input.accept.split(",").map((rule) => rule.trim().toLowerCase()).filter(Boolean);
  const name = file.name.toLowerCase();
  return !rules.length || rules.some((rule) => (rule.startsWith(".") ? name.endsWith(rule) : rule.endsWith("/*") ? file.type.startsWith(rule.slice(0, -1)) : file.type === rule));
}

export class Area {
  constructor(element) {
    const { dataset } = element;
    Object.assign(this, { element, endpoint: dataset.uploadUrl, field: dataset.uploadName, organization: dataset.uploadOrganization ?? "" });
    this.most = Number(dataset.uploadMax || Infinity);
    this.input = element.querySelector(".drop-zone input[type=file]");
    this.list = element.querySelector(".drop-files");
    this.total = element.querySelector(".drop-total");
    this.live = element.querySelector("[aria-live]");
    this.submits = element.closest("form")?.querySelectorAll("[data-upload-submit]") ?? [];
    this.rows = new Set();
    this.total?.querySelector("button").addEventListener("click", () => this.toggleAll());
  }

  say(text) {
    this.live.textContent = text;
  }

  // A folder, or files; `folder` makes one of all.
  take({ folder, parts }) {
    if (!parts.length) return;
    if (folder) {
      this.add(packed(parts));
      return;
    }
    for (const { path, file } of this.input.multiple ? parts : parts.slice(0, 1)) {
      if (!fits(this.input, file)) this.refuse(file.name, t("upload_wrong_kind", { name: file.name }));
      else this.add({ blob: file, name: file.name, path, key: `${path}-${file.size}-${file.lastModified}` });
    }
  }

  add(thing) {
    if (!thing.blob.size) return this.refuse(thing.name, t("upload_empty"));
    if (thing.blob.size > this.most) return this.refuse(thing.name, t("upload_too_big", { size: bytes(thing.blob.size), limit: bytes(this.most) }));
    const same = [...this.rows].find((row) => row.key === thing.key);
    if (same) return same.element.scrollIntoView({ block: "nearest" });
    if (!this.input.multiple) for (const other of this.rows) other.remove();
    const row = new Row(this, { path: thing.name, ...thing });
    this.rows.add(row);
    this.list.append(row.element);
    return this.changed();
  }

  refuse(name, text) {
    const row = h("li", { class: "drop-file is-failed" }, icon("circle-x"), h("span", { class: "name" }, name), h("span", { class: "state" }, text));
    row.append(h("span", { class: "tools" }, button("x", t("remove_one", { name }), () => this.drop(row))));
    this.list.append(row);
    this.say(`${name}: ${text}`);
  }

  forget(row) {
    this.rows.delete(row);
    this.drop(row.element);
    this.changed();
  }

  // Whoever pressed the button by keyboard stays near.
  drop(element) {
    const held = element.contains(document.activeElement);
    element.remove();
    if (held) this.input.focus();
  }

  changed() {
    const rows = [...this.rows];
    const busy = rows.filter((row) => ["running", "retrying"].includes(row.state)).length;
    const next = busy < AT_ONCE && rows.find((row) => row.state === "waiting");
    if (next) {
      next.start(); // comes back here for the one after it
      return;
    }
    const ids = rows.map((row) => row.id).filter(Boolean);
    const ready = rows.length > 0 && ids.length === rows.length;
    for (const submit of this.submits) submit.disabled = !ready;
    this.element.dataset.uploadState = ready ? "done" : rows.length ? "running" : "empty";
    this.element.dispatchEvent(new CustomEvent("upload", { bubbles: true, detail: { ids, ready } }));
    this.moved();
  }

  moved() {
    if (!this.total) return;
    const rows = [...this.rows];
    this.total.hidden = rows.length < 2;
    if (this.total.hidden) return;
    const sum = (of) => rows.reduce((all, row) => all + of(row), 0);
    const [sent, size, speed] = [sum((row) => row.sent), sum((row) => row.blob.size), sum((row) => row.speed)];
    const done = rows.filter((row) => row.id).length;
    const bar = this.total.querySelector("progress");
    [bar.max, bar.value] = [size, sent];
    const told = { n: done, of: rows.length, done: bytes(sent), total: bytes(size), speed: bytes(Math.round(speed)), left: duration((size - sent) / speed) };
    this.total.querySelector(".state").textContent = done === rows.length ? t("upload_all_done", told) : speed ? t("upload_all_running", told) : t("upload_all", told);
    const moving = rows.some((row) => row.isMoving);
    const all = this.total.querySelector("button");
    all.hidden = done === rows.length;
    all.textContent = moving ? t("pause_all") : t("resume_all");
  }

  toggleAll() {
    const moving = [...this.rows].filter((row) => row.isMoving);
    const still = [...this.rows].filter((row) => ["paused", "failed"].includes(row.state));
    // Those that wait first, so that none begins because another pauses.
    for (const row of moving.sort((a) => (a.state === "waiting" ? -1 : 1))) row.pause();
    if (!moving.length) for (const row of still) row.resume();
  }

  lost() {
    for (const row of this.rows) if (row.isMoving) row.sending.lost();
  }

  // The network is back: nobody waits for the next try.
  hurry() {
    for (const row of this.rows) {
      if (row.state === "retrying") row.sending.hurry();
      if (row.state === "failed" && !row.sending.refusal) row.resume();
    }
  }

  get isBusy() {
    return [...this.rows].some((row) => row.isMoving);
  }
}
