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

  async start() {
    const [earlier] = await this.upload.findPreviousUploads();
    if (earlier) this.upload.resumeFromPreviousUpload(earlier);
    this.go();
    return Boolean(earlier);
  }

  go() {
    this.running = true;
    this.sent = -1;
    this.watch();
    this.upload.start();
    this.to.started();
  }

  pause() {
    this.running = false;
    clearTimeout(this.watching);
    this.upload.abort();
  }

  // Again at once, without waiting for the next try.
  hurry() {
    if (!this.running) return;
    this.upload.abort();
    this.go();
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
    if (this.refusal) return false;
    clearTimeout(this.watching);
    this.to.retrying(DELAYS[attempt] / 1000);
    return true;
  }

  stopped(_error) {
    this.running = false;
    clearTimeout(this.watching);
    this.to.failed(this.refusal ? t("upload_refused", { reason: reasonOf(this.refusal) }) : t("upload_failed", { reason: t("offline_short") }));
  }

  finished() {
    this.running = false;
    clearTimeout(this.watching);
    this.to.done(this.upload.url.replace(/\/+$/, "").split("/").pop());
  }
}
