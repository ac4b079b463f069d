// The entry: htmx, and small modules that wake up where a page names them by data attributes.
import htmx from "htmx.org";
import { activate, retire } from "./lib/activate.js";
import "./chrome.js";
import "./confirm.js";
import "./copy.js";
import "./dates.js";
import "./fields.js";
import "./launch.js";
import "./search.js";
import "./tables.js";
import "./times.js";
import "./toasts.js";
import "./logs.js";
import "./figures.js";
import "./upload.js";
import "./draw.js";
import "./heat.js";
import "./lightbox.js";
import "./refusals.js";
import "./samples.js";
import { connect } from "./live.js";

window.htmx = htmx;

document.addEventListener("htmx:load", (event) => activate(event.detail.elt));
document.addEventListener("htmx:beforeCleanupElement", (event) => retire(event.target));
document.addEventListener("htmx:beforeRequest", () => document.documentElement.classList.add("is-loading"));
document.addEventListener("htmx:afterRequest", () => document.documentElement.classList.remove("is-loading"));

activate(document.body);
connect();
