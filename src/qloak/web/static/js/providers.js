// The page of providers: says aloud what happens to them, and keeps the strength of a fault in its range.
import { on } from "./events.js";
import { text } from "./texts.js";
import { toast } from "./toast.js";

const STEPS = ["rehearsed", "recovered", "destroyed", "up", "down", "added"];

on(["provider"], (data) => {
  if (STEPS.includes(data.step)) toast(text(`providers.steps.${data.step}`, { name: data.provider }));
});

/** The strength of the fault that is chosen: seconds, a probability, or none. */
function fit(form) {
  const fault = form.elements.fault.value;
  const strength = form.elements.strength;
  const isSlow = fault === "slow";
  strength.max = isSlow ? 60 : 1;
  strength.placeholder = isSlow ? "0.5" : "1";
  strength.disabled = fault === "offline";
  for (const part of form.querySelectorAll("[data-strength]")) part.hidden = fault === "offline";
  form.querySelector("[data-strength-name]").textContent = text(isSlow ? "providers.seconds" : "providers.probability");
}

function start(root) {
  for (const form of root.querySelectorAll("form[data-rehearse]")) fit(form);
}

document.addEventListener("change", (event) => {
  if (event.target.name === "fault") fit(event.target.form);
});
document.addEventListener("qloak:opened", (event) => start(event.detail));
start(document);
