// Spheres of the story: the one that is dragged, and those of all qubits, whose arrows move from step to step.
import { draggableSphere, drawSphere } from "./bloch.js";

const MOVE_MS = 420;
const still = matchMedia("(prefers-reduced-motion: reduce)");

const vectorOf = (svg) => svg.dataset.vector.split(" ").map(Number);
const eased = (t) => 1 - (1 - t) ** 3;

function move(svg, from, to) {
  const label = svg.dataset.sphere;
  const begun = performance.now();
  const frame = (now) => {
    if (!svg.isConnected) return;
    const part = Math.min(1, Math.max(0, now - begun) / MOVE_MS);
    const vector = part < 1 ? from.map((value, i) => value + eased(part) * (to[i] - value)) : to;
    drawSphere(svg, { vector, label, small: true });
    if (part < 1) requestAnimationFrame(frame);
  };
  frame(begun);
}

/** Draw the spheres of a part. Arrows that were elsewhere before, as `seen` tells, move over. */
export function showSpheres(part, seen) {
  for (const svg of part.querySelectorAll("[data-sphere]")) {
    const vector = vectorOf(svg);
    const before = seen.get(svg.dataset.sphere);
    const jump = before ? Math.hypot(...vector.map((value, i) => value - before[i])) : 0;
    // A drag moves arrows a little and often: they follow at once.
    if (jump > 0.3 && !still.matches) move(svg, before, vector);
    else drawSphere(svg, { vector, label: svg.dataset.sphere, small: true });
  }
}

/** The vectors that a part shows now, by qubit. */
showSpheres.remember = (part) =>
  new Map([...part.querySelectorAll("[data-sphere]")].map((svg) => [svg.dataset.sphere, vectorOf(svg)]));

/** Make the input's sphere one that is dragged; `tell` gets theta and phi in degrees. */
export function takeInput(form, tell) {
  const [theta, phi] = [Number(form.elements.theta.value), Number(form.elements.phi.value)];
  const svg = document.getElementById("input-sphere");
  svg.replaceChildren();
  return draggableSphere(svg, { theta, phi, onChange: (angles) => tell(angles.theta, angles.phi) });
}
