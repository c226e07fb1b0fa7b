// Sections that are fetched anew when something happens: <section data-src="/drive/objects" data-on="put redeem">.
import { on } from "./events.js";
import { signInAgain } from "./api.js";

const PAUSE_MS = 120;
const waiting = new WeakMap();

/** Fetch a section anew and put it in place of the old one; the focus stays where it was if it can. */
export async function refresh(section) {
  const answer = await fetch(section.dataset.src, { headers: { "X-Qloak-Live": "1" } }).catch(() => null);
  if (answer?.status === 401) signInAgain();
  if (!answer?.ok || !section.isConnected) return;
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = section.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...section.querySelectorAll("details[open][id]")].map((details) => details.id);
  section.replaceChildren(...parsed.body.childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  section.dispatchEvent(new CustomEvent("qloak:refreshed", { bubbles: true }));
}

/** Refresh soon; several calls within a moment are one. */
export function refreshSoon(section) {
  clearTimeout(waiting.get(section));
  waiting.set(section, setTimeout(() => refresh(section), PAUSE_MS));
}

/** Make the sections of the page follow events; called once, by main.js. */
export function follow() {
  const kinds = ["put", "redeem", "refresh", "rm", "object", "provider", "experiment", "again"];
  on(kinds, (data, kind) => {
    for (const section of document.querySelectorAll("[data-src][data-on]")) {
      const wanted = section.dataset.on.split(" ");
      const other = section.dataset.object && data.object && data.object !== section.dataset.object;
      if ((kind === "again" || wanted.includes(kind)) && !other) refreshSoon(section);
    }
  });
}
