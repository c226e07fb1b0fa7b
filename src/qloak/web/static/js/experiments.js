// The pages of experiments: how many points a sweep has, what fits each experiment, and buttons that follow a job.
import { text } from "./texts.js";

/** How many values a field names: "2-12" are 11, "0.1, 0.2" are 2; null for what is no such list. */
function count(field) {
  const given = field.value.trim();
  if (!given) return field.required ? null : 1;
  let found = 0;
  for (const part of given.split(/[;,]/).map((each) => each.trim()).filter(Boolean)) {
    const range = field.dataset.axis === "whole" && /^(\d+)\s*-\s*(\d+)$/.exec(part);
    if (range) found += Number(range[2]) - Number(range[1]) + 1;
    else if (part !== "" && Number.isFinite(Number(part))) found += 1;
    else return null;
  }
  return found > 0 ? found : null;
}

function showPoints(form) {
  const fields = [...form.querySelectorAll("[data-axis]")];
  const boxes = form.querySelectorAll("[data-axis-box]:checked").length || 1;
  const counts = fields.map(count);
  fields.forEach((field, place) => field.setAttribute("aria-invalid", String(counts[place] === null)));
  const points = counts.includes(null) ? null : counts.reduce((product, each) => product * each, boxes);
  const most = Number(form.dataset.most);
  form.querySelector("[data-points]").textContent =
    points === null ? text("experiments.not_a_list")
      : points > most ? text("experiments.too_many", { n: points, most })
        : text("experiments.points", { n: points });
}

function showChoice(form) {
  const chosen = form.elements.experiment.selectedOptions[0].dataset;
  const { low, high } = chosen;
  form.querySelector("[data-values-label]").textContent = text(`experiments.by.${chosen.by}`);
  form.querySelector("[data-values-hint]").textContent = text("experiments.span", { low, high });
  const engines = chosen.engines.split(" ");
  for (const option of form.elements.engine.options) option.disabled = !engines.includes(option.value);
  if (form.elements.engine.selectedOptions[0]?.disabled) form.elements.engine.value = "exact";
}

const sweep = document.querySelector("[data-sweep]");
if (sweep) {
  sweep.addEventListener("input", () => showPoints(sweep));
  showPoints(sweep);
}

const repeat = document.querySelector("[data-repeat]");
if (repeat) {
  repeat.elements.experiment.addEventListener("change", () => {
    const { low, high } = repeat.elements.experiment.selectedOptions[0].dataset;
    repeat.elements.values.value = Number(low) === Number(high) ? low : `${low}-${Math.min(Number(low) + 2, Number(high))}`;
    showChoice(repeat);
  });
  showChoice(repeat);
}

// A job that ends has nothing to cancel any more, and can be deleted.
document.addEventListener("qloak:refreshed", () => {
  const now = document.querySelector("[data-now]");
  if (!now) return;
  const live = ["queued", "running"].includes(now.dataset.now);
  for (const form of document.querySelectorAll("[data-while-live]")) form.hidden = !live;
  for (const form of document.querySelectorAll("[data-when-ended]")) form.hidden = live;
});
