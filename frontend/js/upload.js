// Files by the tus protocol: streams, shows speed and time left, pauses, resumes, also after the tab was closed.
import { Upload } from "tus-js-client";
import { register } from "./lib/activate.js";
import { csrf, h, icon } from "./lib/dom.js";
import { bytes, duration } from "./lib/format.js";
import { t } from "./lib/texts.js";

const CHUNK = 16 * 2 ** 20;
const DELAYS = [0, 1000, 3000, 5000, 10_000, 20_000];
const WINDOW_MS = 6_000;

// Speed over the last seconds: what a person wants to know is now, not the average since the start.
function speedometer() {
  const samples = [];
  return (sent) => {
    const now = performance.now();
    samples.push([now, sent]);
    while (samples.length > 2 && now - samples[0][0] > WINDOW_MS) samples.shift();
    const [start, from] = samples[0];
    return now > start ? ((sent - from) / (now - start)) * 1000 : 0;
  };
}

function button(name, label, press) {
  const made = h("button", { type: "button", class: "button is-small is-icon is-quiet", "aria-label": label, title: label, onclick: press });
  made.append(icon(name));
  return made;
}

const pictures = { pause: () => icon("pause"), play: () => icon("play"), x: () => icon("x"), done: () => icon("circle-check"), file: () => icon("file") };

function reasonOf(error) {
  const answer = error.originalResponse;
  if (!answer) return t("upload_retrying");
  const body = answer.getBody();
  try {
    return JSON.parse(body).detail ?? JSON.parse(body).title ?? body;
  } catch {
    return body && body.length < 300 && !body.startsWith("<") ? body : `HTTP ${answer.getStatus()}`;
  }
}

class Transfer {
  constructor(area, file) {
    this.area = area;
    this.file = file;
    this.speed = speedometer();
    this.state = h("span", { class: "state" }, t("upload_waiting"));
    this.bar = h("progress", { max: file.size, value: 0, "aria-label": file.name });
    this.toggle = button("pause", t("pause"), () => (this.running ? this.pause() : this.resume()));
    this.row = h("li", { class: "drop-file" }, pictures.file(), h("span", { class: "name", title: file.webkitRelativePath || file.name }, file.webkitRelativePath || file.name), h("span", { class: "tools" }, this.toggle, button("x", t("remove"), () => this.remove())), this.bar, this.state);
    area.list.append(this.row);
  }

  show(picture, label) {
    this.toggle.replaceChildren(picture);
    this.toggle.setAttribute("aria-label", label);
    this.toggle.title = label;
  }

  async start() {
    const { dataset } = this.area.element;
    this.upload = new Upload(this.file, {
      endpoint: dataset.uploadUrl,
      chunkSize: CHUNK,
      retryDelays: DELAYS,
      headers: { "X-CSRFToken": csrf() },
      metadata: { filename: this.file.name, filetype: this.file.type || "application/octet-stream", path: this.file.webkitRelativePath || this.file.name },
      removeFingerprintOnSuccess: true,
      onProgress: (sent) => this.progressed(sent),
      onSuccess: () => this.done(),
      onError: (error) => this.failed(error),
      onShouldRetry: (error, attempt) => this.mayRetry(error, attempt),
    });
    const [earlier] = await this.upload.findPreviousUploads();
    if (earlier) {
      this.upload.resumeFromPreviousUpload(earlier);
      this.resumed = true;
    }
    this.resume();
  }

  resume() {
    this.running = true;
    this.speed = speedometer();
    this.row.classList.remove("is-failed");
    this.show(pictures.pause(), t("pause"));
    this.upload.start();
    this.area.changed();
  }

  pause() {
    this.running = false;
    this.upload.abort();
    this.show(pictures.play(), t("resume"));
    this.state.textContent = t("upload_paused", { done: bytes(this.bar.value), total: bytes(this.file.size) });
  }

