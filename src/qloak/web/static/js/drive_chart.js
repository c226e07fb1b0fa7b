// The chart of an object's health: a slider along the coming hours reads the numbers out.
import { text } from "./texts.js";

const WIDTH = 600;
const EXACT = 1e-12;

/** As the server writes fidelities: never rounded up to 1. */
function fidelity(value) {
  return value >= 1 - EXACT ? "1" : (Math.floor(value * 1e4) / 1e4).toFixed(4);
}

/** Give the charts in a part of the page their sliders. */
export function startChart(root) {
  for (const card of root.querySelectorAll(".chart-card:not([data-started])")) {
    const data = card.querySelector("[data-points]");
    if (!data) continue;
    card.dataset.started = "";
    const points = JSON.parse(data.textContent);
    const slider = card.querySelector("[data-slider]");
    const input = slider.querySelector("input");
    const readout = card.querySelector("[data-readout]");
    const line = card.querySelector("[data-moment]");
    const show = () => {
      const point = points[Number(input.value)];
      const x = (WIDTH * Number(input.value)) / (points.length - 1);
      const values = {
        hours: Number((point.seconds / 3600).toPrecision(3)),
        fidelity: fidelity(point.entanglement_fidelity),
        average: fidelity(point.average_fidelity),
      };
      line.setAttribute("d", `M${x} 0V200`);
      readout.textContent = text(point.seconds ? "drive.moment" : "drive.moment_now", values);
      input.setAttribute("aria-valuetext", readout.textContent);
    };
    slider.hidden = false;
    input.addEventListener("input", show);
    show();
  }
}
