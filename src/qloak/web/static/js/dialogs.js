// <a href="/drive/put" data-dialog> opens the page it leads to in a dialog; without scripts it is a page.
// <button data-close> closes the dialog it is in. Only the part marked data-dialog-part of the page is taken.
// What the page brings along comes too: its styles, its modules, its texts.
import { signInAgain } from "./api.js";
import { addTexts } from "./texts.js";

/** Load what a page needs and this one has not: a style must be there before anything is shown. */
async function bring(parsed) {
  addTexts(parsed.getElementById("texts"));
  const known = new Set([...document.querySelectorAll('link[rel="stylesheet"]')].map((link) => link.href));
  const missing = [...parsed.querySelectorAll('link[rel="stylesheet"]')].filter((link) => !known.has(link.href));
  await Promise.all(missing.map((link) => new Promise((done) => {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: link.href, onload: done, onerror: done });
    document.head.append(style);
  })));
  const modules = [...parsed.querySelectorAll('script[type="module"][src]')].map((script) => script.src);
  await Promise.all(modules.map((source) => import(source)));
}

async function open(link) {
  const answer = await fetch(link.href, { headers: { "X-Qloak-Live": "1" } }).catch(() => null);
  if (answer?.status === 401) return signInAgain();
  const parsed = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = parsed && parsed.querySelector("[data-dialog-part]");
  if (!part) return location.assign(link.href);
  await bring(parsed);
  const dialog = document.createElement("dialog");
  dialog.append(part);
  const heading = part.querySelector("h1, h2");
  if (heading) {
    heading.id ||= "dialog-heading";
    dialog.setAttribute("aria-labelledby", heading.id);
  }
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    // A live section may have put a new one in the link's place.
    (link.isConnected ? link : document.getElementById(link.id))?.focus();
  });
  dialog.showModal();
  document.dispatchEvent(new CustomEvent("qloak:opened", { detail: dialog }));
}

/** Take over links to dialogs; called once, by main.js. */
export function takeDialogs() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(link);
    }
    const dialog = event.target.closest("[data-close]")?.closest("dialog");
    if (dialog) {
      // Where it is a link, it is for pages without dialogs.
      event.preventDefault();
      dialog.close();
    }
  });
}
