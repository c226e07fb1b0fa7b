// The pages of activity: forms whose answer takes their place, copying, lines that wait for their seal.
import { signInAgain } from "./api.js";
import { refresh } from "./fragments.js";
import { text } from "./texts.js";
import { toast } from "./toast.js";

const SEAL_MS = 2500;
const TRIES = 8;

function complain(form, ...lines) {
  const region = form.querySelector("[data-problem]");
  region.replaceChildren(...lines.filter(Boolean).map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  region.hidden = false;
  region.focus();
}

/** The same part of the page that came back, in place of the one that the form is in. */
async function replacePlace(form, answer) {
  const place = form.closest("[data-place]");
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  place.replaceChildren(...parsed.querySelector("[data-place]").childNodes);
  place.dispatchEvent(new CustomEvent("qloak:refreshed", { bubbles: true }));
  place.querySelector("[data-focus]")?.focus();
  // What it did may show elsewhere on the page.
  for (const section of document.querySelectorAll("[data-src]")) refresh(section);
}

async function answer(event) {
  const form = event.target.closest("form[data-answer]");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  form.querySelector("[data-problem]").hidden = true;
  try {
    const came = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Qloak-Live": "1" } });
    if (came.status === 401) return signInAgain();
    if (came.ok) return await replacePlace(form, came);
    const problem = await came.json().catch(() => null);
    complain(form, problem?.detail ?? text("activity.no_answer"), problem?.help);
  } catch {
    complain(form, form.dataset.lost ?? text("activity.no_answer"));
  } finally {
    form.ariaBusy = "false";
  }
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    toast(text("activity.copied"));
  } catch {
    // Not allowed, or not over TLS.
    getSelection().selectAllChildren(source);
    toast(text("activity.copy_yourself"));
  }
}

const tries = new WeakMap();

/** Look again while there are lines without a seal; new ones begin anew. */
function awaitSeals(section) {
  if (!section.querySelector("[data-waiting]")) return tries.delete(section);
  const count = tries.get(section) ?? 0;
  if (count >= TRIES) return;
  tries.set(section, count + 1);
  setTimeout(() => { if (section.isConnected) refresh(section); }, SEAL_MS);
}

function dress(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  for (const section of [root, ...root.querySelectorAll("[data-src]")]) if (section.dataset?.src) awaitSeals(section);
}

document.addEventListener("submit", answer);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
document.querySelector(".log-filter select")?.addEventListener("change", (event) => event.target.form.requestSubmit());
document.addEventListener("qloak:refreshed", (event) => dress(event.target));
document.addEventListener("qloak:opened", (event) => dress(event.detail));
dress(document);
