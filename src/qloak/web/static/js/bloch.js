// Bloch spheres: drawn from Bloch vectors, and dragged to choose a state. A page that uses them asks for the texts
// "bloch" and loads css/bloch.css. The view is that of the drawings in reports: from 35° between +x and +y and 18°
// above the equator, so that |0⟩ is at the top, x comes towards the reader and y goes to the right.
import { text } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";
const AZIMUTH = 35 * Math.PI / 180;
const ELEVATION = 18 * Math.PI / 180;
const [COS_A, SIN_A, COS_E, SIN_E] = [Math.cos(AZIMUTH), Math.sin(AZIMUTH), Math.cos(ELEVATION), Math.sin(ELEVATION)];
const LARGE = { width: 240, height: 240, cx: 117, cy: 122, radius: 84, head: 13, dot: 5, ring: 10 };
const SMALL = { width: 64, height: 64, cx: 32, cy: 32, radius: 28, head: 9, dot: 4, ring: 7.5 };
const AXES = [[1, 0, 0, "x |+⟩", 1.82], [0, 1, 0, "y |+i⟩", 1.34], [0, 0, 1, "z |0⟩", 1.12]];
const ZERO = 1e-9;
const drawn = new WeakMap();

/** The states that have names: polar and azimuthal angle in degrees. */
export const NAMED = { "0": [0, 0], "1": [180, 0], "+": [90, 0], "-": [90, 180], "+i": [90, 90], "-i": [90, 270] };

/** Orthographic view of a point: right, up, and towards the reader, in units of the radius. */
export function project([x, y, z]) {
  const along = x * COS_A + y * SIN_A;
  return [y * COS_A - x * SIN_A, z * COS_E - along * SIN_E, along * COS_E + z * SIN_E];
}

/** The point that is seen there: the inverse of `project`. */
export function unproject([right, up, depth]) {
  const along = depth * COS_E - up * SIN_E;
  return [along * COS_A - right * SIN_A, along * SIN_A + right * COS_A, up * COS_E + depth * SIN_E];
}

/** The Bloch vector of a pure state with these angles in degrees. */
export function vectorOf(theta, phi) {
  const [t, p] = [theta * Math.PI / 180, phi * Math.PI / 180];
  return [Math.sin(t) * Math.cos(p), Math.sin(t) * Math.sin(p), Math.cos(t)];
}

/** A component as printed: at most three decimals and a real minus sign. */
export function number(value) {
  return (Math.round(value * 1000) / 1000 || 0).toString().replace("-", "−");
}

/** Draw a Bloch vector, or move the arrow of a sphere that is drawn already. `small` is for 40 to 120 pixels. */
export function drawSphere(svg, { vector, label = "", small = false }) {
  const parts = drawn.get(svg) ?? prepare(svg, small ? SMALL : LARGE);
  const length = Math.hypot(...vector);
  arrow(parts, vector, length);
  const values = { x: number(vector[0]), y: number(vector[1]), z: number(vector[2]), length: number(length) };
  const says = length < 0.0005 ? text("bloch.centre") : text("bloch.vector", values);
  if (svg.getAttribute("role") === "slider") return;
  svg.setAttribute("aria-label", label ? `${label}: ${says}` : says);
}

function make(parent, name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, typeof value === "number" ? value.toFixed(2) : value);
}

