// The drive: a list that grows as one scrolls and follows events, one object with its chart, redeeming live.
import { on } from "./events.js";
import { refreshSoon } from "./fragments.js";
import { startChart } from "./drive_chart.js";
import { startList } from "./drive_list.js";
import { text } from "./texts.js";

const KINDS = ["put", "redeem", "refresh", "rm", "object"];
const KEEP_MS = 1500;
const MOMENT = new Intl.DateTimeFormat([], { dateStyle: "long", timeStyle: "medium" });
const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60]];

/** What a step of a flow is called. */
function words(data) {
  try {
    return text(`drive.steps.${data.step}`, data);
  } catch {
    return text("drive.steps.other");
  }
}

/** Show how far a flow is, wherever the object is shown. */
function showProgress(data) {
  for (const panel of document.querySelectorAll(`[data-progress][data-object="${CSS.escape(data.object)}"]`)) {
    const bar = panel.querySelector("progress");
    clearTimeout(panel.timer);
    panel.hidden = false;
    panel.querySelector("[data-step]").textContent = data.total ? `${words(data)} · ${text("drive.of", data)}` : words(data);
    bar.max = Math.max(1, data.total);
    bar.value = Math.min(bar.max, data.done);
    if ("state" in data || data.step === "refused") panel.timer = setTimeout(() => { panel.hidden = true; }, KEEP_MS);
  }
}

/** "3 minutes ago" in the place of a moment; the moment itself is its title. */
export function showAges(root) {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });
  for (const time of root.querySelectorAll("[data-ago] time")) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? ["second", 1];
    const ago = unit === "second" ? text("drive.now") : words.format(-Math.floor(seconds / length), unit);
    // Thousands of rows are not laid out anew for nothing.
    if (time.textContent === ago) continue;
    time.title = MOMENT.format(new Date(time.dateTime));
    time.textContent = ago;
  }
}

/** Somebody else has been first, or is at it: show the object as it is now, unless this form waits for its answer. */
function followRedeem(object) {
  for (const part of document.querySelectorAll(`[data-redeem-part][data-object="${CSS.escape(object)}"]`)) {
    if (!part.querySelector('form[aria-busy="true"]')) refreshSoon(part);
  }
}

on(KINDS, (data) => {
  if (!data.object) return;
  showProgress(data);
  if (data.step === "begun" || "state" in data) followRedeem(data.object);
});
on(["again", "provider"], () => document.querySelectorAll("[data-redeem-part]").forEach((part) => followRedeem(part.dataset.object)));

const OVER = ["key-consumed", "redeem-in-progress", "lost", "conflict"];
document.addEventListener("qloak:refused", (event) => {
  const part = event.target.closest("[data-redeem-part]");
  if (part && OVER.includes(event.detail?.code)) refreshSoon(part);
});

const list = document.querySelector("[data-objects]");
const first = document.querySelector("[data-first]");
if (list) startList(list, showAges);
// The page for a drive without objects has no list: the first object makes it another page.
// A dialog that stores something goes on to another page itself, and who is leaving is not called back.
let leaving = false;
addEventListener("beforeunload", () => { leaving = true; });
const busy = () => leaving || document.querySelector("dialog[open]") !== null;
if (first) on(KINDS, (data) => { if (!busy() && (data.step === "begun" || "state" in data)) location.reload(); });
showAges(document);
setInterval(() => showAges(document), 30_000);
startChart(document);
document.addEventListener("qloak:refreshed", (event) => { startChart(event.target); showAges(event.target); });
