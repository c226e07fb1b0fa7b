// Storing a state: the sphere, the preview that follows every change, progress while it is stored.
import { draggableSphere, NAMED } from "./bloch.js";
import { on } from "./events.js";
import { text } from "./texts.js";

const PAUSE_MS = 40;
const STEPS = ["begun", "encrypting", "promised", "deposited", "failed", "aborting"];

const started = new WeakSet();
const MEMORY = "qloak:put:";
const DESCRIBED = { bloch: ["theta", "phi"], qasm: ["program"], ghz: ["ghz"], random: ["random", "seed"] };

/** What this tab remembers of a state that it stored: the fields that describe it; null for nothing. */
export function rememberedState(object) {
  try {
    return JSON.parse(sessionStorage.getItem(MEMORY + object));
  } catch {
    return null;
  }
}

/** Remember how a state was described, until the tab is closed: for comparing it in the workbench. */
function remember(form, location) {
  const object = location.match(/^\/drive\/([^/?]+)/)?.[1];
  const source = form.elements.source.value;
  if (!object || !DESCRIBED[source]) return;
  const state = Object.fromEntries(DESCRIBED[source].map((name) => [name, form.elements[name].value]));
  try {
    sessionStorage.setItem(MEMORY + object, JSON.stringify({ source, ...state }));
  } catch { /* The tab's memory is full: nothing is lost but this convenience. */ }
}

/** A key for a new request; the ready-made identifiers exist on loopback and over TLS only. */
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function sphere(form) {
  const svg = form.querySelector("[data-sphere]");
  const fields = { theta: form.elements.theta, phi: form.elements.phi };
  const show = () => {
    for (const [name, field] of Object.entries(fields)) {
      const degrees = Number(field.value);
      const values = { degrees, radians: (degrees * Math.PI / 180).toFixed(3) };
      form.querySelector(`[data-angle="${name}"]`).textContent = text("put.angle", values);
      field.setAttribute("aria-valuetext", text("put.angle_says", values));
    }
  };
  const write = ({ theta, phi }) => { fields.theta.value = theta; fields.phi.value = phi; show(); };
  const chosen = () => [Number(fields.theta.value), Number(fields.phi.value)];
  const [theta, phi] = chosen();
  const ball = draggableSphere(svg, { theta, phi, onChange: write });
  for (const field of Object.values(fields)) field.addEventListener("input", () => { ball.set(...chosen()); show(); });
  form.querySelector(".put-kets").addEventListener("click", (event) => {
    const ket = event.target.closest("[data-ket]")?.dataset.ket;
    if (!ket) return;
    // Uniform on the sphere: cos theta is.
    const anywhere = [Math.round(Math.acos(1 - 2 * Math.random()) * 180 / Math.PI), Math.floor(360 * Math.random())];
    const [newTheta, newPhi] = NAMED[ket] ?? anywhere;
    ball.set(newTheta, newPhi);
    write({ theta: newTheta, phi: newPhi });
  });
  show();
}