function prepare(svg, shape) {
  const { cx, cy, radius } = shape;
  const at = (point) => { const [right, up] = project(point); return [cx + radius * right, cy - radius * up]; };
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${shape.width} ${shape.height}`);
  if (!svg.hasAttribute("role")) svg.setAttribute("role", "img");
  svg.classList.add("bloch");
  svg.classList.toggle("bloch-small", shape === SMALL);
  make(svg, "circle", { class: "bloch-ball", cx, cy, r: radius });
  const inner = make(svg, "circle", { class: "bloch-inner", cx, cy, r: 0 });
  for (const [x, y, z, , reach] of shape === LARGE ? AXES : AXES.slice(2)) {
    circle(svg, [x, y, z], shape);
    if (shape === LARGE) axis(svg, at, [x, y, z], reach);
  }
  if (shape === SMALL) circle(svg, [0, 1, 0], shape);
  const drop = make(svg, "path", { class: "bloch-drop" });
  const shaft = make(svg, "line", { class: "bloch-shaft", x1: cx, y1: cy });
  const tip = make(svg, "polygon", { class: "bloch-tip" });
  const dot = make(svg, "circle", { class: "bloch-dot", r: shape.dot });
  const ring = make(svg, "circle", { class: "bloch-ring", cx, cy, r: shape.ring });
  if (shape === LARGE) names(svg, at);
  const parts = { shape, at, inner, drop, shaft, tip, dot, ring };
  drawn.set(svg, parts);
  return parts;
}

/** The great circle normal to an axis: its front half solid, its back half dashed. */
function circle(svg, normal, { cx, cy, radius }) {
  const [right, up, depth] = project(normal);
  const length = Math.hypot(right, up);
  const [x, y] = [radius * up / length, radius * right / length];
  const tilt = Math.atan2(y, x) * 180 / Math.PI;
  const front = depth > 0 ? 1 : 0;
  for (const [sweep, style] of [[1 - front, "bloch-circle bloch-behind"], [front, "bloch-circle"]]) {
    const arc = `A${radius} ${(radius * Math.abs(depth)).toFixed(2)} ${tilt.toFixed(2)} 0 ${sweep} ${(cx - x).toFixed(2)} ${(cy - y).toFixed(2)}`;
    make(svg, "path", { class: style, d: `M${(cx + x).toFixed(2)} ${(cy + y).toFixed(2)}${arc}` });
  }
}

function axis(svg, at, point, reach) {
  const [x0, y0] = at([0, 0, 0]);
  for (const [factor, style] of [[reach, "bloch-axis"], [-1, "bloch-axis bloch-behind"]]) {
    const [x2, y2] = at(point.map((c) => c * factor));
    set(make(svg, "line", { class: style }), { x1: x0, y1: y0, x2, y2 });
  }
}

function names(svg, at) {
  const places = AXES.map(([x, y, z, name, reach]) => [at([x, y, z].map((c) => c * (reach + (z ? 0.14 : 0.22)))), name]);
  for (const [[x, y], name] of [...places, [at([0, 0, -1.2]), "|1⟩"]]) {
    make(svg, "text", { class: "bloch-name", x: x.toFixed(1), y: y.toFixed(1), "aria-hidden": "true" }).textContent = name;
  }
}

function arrow({ shape, at, inner, drop, shaft, tip, dot, ring }, vector, length) {
  const { cx, cy, radius } = shape;
  const [x, y] = at(vector);
  const across = Math.hypot(x - cx, y - cy);
  const head = Math.min(shape.head, 0.6 * across);
  const centre = length <= ZERO;
  const pointed = !centre && head >= shape.head / 2;
  const away = project(vector)[2] < 0;
  const [ux, uy] = across > 0 ? [(x - cx) / across, (y - cy) / across] : [0, 0];
  const [bx, by, half] = [x - head * ux, y - head * uy, 0.42 * head];
  const points = [[x, y], [bx - half * uy, by + half * ux], [bx + half * uy, by - half * ux]];
  // A ball as large as the arrow is long shows how mixed the state is.
  set(inner, { r: !centre && length < 0.995 ? radius * length : 0 });
  set(shaft, { x2: pointed ? bx : x, y2: pointed ? by : y, class: `bloch-shaft${away ? " bloch-away" : ""}` });
  set(tip, { points: pointed ? points.map((p) => p.map((c) => c.toFixed(2)).join()).join(" ") : "" });
  set(dot, { cx: x, cy: y, visibility: pointed ? "hidden" : "visible" });
  set(ring, { visibility: centre ? "visible" : "hidden" });
  const path = [at([vector[0], vector[1], 0]), at([0, 0, 0])].map((p) => `L${p.map((c) => c.toFixed(2)).join(" ")}`);
  set(drop, { d: centre ? "" : `M${x.toFixed(2)} ${y.toFixed(2)}${path.join("")}` });
}

const wrap = (phi) => ((phi % 360) + 360) % 360;

/** Angles in degrees of a point on the sphere; at the poles the azimuth stays as it was. */
function anglesOf([x, y, z], phi) {
  const theta = Math.round(Math.acos(Math.max(-1, Math.min(1, z))) * 180 / Math.PI);
  return theta === 0 || theta === 180 ? [theta, phi] : [theta, wrap(Math.round(Math.atan2(y, x) * 180 / Math.PI))];
}

/**
 * A sphere whose arrow is dragged by its tip, or moved by the arrow keys: up and down change theta, left and right
 * phi, by 5° or with Shift by 1°; Home and End go to the poles. Angles are degrees. Over the edge it goes on at the
 * back. Returns {set(theta, phi)}, which moves the arrow and does not call `onChange`.
 */
export function draggableSphere(svg, { theta = 0, phi = 0, onChange = () => {} }) {
  const now = { theta, phi };
  svg.setAttribute("role", "slider");
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("aria-valuemin", "0");
  svg.setAttribute("aria-valuemax", "180");
  svg.classList.add("bloch-drag");
  const show = () => {
    drawSphere(svg, { vector: vectorOf(now.theta, now.phi) });
    svg.setAttribute("aria-label", text("bloch.drag"));
    svg.setAttribute("aria-valuenow", String(now.theta));
    svg.setAttribute("aria-valuetext", text("bloch.angles", now));
  };
  const move = (newTheta, newPhi) => {
    if (newTheta === now.theta && newPhi === now.phi) return;
    Object.assign(now, { theta: newTheta, phi: newPhi });
    show();
    onChange({ ...now });
  };
  dragging(svg, now, move);
  svg.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 1 : 5;
    const turned = (by) => [now.theta, wrap(now.phi + by)];
    const bent = (by) => [Math.max(0, Math.min(180, now.theta + by)), now.phi];
    const keys = {
      ArrowUp: () => bent(-step), ArrowDown: () => bent(step), ArrowRight: () => turned(step), ArrowLeft: () => turned(-step),
      Home: () => [0, now.phi], End: () => [180, now.phi],
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(...keys[event.key]());
  });
  show();
  return { set: (newTheta, newPhi) => { Object.assign(now, { theta: newTheta, phi: newPhi }); show(); } };
}

function dragging(svg, now, move) {
  const GRAB = 0.25;
  let back = false;
  let outside = false;
  const seen = (event) => {
    // clientX lies on the screen; the matrix knows how the drawing is scaled and placed there.
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [(point.x - LARGE.cx) / LARGE.radius, (LARGE.cy - point.y) / LARGE.radius];
  };
  const follow = (event) => {
    const [right, up] = seen(event);
    const length = Math.hypot(right, up);
    if (length > 1) {
      outside = true;
      return move(...anglesOf(unproject([right / length, up / length, 0]), now.phi));
    }
    if (outside) back = !back;
    outside = false;
    move(...anglesOf(unproject([right, up, (back ? -1 : 1) * Math.sqrt(1 - length * length)]), now.phi));
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [right, up] = seen(event);
    const [tipRight, tipUp, depth] = project(vectorOf(now.theta, now.phi));
    const near = Math.hypot(right - tipRight, up - tipUp) < GRAB;
    back = near && depth < 0;
    // Taken just outside the outline, the arrow stays on its own side.
    outside = false;
    event.preventDefault();
    svg.focus({ preventScroll: true });
    svg.setPointerCapture(event.pointerId);
    if (!near) follow(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) follow(event);
  });
}
