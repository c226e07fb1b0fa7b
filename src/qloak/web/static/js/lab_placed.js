// Compiling for a processor takes seconds: what is under way is shown, and can be left.
import { signInAgain } from "./api.js";
import { text } from "./texts.js";

const USED = ["place_n", "processor", "goal", "decoder"];
let under = null;

function make(name, values, ...children) {
  const element = Object.assign(document.createElement(name), values);
  element.append(...children);
  return element;
}

function told(message, ...more) {
  return make("div", { className: "empty" }, make("p", { textContent: message }), ...more);
}

async function place(area, query) {
  under?.abort();
  const mine = new AbortController();
  under = mine;
  const cancel = make("button", { type: "button", textContent: text("lab.cancel") });
  cancel.addEventListener("click", () => mine.abort("cancelled"));
  const words = text("lab.busy", { n: query.get("place_n"), processor: query.get("processor") });
  area.replaceChildren(told(words, make("progress", { ariaLabel: words }), cancel));
  area.ariaBusy = "true";
  try {
    const answer = await fetch(`/lab/placed?${query}`, { signal: mine.signal, headers: { "X-Qloak-Live": "1" } });
    if (answer.status === 401) return signInAgain();
    if (!answer.ok) throw new Error((await answer.json().catch(() => null))?.detail ?? `HTTP ${answer.status}`);
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    area.replaceChildren(...parsed.body.childNodes);
  } catch (error) {
    if (mine.signal.reason === "cancelled") area.replaceChildren(told(text("lab.cancelled")));
    else if (!mine.signal.aborted) area.replaceChildren(make("p", { className: "notice bad", textContent: reason(error) }));
  } finally {
    if (under === mine) area.ariaBusy = "false";
  }
}

function reason(error) {
  return text("lab.failed", { reason: error instanceof TypeError ? text("lab.offline") : error.message });
}

/** Take over the button that compiles; `query` gives the state. */
export function takePlacing(form, query) {
  const area = document.querySelector("[data-placed]");
  document.addEventListener("submit", (event) => {
    if (event.target !== form || !event.submitter?.hasAttribute("data-place")) return;
    event.preventDefault();
    if (!USED.every((name) => form.elements[name].reportValidity())) return;
    place(area, query());
  });
}
