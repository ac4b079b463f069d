// The log: search that keeps matching lines, a follow switch, lines appended as they come (newest 5,000 stay).
import { register } from "./lib/activate.js";
import { debounce, h } from "./lib/dom.js";
import { clock, number } from "./lib/format.js";
import { t } from "./lib/texts.js";

const KEPT = 5000;

register("[data-log]", (log) => {
  const lines = log.querySelector(".log-lines");
  const search = log.querySelector("[data-log-search]");
  const follow = log.querySelector("[data-log-follow]");
  const count = log.querySelector("[data-log-count]");

  const fits = (line) => !search?.value || line.textContent.toLowerCase().includes(search.value.trim().toLowerCase());
  const toEnd = () => follow?.checked && (lines.scrollTop = lines.scrollHeight);
  const filter = () => {
    let shown = 0;
    for (const line of lines.children) {
      line.hidden = !fits(line);
      shown += !line.hidden;
    }
    if (count) count.textContent = search?.value ? t("lines_shown", { shown: number(shown), total: number(lines.children.length) }) : "";
    toEnd();
  };
  search?.addEventListener("input", debounce(filter, 100));
  follow?.addEventListener("change", toEnd);
  lines.addEventListener("wheel", (event) => event.deltaY < 0 && follow && (follow.checked = false), { passive: true });
  toEnd();

  log.append_line = ({ at, level, text }) => {
    const moment = at ? new Date(at) : new Date();
    const line = h("div", { class: ["warning", "error"].includes(level) ? `is-${level}` : null }, h("time", { datetime: moment.toISOString() }, clock.format(moment)), h("span", {}, text));
    line.hidden = !fits(line);
    lines.append(line);
    while (lines.children.length > KEPT) lines.firstElementChild.remove();
    toEnd();
  };
});
