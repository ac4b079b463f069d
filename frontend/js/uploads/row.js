// One file or folder in the list: what it is called, how far it is, and what can be done with it.
import { h, icon } from "../lib/dom.js";
import { bytes, duration } from "../lib/format.js";
import { t } from "../lib/texts.js";
import { Pace } from "./pace.js";
import { Sending } from "./sending.js";

export function button(name, label, press) {
  const made = h("button", { type: "button", class: "button is-small is-icon is-quiet", "aria-label": label, title: label, onclick: press });
  made.append(icon(name));
  return made;
}

// `state` is waiting, running, retrying, paused, failed or done.
export class Row {
  constructor(area, { blob, name, count, key, path }) {
    Object.assign(this, { area, blob, name, key, state: "waiting", sent: 0, speed: 0 });
    this.picture = icon(count ? "folder-open" : "file");
    this.said = h("span", { class: "state" }, t("upload_waiting"));
    this.bar = h("progress", { max: blob.size, value: 0, "aria-label": name });
    this.toggle = button("pause", t("pause_one", { name }), () => (this.isMoving ? this.pause() : this.resume()));
    this.tools = h("span", { class: "tools" }, this.toggle, button("x", t("remove_one", { name }), () => this.remove()));
    const label = count ? t("upload_folder", { name, n: count }) : name;
    this.element = h("li", { class: "drop-file" }, this.picture, h("span", { class: "name", title: label }, label), this.tools, this.bar, this.said);
    this.sending = new Sending(blob, { endpoint: area.endpoint, key: `${area.organization}-${key}`, to: this, metadata: this.metadata(path) });
  }

  metadata(path) {
    const told = { filename: this.name, filetype: this.blob.type || "application/octet-stream", path };
    return this.area.organization ? { ...told, organization: this.area.organization } : told;
  }

  get isMoving() {
    return ["running", "retrying", "waiting"].includes(this.state);
  }

  // A state that lasts is told to those who listen; numbers that move are only written.
  be(state, text, { aloud = true } = {}) {
    this.state = state;
    this.element.classList.toggle("is-failed", state === "failed");
    this.element.classList.toggle("is-done", state === "done");
    const named = { name: this.name };
    const [picture, label] = this.isMoving
      ? ["pause", t("pause_one", named)]
      : state === "failed" ? ["rotate-ccw", t("retry_one", named)] : ["play", t("resume_one", named)];
    this.toggle.replaceChildren(icon(picture));
    this.toggle.title = label;
    this.toggle.setAttribute("aria-label", this.toggle.title);
    this.write(text);
    if (aloud) this.area.say(`${this.name}: ${text}`);
    this.area.changed();
  }

  write(text) {
    if (this.said.textContent !== text) this.said.textContent = text;
  }

  async start() {
    this.be("running", t("upload_starting"), { aloud: false });
    this.sending.go();
    this.found ??= await this.sending.look();
  }

  pause() {
    this.sending.pause();
    this.speed = 0;
    this.be("paused", t("upload_paused", { done: bytes(this.sent), total: bytes(this.blob.size) }));
  }

  resume() {
    this.be("waiting", t("upload_waiting"), { aloud: false });
  }

  async remove() {
    await this.sending.forget();
    this.area.forget(this);
  }

  started() {
    this.pace = new Pace();
  }

  progressed(sent) {
    if (!this.sending.running) return;
    const resumed = this.found && sent > 0;
    this.found = false;
    if (this.state === "retrying") this.be("running", t("upload_going_on", { done: bytes(sent) }));
    if (resumed) this.be("running", t("upload_resuming", { done: bytes(sent) }));
    this.sent = this.bar.value = sent;
    this.speed = this.pace.after(sent);
    const left = (this.blob.size - sent) / this.speed;
    if (sent === this.blob.size) this.write(t("upload_storing"));
    else if (this.speed) this.write(t("upload_running", { done: bytes(sent), total: bytes(this.blob.size), speed: bytes(Math.round(this.speed)), left: duration(left) }));
    this.area.moved();
  }

  retrying(seconds) {
    this.speed = 0;
    const text = seconds < 1 ? t("upload_retrying") : t("upload_retrying_in", { time: duration(seconds) });
    this.be("retrying", text, { aloud: this.state !== "retrying" });
  }

  failed(sentence) {
    this.speed = 0;
    this.be("failed", sentence);
  }

  done(id) {
    this.id = id;
    this.speed = 0;
    this.sent = this.bar.value = this.blob.size;
    this.bar.classList.add("is-good");
    this.toggle.remove();
    this.picture.replaceWith(icon("circle-check"));
    this.element.append(h("input", { type: "hidden", name: this.area.field, value: id }));
    this.be("done", t("upload_done", { total: bytes(this.blob.size) }));
  }
}
