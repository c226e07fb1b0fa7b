// The lab: the one form of the page is its state, the address says the same, and each part follows.
import { signInAgain } from "./api.js";
import { compare } from "./lab_address.js";
import { showSpheres, takeInput } from "./lab_spheres.js";
import { takePlacing } from "./lab_placed.js";
import { text } from "./texts.js";
import { toast } from "./toast.js";

const form = document.getElementById("lab");
const parts = [...document.querySelectorAll("[data-part]")];
const said = document.querySelector("[data-said]");
const waiting = new WeakMap();
let pending = 0;

const query = () => new URLSearchParams(new FormData(form));
const control = (name) => form.elements[name];

/** The address says what is seen; defaults are left out of it. */
function keepAddress() {
  clearTimeout(pending);
  // Browsers limit how often an address may change, and a drag changes it all the time.
  pending = setTimeout(() => history.replaceState(null, "", compare.address(query()) + location.hash), 200);
}

function showValues() {
  for (const output of document.querySelectorAll("[data-output]")) {
    output.querySelector("[data-value]").textContent = control(output.dataset.output).value;
  }
  document.querySelector("[data-errors]").disabled = control("device").value !== "";
}

function say(part) {
  const words = part.querySelector("[data-says]")?.textContent.replace(/\s+/g, " ").trim();
  if (words && words !== said.textContent) said.textContent = words;
}

async function fetched(part) {
  try {
    const answer = await fetch(`/lab/part/${part.dataset.part}?${query()}`, { headers: { "X-Qloak-Live": "1" } });
    if (answer.status === 401) return signInAgain();
    if (answer.ok) return new DOMParser().parseFromString(await answer.text(), "text/html").body;
    return text("lab.failed", { reason: (await answer.json().catch(() => null))?.detail ?? `HTTP ${answer.status}` });
  } catch {
    return text("lab.failed", { reason: text("lab.offline") });
  }
}

function put(part, found) {
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = [...part.querySelectorAll(".lab-drawing")].map((each) => [each.scrollLeft, each.scrollTop]);
  const open = new Map([...part.querySelectorAll("details[id]")].map((each) => [each.id, each.open]));
  if (typeof found === "string") {
    part.replaceChildren(Object.assign(document.createElement("p"), { className: "notice bad", textContent: found }));
    return;
  }
  const seen = showSpheres.remember(part);
  part.replaceChildren(...found.childNodes);
  for (const details of part.querySelectorAll("details[id]")) details.open = open.get(details.id) ?? details.open;
  part.querySelectorAll(".lab-drawing").forEach((each, i) => each.scrollTo(...(scrolled[i] ?? [0, 0])));
  showSpheres(part, seen);
  // A button may have become another one: what was pressed to get there is then the next thing to press.
  if (focused) (document.getElementById(focused) ?? part.querySelector("#story-next, [aria-current]"))?.focus({ preventScroll: true });
  say(part);
}

/** Fetch a part anew; while one request is under way at most one more waits, with what is newest then. */
async function renew(part) {
  const state = waiting.get(part) ?? { busy: false, again: false };
  waiting.set(part, state);
  state.again = true;
  if (state.busy) return;
  state.busy = true;
  part.ariaBusy = "true";
  while (state.again) {
    state.again = false;
    const found = await fetched(part);
    if (found !== undefined) put(part, found);
  }
  state.busy = false;
  part.ariaBusy = "false";
}

/** Change the state; every part that uses what has changed follows. */
function change(values) {
  const changed = Object.entries(values).filter(([name, value]) => control(name).value !== value);
  for (const [name, value] of changed) control(name).value = value;
  follow(changed.map(([name]) => name));
}

function follow(names) {
  if (!names.length) return;
  showValues();
  if (names.includes("theta") || names.includes("phi")) input.set(Number(control("theta").value), Number(control("phi").value));
  for (const part of parts) if (part.dataset.uses.split(" ").some((name) => names.includes(name))) renew(part);
  keepAddress();
}

const input = takeInput(form, (theta, phi) => change({ theta: String(theta), phi: String(phi) }));

document.addEventListener("submit", (event) => {
  if (event.target !== form || event.submitter?.hasAttribute("data-place")) return;
  event.preventDefault();
  if (event.submitter?.name === "set") change(Object.fromEntries(new URLSearchParams(event.submitter.value)));
});
document.addEventListener("input", (event) => {
  if (event.target.form === form && event.target.name) follow([event.target.name]);
});
document.addEventListener("keydown", (event) => {
  const stage = event.target.closest?.("[data-steps], [data-stage], .lab-controls");
  const step = { ArrowRight: "#story-next", ArrowLeft: "#story-back" }[event.key];
  if (!stage || !step || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const button = document.querySelector(step);
  if (step === "#story-back" || button.value.startsWith("step=") && !button.value.includes("&")) button?.click();
  document.querySelector("[data-steps] [aria-current]")?.focus({ preventScroll: true });
});

const share = document.querySelector("[data-share]");
share.hidden = false;
share.addEventListener("click", async () => {
  const address = new URL(compare.address(query()) + location.hash, location.href).href;
  try {
    // Pages that did not come over TLS or from this machine have no clipboard.
    await navigator.clipboard.writeText(address);
    toast(text("lab.copied"));
  } catch {
    toast(text("lab.not_copied"));
  }
});

// A browser that comes back keeps what was set in the form, but not what was shown.
addEventListener("pageshow", () => {
  showValues();
  if (compare.address(query()) !== location.pathname + location.search) parts.forEach(renew);
});
takePlacing(form, query);
for (const part of parts) showSpheres(part, new Map());
