// Short notices in the corner; a screen reader reads them, and they go by themselves.
const SECONDS = 6;

/** Show a notice. */
export function toast(message) {
  const place = document.querySelector("[data-toasts]");
  const notice = Object.assign(document.createElement("p"), { className: "toast", textContent: message });
  place.append(notice);
  setTimeout(() => notice.remove(), SECONDS * 1000);
}
