// Live without reload: one event stream per page. It heals itself; when it was away, everything live is fetched again.
import { register } from "./lib/activate.js";
import { throttle } from "./lib/dom.js";
import { duration, percent } from "./lib/format.js";
import { t } from "./lib/texts.js";
import { feed } from "./figures.js";

// An event stream has to be told the names it listens for. Pages add more by `data-live-refresh="topic:kind"`.
const KINDS = ["started", "progress", "metric", "metrics", "log", "checkpoint", "artifact", "finished", "failed", "status", "changed", "published", "node", "load", "inspected", "decided", "notice", "event"];
const WAIT_MS = 500;
const HIDDEN_MS = 15_000;
const PATIENCE_MS = 1_500;

const watchers = { refresh: new Map(), metrics: new Set(), log: new Set(), progress: new Set() };
const refreshers = new Map();
const listening = new Set();
let source = null;
let lost = false;
let stopped = false;
let noticeTimer;
let hiddenTimer;
let leftAt = 0;

const topics = () => document.body.dataset.liveTopics ?? "";
// The server's clock: what the page was rendered at, plus what has passed since.
const since = () => Math.round(Number(document.body.dataset.liveSince || 0) + performance.now());

function notice(on) {
  const box = document.getElementById("connection");
  clearTimeout(noticeTimer);
  if (!box) return;
  const show = () => {
    box.querySelector("[data-connection-text]").textContent = t("reconnecting");
    box.hidden = !on;
    document.documentElement.classList.toggle("is-offline", on);
  };
  // A blink is not worth a word.
  if (on) noticeTimer = setTimeout(show, PATIENCE_MS);
  else show();
}

function refreshAll() {
  for (const watcher of watchers.refresh.values()) watcher.go();
}

function dispatch(message) {
  let event;
  try {
    event = JSON.parse(message.data);
  } catch {
    return;
  }
  for (const watcher of watchers.refresh.values()) if (watcher.wants(event)) watcher.go();
  for (const kind of ["metrics", "log", "progress"]) {
    for (const watcher of watchers[kind]) if (watcher.topic === event.topic) watcher.take(event);
  }
  document.dispatchEvent(new CustomEvent("live", { detail: event }));
}

function listen(kind) {
  if (listening.has(kind)) return;
  listening.add(kind);
  source?.addEventListener(kind, dispatch);
}

function open(from) {
  source?.close();
  const query = new URLSearchParams({ topics: topics() });
  if (from) query.set("since", from);
  source = new EventSource(`/events?${query}`);
  for (const kind of listening) source.addEventListener(kind, dispatch);
  source.addEventListener("message", dispatch);
  source.addEventListener("closed", () => {
    stopped = true;
    source.close();
    refreshAll();
  });
  source.addEventListener("open", () => {
    notice(false);
    if (lost) refreshAll();
    lost = false;
  });
  source.addEventListener("error", () => {
    if (stopped) return;
    lost = true;
    notice(true);
    // The browser retries by itself, except after an answer that was not a stream (a restart behind a proxy).
    if (source.readyState === EventSource.CLOSED) setTimeout(() => !stopped && document.visibilityState === "visible" && open(since() - 10_000), 3_000);
  });
}

export function connect() {
  if (!topics()) return;
  for (const kind of KINDS) listen(kind);
  open(document.body.dataset.liveSince);
  // A browser holds six connections per host: a tab nobody sees lets its own go.
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiddenTimer);
    if (stopped) return;
    if (document.visibilityState === "hidden") {
      hiddenTimer = setTimeout(() => {
        source.close();
        source = null;
        leftAt = since();
      }, HIDDEN_MS);
    } else if (!source) {
      lost = true;
      open(leftAt);
    }
  });
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && (refreshAll(), open(since() - 60_000)));
}

function watch(kind, watcher) {
  watchers[kind].add(watcher);
  return () => watchers[kind].delete(watcher);
}

// One throttle per address: a fragment that was just replaced by its successor must not lose the news that came meanwhile.
function refreshOf(address) {
  if (!refreshers.has(address)) {
    let [busy, again] = [false, false];
    const go = throttle(async () => {
      const element = document.querySelector(`[data-live-refresh][data-live-url="${CSS.escape(address)}"]`);
      if (!element) return;
      // htmx would let a second request wait at the element that the first one replaces, and so lose it.
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      const swap = element.dataset.liveSwap ?? "outerHTML";
      await window.htmx.ajax("GET", address, { target: element, source: element, swap: `${swap} show:none focus-scroll:false` })?.catch(() => {});
      busy = false;
      if (again) go();
      again = false;
    }, WAIT_MS);
    refreshers.set(address, go);
  }
  return refreshers.get(address);
}

register("[data-live-refresh]", (element) => {
  // "job:12" is any news of it, "job:12:status" that kind only.
  const wanted = element.dataset.liveRefresh.split(/\s+/).filter(Boolean).map((each) => {
    const known = topics().split(",").find((topic) => each === topic || each.startsWith(`${topic}:`));
    return known && known !== each ? { topic: known, kind: each.slice(known.length + 1) } : { topic: each };
  });
  for (const { kind } of wanted) if (kind) listen(kind);
  const go = refreshOf(element.dataset.liveUrl);
  // By address and never taken away: htmx wakes a fragment some moments after it has put it in place of the last one,
  // and the news of these moments count too.
  watchers.refresh.set(element.dataset.liveUrl, { go, wants: (event) => wanted.some(({ topic, kind }) => topic === event.topic && (!kind || kind === event.kind)) });
});

register("figure[data-live-metrics]", (figure) =>
  watch("metrics", {
    topic: figure.dataset.liveMetrics,
    take: (event) => {
      if (event.kind === "metric") feed(figure, event);
      if (event.kind === "metrics") for (const point of event.points ?? []) feed(figure, point);
    },
  }),
);

register("[data-live-log]", (log) =>
  watch("log", {
    topic: log.dataset.liveLog,
    take: (event) => {
      if (event.kind === "log") for (const line of event.lines ?? [event]) log.append_line(line);
    },
  }),
);

register("[data-live-progress]", (place) => {
  const bar = place.querySelector("progress");
  const text = place.querySelector("[data-progress-text]");
  const note = place.querySelector("[data-progress-note]");
  return watch("progress", {
    topic: place.dataset.liveProgress,
    take: (event) => {
      if (event.kind !== "progress") return;
      if (event.total) Object.assign(bar, { max: event.total, value: event.done });
      if (event.text && text) text.textContent = event.text;
      if (note) note.textContent = [event.total ? percent(event.done / event.total, 0) : "", Number.isFinite(event.seconds_left) ? t("time_left", { time: duration(event.seconds_left) }) : ""].filter(Boolean).join(" · ");
    },
  });
});
