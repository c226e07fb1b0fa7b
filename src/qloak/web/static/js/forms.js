// Forms with data-live are sent in the background. A lost connection is tried again with the same idempotency key,
// so that nothing happens twice; problems are shown inside the form. Without scripts the same forms work as they are.
import { text } from "./texts.js";
import { signInAgain } from "./api.js";
import { toast } from "./toast.js";

const TRIES = 30;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function show(form, detail, help = "") {
  const region = form.querySelector("[data-problem]");
  if (!region) return toast(detail);
  region.replaceChildren(...[detail, help].filter(Boolean).map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  region.hidden = false;
  region.focus();
}

/** Whether the request whose answer was lost is still being worked on: then its answer comes by asking again. */
async function isUnderWay(answer) {
  if (answer.status !== 409) return false;
  const code = await answer.clone().json().then((problem) => problem.code, () => "");
  return code === "conflict" || code === "redeem-in-progress";
}

async function send(form, body) {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    try {
      // 502 to 504 come from what stands between; the gateway's own 503 has a code.
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Qloak-Live": "1" } });
      if (attempt === 0 || !await isUnderWay(answer)) return answer;
      await pause(400);
    } catch {
      // Only with a key is it safe to ask again: the first request may have arrived.
      if (!body.get("key")) throw new Error("lost");
      show(form, text("common.lost_connection"));
      await pause(Math.min(5000, 400 * 1.5 ** attempt));
    }
  }
  throw new Error("lost");
}

async function submit(event) {
  const form = event.target.closest("form[data-live]");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  const body = new FormData(form, event.submitter);
  const buttons = [...form.querySelectorAll("button")].filter((button) => !button.disabled);
  const region = form.querySelector("[data-problem]");
  if (region) region.hidden = true;
  form.ariaBusy = "true";
  for (const button of buttons) button.disabled = true;
  form.dispatchEvent(new CustomEvent("qloak:sending", { bubbles: true }));
  try {
    const answer = await send(form, body);
    const result = await answer.json().catch(() => null);
    if (answer.status === 401) return signInAgain();
    if (!answer.ok) {
      show(form, result?.detail ?? text("common.no_answer"), result?.help);
      return form.dispatchEvent(new CustomEvent("qloak:refused", { bubbles: true, detail: result }));
    }
    const accepted = new CustomEvent("qloak:done", { bubbles: true, cancelable: true, detail: result });
    if (form.dispatchEvent(accepted) && result?.location) {
      const here = location.pathname + location.search;
      if (result.location === here) location.reload();
      else location.assign(result.location);
    }
  } catch {
    show(form, text("common.no_answer"));
  } finally {
    form.ariaBusy = "false";
    for (const button of buttons) button.disabled = false;
  }
}

/** Take over the forms of the page; called once, by main.js. */
export function takeForms() {
  document.addEventListener("submit", submit);
}