  mayRetry(error, attempt) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status >= 400 && status < 500 && ![409, 423, 429].includes(status)) return false;
    this.state.textContent = t("upload_retrying");
    return attempt < DELAYS.length;
  }

  progressed(sent) {
    const speed = this.speed(sent);
    this.bar.value = sent;
    if (this.resumed) {
      this.resumed = false;
      this.state.textContent = t("upload_resuming", { done: bytes(sent) });
      return;
    }
    this.state.textContent = t("upload_running", { done: bytes(sent), total: bytes(this.file.size), speed: bytes(Math.round(speed)), left: speed ? duration((this.file.size - sent) / speed) : "–" });
  }

  failed(error) {
    this.running = false;
    this.row.classList.add("is-failed");
    this.show(pictures.play(), t("resume"));
    const refused = (error.originalResponse?.getStatus() ?? 0) >= 400;
    this.state.textContent = refused ? t("upload_refused", { reason: reasonOf(error) }) : t("upload_failed", { reason: t("offline_short") });
    this.area.changed();
  }

  done() {
    this.running = false;
    this.id = this.upload.url.replace(/\/+$/, "").split("/").pop();
    this.bar.value = this.file.size;
    this.bar.classList.add("is-good");
    this.toggle.remove();
    this.row.classList.add("is-done");
    this.row.firstElementChild.replaceWith(pictures.done());
    this.state.textContent = t("upload_done", { total: bytes(this.file.size) });
    this.row.append(h("input", { type: "hidden", name: this.area.element.dataset.uploadName, value: this.id }));
    this.area.changed();
  }

  async remove() {
    this.running = false;
    await this.upload?.abort(Boolean(this.upload?.url)).catch(() => {});
    this.row.remove();
    this.area.forget(this);
  }
}

function accepts(input, file) {
  const rules = input.accept.split(",").map((rule) => rule.trim().toLowerCase()).filter(Boolean);
  const name = file.name.toLowerCase();
  return !rules.length || rules.some((rule) => (rule.startsWith(".") ? name.endsWith(rule) : rule.endsWith("/*") ? file.type.startsWith(rule.slice(0, -1)) : file.type === rule));
}

// Files of dropped folders too.
async function filesOf(transfer) {
  const walk = async (entry) => {
    if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return found;
      for (const each of some) found.push(...(await walk(each)));
    }
  };
  const entries = [...(transfer.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return entries.length ? (await Promise.all(entries.map(walk))).flat() : [...transfer.files];
}

register("[data-upload]", (element) => {
  const zone = element.querySelector(".drop-zone");
  const input = zone.querySelector("input[type=file]");
  const form = element.closest("form");
  const transfers = new Set();
  const area = {
    element,
    list: element.querySelector(".drop-files"),
    forget(transfer) {
      transfers.delete(transfer);
      area.changed();
    },
    changed() {
      const all = [...transfers];
      const ready = all.length > 0 && all.every((each) => each.id);
      for (const submit of form?.querySelectorAll("[data-upload-submit]") ?? []) submit.disabled = !ready;
      element.dataset.uploadState = ready ? "done" : all.length ? "running" : "empty";
      element.dispatchEvent(new CustomEvent("upload", { bubbles: true, detail: { ids: all.map((each) => each.id).filter(Boolean), ready } }));
    },
  };

  function refuse(text, file) {
    const row = h("li", { class: "drop-file is-failed" }, pictures.x(), h("span", { class: "name" }, file.name), h("span", { class: "state" }, text));
    row.append(h("span", { class: "tools" }, button("x", t("remove"), () => row.remove())));
    area.list.append(row);
  }

  function take(files) {
    const most = Number(element.dataset.uploadMax || Infinity);
    for (const file of input.multiple ? files : files.slice(0, 1)) {
      if (!accepts(input, file)) refuse(t("upload_wrong_kind", { name: file.name }), file);
      else if (!file.size) refuse(t("upload_empty"), file);
      else if (file.size > most) refuse(t("upload_too_big", { size: bytes(file.size), limit: bytes(most) }), file);
      else {
        if (!input.multiple) for (const other of transfers) other.remove();
        const transfer = new Transfer(area, file);
        transfers.add(transfer);
        transfer.start();
      }
    }
    area.changed();
  }

  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    take(await filesOf(event.dataTransfer));
  });
  const warn = (event) => [...transfers].some((each) => each.running) && event.preventDefault();
  window.addEventListener("beforeunload", warn);
  area.changed();
  return () => window.removeEventListener("beforeunload", warn);
});
