// The list of objects: pages of a hundred are appended as one scrolls; rows follow events without reloading.
import { signInAgain } from "./api.js";
import { on } from "./events.js";
import { text } from "./texts.js";

const PAUSE_MS = 150;
const TOP = 30;

/** Rows of the list for a query, and the id that the next page begins before. */
async function fetchRows(query) {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const answer = await fetch(`/drive/rows?${given}`, { headers: { "X-Qloak-Live": "1" } }).catch(() => null);
  if (answer?.status === 401) signInAgain();
  if (!answer?.ok) return null;
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = parsed.querySelector("[data-objects]");
  return { rows: [...list.querySelectorAll(":scope > [data-object]")], next: list.dataset.next };
}

/** Make a list live. `dress` is called with rows that have come. */
export function startList(list, dress) {
  const form = document.querySelector("[data-filters]");
  const more = document.querySelector(".more");
  const status = document.querySelector("[data-list-status]");
  const noMatch = document.querySelector("[data-no-match]");
  const newest = !new URLSearchParams(location.search).get("before");
  const stale = new Set();
  let timer = 0;
  let loading = false;
  let generation = 0;

  const filter = () => ({ name: form.elements.name.value.trim(), show: form.elements.show.value });
  const rowOf = (id) => document.getElementById(`o-${id}`);
  const isEmpty = () => { noMatch.hidden = list.children.length > 0; };

  function place(row) {
    dress(row);
    const old = rowOf(row.dataset.object);
    const progress = old?.querySelector("[data-progress]");
    if (!old) return false;
    // What is told of a flow under way stays.
    if (progress && !progress.hidden) row.querySelector("[data-progress]").replaceWith(progress);
    const focused = old.contains(document.activeElement);
    old.replaceWith(row);
    if (focused) row.querySelector("a").focus({ preventScroll: true });
    return true;
  }

  /** Fetch anew what lies between two rows of the list, both included. */
  async function renew(rows) {
    const began = generation;
    const answer = await fetchRows({ ...filter(), before: `${rows[0].dataset.object}~`, limit: rows.length });
    if (!answer || began !== generation) return;
    const here = new Set(answer.rows.map((row) => row.dataset.object));
    const oldest = answer.rows.at(-1)?.dataset.object ?? "";
    for (const row of rows) {
      // Left out of a full answer only because others have come in between: it is still there.
      const beyond = answer.rows.length === rows.length && row.dataset.object < oldest;
      if (!here.has(row.dataset.object) && !beyond && row.isConnected) row.remove();
    }
    answer.rows.forEach(place);
    isEmpty();
  }

  async function renewTop() {
    const began = generation;
    const answer = await fetchRows({ ...filter(), limit: TOP });
    if (!answer || began !== generation) return;
    const fresh = answer.rows.filter((row) => !place(row));
    if (fresh.length === TOP) return void reload();
    const top = list.firstElementChild;
    for (const row of fresh) if (!top || row.dataset.object > top.dataset.object) list.insertBefore(row, top);
    isEmpty();
  }

  async function reload() {
    generation += 1;
    const began = generation;
    const answer = await fetchRows(filter());
    if (!answer || began !== generation) return;
    answer.rows.forEach(dress);
    list.replaceChildren(...answer.rows);
    offer(answer.next);
    isEmpty();
    status.textContent = text("drive.loaded", { n: list.children.length });
  }

  function visible() {
    const rows = [...list.children].filter((row) => {
      const box = row.getBoundingClientRect();
      return box.bottom > -200 && box.top < innerHeight + 200;
    });
    return rows.slice(0, 100);
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const ids = [...stale];
      stale.clear();
      if (ids.includes("*")) {
        const rows = visible();
        if (rows.length) await renew(rows);
        if (newest) await renewTop();
        return;
      }
      const known = ids.map(rowOf).filter(Boolean);
      if (known.length < ids.length && newest) await renewTop();
      for (const row of known.slice(0, 40)) if (row.isConnected) await renew([row]);
    }, PAUSE_MS);
  }

  on(["put", "redeem", "refresh", "rm", "object"], (data) => {
    if (!data.object || !(data.step === "begun" || "state" in data || !rowOf(data.object))) return;
    stale.add(data.object);
    soon();
  });
  on(["provider", "again"], () => { stale.add("*"); soon(); });

  /** The way to the next page: taken by itself when one scrolls near it. */
  function offer(next) {
    const link = more.querySelector("[data-more]");
    if (!next) return link?.remove();
    const target = `/drive?${new URLSearchParams({ ...filter(), before: next })}`;
    if (link) {
      link.href = target;
      link.dataset.next = next;
    } else {
      const made = Object.assign(document.createElement("a"), { className: "button", href: target, textContent: text("drive.more") });
      made.dataset.more = "";
      made.dataset.next = next;
      more.append(made);
    }
  }

  async function append() {
    const link = more.querySelector("[data-more]");
    if (!link || loading) return;
    loading = true;
    const began = generation;
    link.ariaBusy = "true";
    const answer = await fetchRows({ ...filter(), before: link.dataset.next });
    link.ariaBusy = "false";
    loading = false;
    if (!answer || began !== generation) return;
    const fresh = answer.rows.filter((row) => !rowOf(row.dataset.object));
    fresh.forEach(dress);
    list.append(...fresh);
    offer(answer.next);
    status.textContent = text("drive.loaded", { n: list.children.length });
    // Asked anew, or it would not tell of what was in sight before and after.
    sight.unobserve(more);
    sight.observe(more);
  }

  more.addEventListener("click", (event) => {
    if (!event.target.closest("[data-more]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    append();
  });
  const sight = new IntersectionObserver((seen) => { if (seen.at(-1).isIntersecting) append(); }, { rootMargin: "0px 0px 1200px" });
  sight.observe(more);

  let typing = 0;
  const look = () => {
    const query = new URLSearchParams(Object.entries(filter()).filter(([, value]) => value));
    history.replaceState(null, "", query.size ? `/drive?${query}` : "/drive");
    reload();
  };
  form.elements.name.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(look, 200); });
  form.elements.show.addEventListener("change", look);
  form.addEventListener("submit", (event) => { event.preventDefault(); look(); });

  offer(list.dataset.next);
}
