// What every page does: theme, times in the reader's zone, forms, dialogs, live sections.
import { takeDialogs } from "./dialogs.js";
import { listen } from "./events.js";
import { takeForms } from "./forms.js";
import { follow } from "./fragments.js";

const YEAR_SECONDS = 31_536_000;

function toggleTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `qloak-theme=${root.dataset.theme}; path=/; max-age=${YEAR_SECONDS}; samesite=strict`;
}

function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
    time.title = time.textContent;
    time.textContent = new Date(time.dateTime).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  }
}

document.querySelector("[data-theme-toggle]")?.addEventListener("click", toggleTheme);
document.addEventListener("qloak:refreshed", (event) => localTimes(event.target));
document.addEventListener("qloak:opened", (event) => localTimes(event.detail));
localTimes(document);
takeForms();
takeDialogs();
if (document.getElementById("texts")) {
  follow();
  listen();
}
