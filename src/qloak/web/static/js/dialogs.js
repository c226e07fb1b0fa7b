// <a href="/drive/put" data-dialog> opens the page it leads to in a dialog; without scripts it is a page.
// <button data-close> closes the dialog it is in. Only the part marked data-dialog-part of the page is taken.
import { signInAgain } from "./api.js";

async function open(link) {
  const answer = await fetch(link.href, { headers: { "X-Qloak-Live": "1" } }).catch(() => null);
  if (answer?.status === 401) return signInAgain();
  const parsed = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = parsed && parsed.querySelector("[data-dialog-part]");
  if (!part) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.append(part);
  const heading = part.querySelector("h1, h2");
  if (heading) {
    heading.id ||= "dialog-heading";
    dialog.setAttribute("aria-labelledby", heading.id);
  }
  document.body.append(dialog);
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
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
    event.target.closest("[data-close]")?.closest("dialog")?.close();
  });
}
