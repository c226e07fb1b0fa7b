// One register: what was done to it is noted on the page, and what the emulator shows follows.
import { drawSphere } from "./bloch.js";
import { newKey, rememberedState } from "./put.js";
import { text } from "./texts.js";
import { signInAgain } from "./api.js";

const MOST_NOTES = 200;
const bench = document.querySelector("[data-bench]");
const notes = bench.querySelector("[data-notes]");
const kept = `qloak:notes:${bench.dataset.bench}`;
const lookForm = bench.querySelector("form[data-look]");
let looking = false;
let asking = null;

/** In words: what was done, and what came out. */
function said({ did, on, pauli, outcome }) {
  if (did === "measure") return [pauli, outcome === 0 ? "+1" : "−1"];
  if (did === "program") return [text("workbench.program"), ""];
  return [text("workbench.gate", { gate: did.toUpperCase(), on: on.join(" → ") }), ""];
}

function note(done) {
  const [what, value] = said(done);
  const line = document.createElement("li");
  line.append(Object.assign(document.createElement("code"), { textContent: what }), Object.assign(document.createElement("strong"), { className: "number", textContent: value }));
  notes.prepend(line);
  while (notes.children.length > MOST_NOTES) notes.lastElementChild.remove();
  bench.querySelector("[data-no-notes]").hidden = true;
}

function tell(done) {
  const [what, value] = said(done);
  const region = bench.querySelector("[data-outcome]");
  const strong = Object.assign(document.createElement("strong"), { textContent: value || what });
  const more = done.did === "measure" ? text("workbench.outcome", { pauli: what, outcome: done.outcome }) : text("workbench.done");
  region.replaceChildren(strong, Object.assign(document.createElement("span"), { textContent: more }));
}

function past() {
  try {
    return JSON.parse(sessionStorage.getItem(kept) ?? "[]");
  } catch {
    return [];
  }
}

bench.addEventListener("qloak:done", (event) => {
  const form = event.target;
  if (!form.matches("[data-stays]")) return;
  event.preventDefault();
  form.elements.key.value = newKey();
  note(event.detail);
  tell(event.detail);
  sessionStorage.setItem(kept, JSON.stringify([...past(), event.detail].slice(-MOST_NOTES)));
  if (looking) look();
});
bench.addEventListener("qloak:refused", ({ target }) => {
  if (target.elements.key) target.elements.key.value = newKey();
});

async function look() {
  asking?.abort();
  asking = new AbortController();
  const seen = bench.querySelector("[data-seen]");
  const body = new FormData(lookForm);
  const answer = await fetch(lookForm.action, { method: "POST", body, signal: asking.signal, headers: { "X-Qloak-Live": "1" } }).catch(() => null);
  if (answer?.status === 401) return signInAgain();
  if (!answer?.ok) return;
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  seen.replaceChildren(...parsed.body.childNodes);
  draw();
  looking = true;
}

function draw() {
  for (const svg of bench.querySelectorAll("[data-seen] svg[data-vector]")) {
    drawSphere(svg, { vector: svg.dataset.vector.split(" ").map(Number), label: svg.dataset.label, small: true });
  }
}

/** Fill in what this tab remembers of the state that was stored. */
function recall() {
  const state = bench.dataset.object && rememberedState(bench.dataset.object);
  if (!state) return;
  const random = lookForm.querySelector("[data-needs-seed]");
  if (state.source === "random") random.hidden = random.disabled = false;
  for (const [name, value] of Object.entries(state)) if (lookForm.elements[name]) lookForm.elements[name].value = value;
  lookForm.querySelector(".bench-compare").open = true;
  lookForm.querySelector("[data-remembered]").hidden = false;
}

for (const done of past()) note(done);
if (lookForm) {
  recall();
  draw();
  lookForm.addEventListener("submit", (event) => { event.preventDefault(); look(); });
  lookForm.addEventListener("change", () => { if (looking) look(); });
}
