// Texts of the catalogue that the page brought along.
const element = document.getElementById("texts");
const catalogue = element ? JSON.parse(element.textContent) : {};

/** Take in the texts of another page, for a part of it that is shown here. */
export function addTexts(other) {
  if (other) for (const [section, table] of Object.entries(JSON.parse(other.textContent))) catalogue[section] ??= table;
}

/** One text, such as text("common.saving"), with what stands in braces filled in. */
export function text(key, values = {}) {
  const found = key.split(".").reduce((table, part) => table?.[part], catalogue);
  const entry = typeof found === "object" && "n" in values ? (values.n === 1 ? found.one : found.other) : found;
  if (typeof entry !== "string") throw new Error(`no text ${key}`);
  return entry.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}
