// One file on its way by tus: every kind of trouble that passes by itself is waited for, and nothing begins anew.
import { Upload } from "tus-js-client";
import { csrf } from "../lib/dom.js";
import { t } from "../lib/texts.js";

const CHUNK = 16 * 2 ** 20;
// A server that is being restarted or a train in a tunnel: some five minutes without any progress.
export const DELAYS = [0, 500, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 60_000, 60_000, 60_000];
const PASSES = [409, 423, 429];
const GONE = [404, 410];
const SILENCE_MS = 30_000;

export function reasonOf(response) {
  const body = response?.getBody() ?? "";
  try {
    return JSON.parse(body).detail ?? JSON.parse(body).title ?? body;
  } catch {
    return body && body.length < 500 && !body.startsWith("<") ? body : `HTTP ${response?.getStatus() ?? 0}`;
  }
}

// `to` hears started(), progressed(sent), retrying(seconds), failed(sentence), done(id).
export class Sending {
  constructor(blob, { endpoint, metadata, key, to }) {
    this.to = to;
    this.size = blob.size;
    this.refusal = null;
    this.upload = new Upload(blob, {
      endpoint,
      metadata,
      chunkSize: CHUNK,
      retryDelays: DELAYS,
      headers: { "X-CSRFToken": csrf() },
      fingerprint: () => Promise.resolve(`chainhub-${key}`),
      onProgress: (sent) => this.progressed(sent),
      onSuccess: () => this.finished(),
      onError: (error) => this.stopped(error),
      onUploadUrlAvailable: () => this.running || this.abort(),
      onShouldRetry: (_error, attempt) => this.mayRetry(attempt),
      onBeforeRequest: () => {
        this.refusal = null;
      },
      onAfterResponse: (request, response) => this.answered(request, response),
    });
  }

  // The library would begin anew where a question about the state gets any other answer than that state.
  answered(request, response) {
    const status = response.getStatus();
    if (status < 400) return;
    if (!PASSES.includes(status) && status < 500) this.refusal = response;
    if (request.getMethod() === "HEAD" && ![...GONE, 423].includes(status)) throw new Error(`HTTP ${status}`);
  }

  // Whether an earlier tab or try has sent a part of it; asked once.
  look() {
    this.looked ??= this.upload.findPreviousUploads().then(([earlier]) => {
      if (earlier) this.upload.resumeFromPreviousUpload(earlier);
      return Boolean(earlier);
    });
    return this.looked;
  }

  async go() {
    this.running = true;
    await this.look();
    if (!this.running || this.active) return; // paused meanwhile, or resumed before that was done
    this.active = true;
    this.sent = -1;
    this.watch();
    this.upload.start();
    this.to.started();
  }

  // While the hub is being asked for a place, its answer is waited for: else that place would be lost.
  pause() {
    this.running = false;
    clearTimeout(this.watching);
    if (this.upload.url) this.abort();
  }

  abort() {
    this.active = false;
    this.upload.abort();
  }

  // Again at once, without waiting for the next try.
  hurry() {
    if (!this.running) return;
    this.abort();
    this.go();
  }

  // The network is gone: a request under way may never hear of it. The watch tries again, if nobody says it is back.
  lost() {
    if (!this.running) return;
    this.abort();
    this.watch();
    this.to.retrying(0);
  }

  async forget() {
    this.pause();
    // Whatever becomes of it on the hub, it expires there.
    await this.upload.abort(Boolean(this.upload.url)).catch(() => {});
  }

  progressed(sent) {
    this.watch();
    this.sent = sent;
    this.to.progressed(sent);
  }

  // A line that died without a word: after half a minute of silence, another is taken.
  watch() {
    clearTimeout(this.watching);
    this.watching = setTimeout(() => this.running && this.sent < this.size && this.hurry(), SILENCE_MS);
  }

  mayRetry(attempt) {
    if (this.refusal || !this.running) return false;
    clearTimeout(this.watching);
    this.to.retrying(DELAYS[attempt] / 1000);
    return true;
  }

  stopped(_error) {
    clearTimeout(this.watching);
    this.active = false;
    if (!this.running) return; // paused meanwhile
    this.running = false;
    this.to.failed(this.refusal ? t("upload_refused", { reason: reasonOf(this.refusal) }) : t("upload_failed", { reason: t("offline_short") }));
  }

  finished() {
    this.running = this.active = false;
    clearTimeout(this.watching);
    this.to.done(this.upload.url.replace(/\/+$/, "").split("/").pop());
  }
}