function program(form) {
  const problem = form.querySelector("[data-file-problem]");
  form.elements.file.addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    problem.hidden = true;
    if (!file) return;
    if (file.size > Number(target.dataset.most)) {
      problem.textContent = text("put.large_file", { size: Math.ceil(file.size / 1024), limit: target.dataset.most / 1024 });
      problem.hidden = false;
      target.value = "";
      return;
    }
    form.elements.program.value = await file.text();
    // It is sent as text, as it may be changed here.
    target.value = "";
    form.elements.program.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function clones(form) {
  const slider = form.elements.clones;
  const boxes = [...form.querySelectorAll('[name="providers"]')];
  const show = () => {
    const picked = boxes.filter((box) => box.checked).length;
    // As many clones as servers that are chosen.
    slider.disabled = picked > 0;
    if (picked > 1) slider.value = String(picked);
    form.querySelector("[data-clones]").textContent = String(picked || slider.value);
    form.querySelector("[data-chosen]").textContent = picked ? text("put.chosen", { n: picked }) : text("put.automatic");
  };
  form.addEventListener("input", show);
  show();
}

function preview(form) {
  const region = form.querySelector(".put-plan");
  const body = region.querySelector("[data-plan-body]");
  let timer = 0;
  let asking = null;
  let last = null;
  const wanted = () => {
    const given = new FormData(form);
    for (const name of ["file", "key", "name", "min_clones", "theta", "phi"]) given.delete(name);
    return given;
  };
  const ask = async () => {
    const given = wanted();
    const words = new URLSearchParams(given).toString();
    if (words === last) return;
    last = words;
    asking?.abort();
    asking = new AbortController();
    region.ariaBusy = "true";
    try {
      const answer = await fetch(form.dataset.plan, { method: "POST", body: given, signal: asking.signal, headers: { "X-Qloak-Live": "1" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      body.replaceChildren(...parsed.body.childNodes);
      region.querySelector("[data-plan-says]").textContent = body.querySelector("[data-summary]")?.textContent ?? "";
      region.ariaBusy = "false";
    } catch (error) {
      if (error.name === "AbortError") return;
      last = null;
      region.ariaBusy = "false";
    }
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE_MS); };
  form.addEventListener("input", soon);
  const end = on(["provider", "again"], () => {
    if (!form.isConnected) return end();
    last = null;
    soon();
  });
  // A browser may have kept what was chosen before the page was loaded again.
  last = new URLSearchParams(wanted()).toString();
  if (form.querySelector('[name="source"]:checked')?.value === "handle") { last = null; soon(); }
}

function progress(form) {
  const region = form.querySelector("[data-progress]");
  const [line, bar, places] = ["[data-progress-text]", "progress", "[data-progress-places]"].map((s) => region.querySelector(s));
  const store = form.querySelector("[data-store]");
  let object = "";
  let sending = false;
  const place = ({ provider, step }) => {
    const known = [...places.children].find((item) => item.dataset.provider === provider);
    const item = known ?? Object.assign(document.createElement("li"), { textContent: provider });
    item.dataset.provider = provider;
    item.className = `badge ${step === "deposited" ? "up" : step === "failed" ? "down" : ""}`;
    if (!known) places.append(item);
  };
  const end = on(["put"], (data) => {
    if (!form.isConnected) return end();
    if (!sending || !STEPS.includes(data.step)) return;
    if (!object && data.step === "begun" && data.name === form.elements.name.value.trim()) object = data.object;
    if (data.object !== object) return;
    line.textContent = text(`put.steps.${data.step}`, data);
    if (data.step === "deposited") { bar.max = data.total; bar.value = data.done; }
    if (data.provider) place(data);
  });
  form.addEventListener("qloak:sending", () => {
    [object, sending] = ["", true];
    line.textContent = text("put.steps.sent");
    bar.removeAttribute("value");
    places.replaceChildren();
    region.hidden = false;
  });
  form.addEventListener("qloak:done", ({ detail }) => {
    remember(form, detail.location);
    line.textContent = text("put.steps.stored");
    bar.value = bar.max;
  });
  form.addEventListener("qloak:refused", () => {
    sending = false;
    region.hidden = true;
    // What was refused is over; trying again is a new request. After a lost connection it stays the same one.
    form.elements.key.value = newKey();
    store.focus({ preventScroll: true });
    form.querySelector("[data-problem]")?.focus();
  });
  form.addEventListener("input", () => { if (form.ariaBusy !== "true") form.elements.key.value = newKey(); });
}

function start(root) {
  const form = root.querySelector("[data-put] form[data-plan]");
  if (!form || started.has(form)) return;
  started.add(form);
  // Whoever knows the seed can compare: the random state stays the same one.
  form.elements.seed.value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
  sphere(form);
  program(form);
  clones(form);
  preview(form);
  progress(form);
}

document.addEventListener("qloak:opened", (event) => start(event.detail));
start(document);
