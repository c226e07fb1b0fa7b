// Server-sent events of the gateway, as events of the document: "qloak:put", "qloak:redeem", "qloak:provider", ...
// After a lost connection "qloak:again" says that something may have been missed.
import { text } from "./texts.js";
import { signInAgain } from "./api.js";

const KINDS = ["put", "redeem", "refresh", "rm", "object", "provider", "experiment"];
const line = document.querySelector("[data-link-state]");
let source = null;
let lost = false;
let timer = 0;
// From before the page was made, so that nothing is missed while it loads.
let since = document.body.dataset.lastEvent;

function tell(kind, data) {
  document.dispatchEvent(new CustomEvent(`qloak:${kind}`, { detail: data }));
}

function connect() {
  source = new EventSource(`/v1/events?since=${since}`);
  source.onopen = () => {
    clearTimeout(timer);
    line.textContent = "";
    if (lost) tell("again", {});
    lost = false;
  };
  source.onerror = async () => {
    // A short pause is no news; the browser tries again and again, and says so each time.
    if (!lost) timer = setTimeout(() => { line.textContent = text("common.reconnecting"); }, 1500);
    lost = true;
    if (source.readyState !== EventSource.CLOSED) return;
    const status = await fetch("/v1/session").then((answer) => answer.status, () => 0);
    if (status === 401) signInAgain();
    else setTimeout(connect, 2000);
  };
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => {
      since = event.lastEventId;
      tell(kind, JSON.parse(event.data));
    });
  }
}

/** Listen to what happens from now on; called once, by main.js. */
export function listen() {
  // Once all modules of the page have said what they want to hear.
  if (document.readyState === "complete") connect();
  else document.addEventListener("DOMContentLoaded", connect, { once: true });
  // A stream that stays open keeps a page from being stored for the back button.
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
}

/** Call `act` with the data of every event of these kinds; returns what ends that. */
export function on(kinds, act) {
  const heard = (event) => act(event.detail, event.type.slice("qloak:".length));
  for (const kind of kinds) document.addEventListener(`qloak:${kind}`, heard);
  return () => kinds.forEach((kind) => document.removeEventListener(`qloak:${kind}`, heard));
}
