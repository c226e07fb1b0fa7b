// The page of providers: says aloud what happens to them, and keeps the strength of a fault in its range.
import { on } from "./events.js";
import { text } from "./texts.js";
import { toast } from "./toast.js";

const STEPS = ["rehearsed", "recovered", "destroyed", "up", "down", "added"];

on(["provider"], (data) => {
  if (STEPS.includes(data.step)) toast(text(`providers.steps.${data.step}`, { name: data.provider }));
});

document.addEventListener("change", (event) => {
  if (event.target.name !== "fault") return;
  const strength = event.target.form.elements.strength;
  strength.max = event.target.value === "slow" ? 60 : 1;
  strength.placeholder = event.target.value === "slow" ? "0.5" : "1";
  strength.disabled = event.target.value === "offline";
});
