"""What `web.py` measures inside a page."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response

BEFORE = """
globalThis.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
"""Runs before anything of the page: adds up how far things moved by themselves."""

PAINTED = """() => new Promise((done) => {
  const look = () => {
    const [entry] = performance.getEntriesByName("first-contentful-paint");
    if (entry) done(entry.startTime); else setTimeout(look, 20);
  };
  look();
})"""

ANSWERED = """([place, sign, act, values]) => new Promise((done, fail) => {
  const region = document.querySelector(place);
  if (!region) return fail(new Error(`there is no ${place}`));
  const began = performance.now();
  const watch = new MutationObserver((changes) => {
    if (!changes.some((change) => [...change.addedNodes].some((node) => node.nodeType === 1))) return;
    if (sign && !document.querySelector(sign)) return;
    watch.disconnect();
    done(performance.now() - began);
  });
  watch.observe(region, { childList: true, subtree: true });
  setTimeout(() => fail(new Error(`nothing new in ${place}`)), 20_000);
  for (const [target, value] of values) {
    const field = document.querySelector(target);
    if (value === null) field.click();
    else {
      field.value = value;
      field.dispatchEvent(new Event(act, { bubbles: true }));
    }
  }
})"""
"""Milliseconds from an input event to new elements in a place."""

SCROLLED = """(count) => new Promise((done) => {
  const frames = [];
  const list = document.querySelector("[data-objects]");
  const began = performance.now();
  let last = began;
  const step = (now) => {
    frames.push(now - last);
    last = now;
    scrollBy(0, 200);
    const over = list.children.length >= count && innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    if (!over && now - began < 180_000) requestAnimationFrame(step);
    else done({ frames: frames.slice(1), rows: list.children.length, seconds: (now - began) / 1000 });
  };
  requestAnimationFrame(step);
})"""
"""Scrolls 200 pixels in every frame, faster than anybody reads, until all objects have come; each frame's length."""


@dataclass(frozen=True, slots=True)
class Loading:
    """How a page came.

    Attributes:
        kilobytes: of everything but images, as sent.
        requests: without the stream of events.
        paint: ms until the first contentful paint.
        shift: cumulative layout shift.
    """

    kilobytes: float
    requests: int
    paint: float
    shift: float


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in.

    Attributes:
        browser: Chromium.
        url: of the gateway.
        cookies: of the sign-in.
    """

    browser: Browser
    url: str
    cookies: list[Any]

    def open(self, **options: object) -> BrowserContext:
        """A window with nothing in its cache."""
        context = self.browser.new_context(base_url=self.url, locale="en-GB", **options)  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        context.add_cookies(self.cookies)
        context.add_init_script(BEFORE)
        return context


def sign_in(browser: Browser, url: str, token: str) -> Person:
    """Sign in by the page for that."""
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Open the drive").click()
    page.wait_for_url("**/drive")
    cookies = context.cookies()
    context.close()
    return Person(browser, url, cookies)


def settle(page: Page, path: str) -> None:
    """Go there and wait until nothing is on its way but the stream of events."""
    page.goto(path)
    page.locator("main h1").first.wait_for()
    page.wait_for_function("document.querySelectorAll('[aria-busy=true]').length === 0")


def load(person: Person, path: str, runs: int) -> Loading:
    """Medians of several loads, each with an empty cache."""
    found = []
    for _ in range(runs):
        context = person.open(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        sizes: dict[str, int] = {}

        def weigh(response: Response, sizes: dict[str, int] = sizes) -> None:
            kind = response.headers.get("content-type", "")
            if "image" not in kind and "event-stream" not in kind:
                sizes[response.url] = int(response.headers.get("content-length", 0))

        page.on("response", weigh)
        settle(page, path)
        paint, shift = page.evaluate(PAINTED), page.evaluate("shifted")
        found.append(Loading(sum(sizes.values()) / 1000, len(sizes), paint, shift))
        context.close()
    return Loading(*(statistics.median(getattr(each, name) for each in found) for name in Loading.__slots__))


def pictures(person: Person, path: str, file: Path, *, whole: bool) -> None:
    """The page in both themes, on a desk and on a phone."""
    for scheme in ("light", "dark"):
        for width, height in ((1280, 800), (360, 740)):
            context = person.open(color_scheme=scheme, viewport={"width": width, "height": height})
            page = context.new_page()
            settle(page, path)
            page.screenshot(path=f"{file}-{scheme}-{width}.png", full_page=whole)
            context.close()


def answers(page: Page, place: str, changes: list[Any], *, act: str = "input", sign: str = "") -> list[float]:
    """Milliseconds that each of several changes took.

    Args:
        page: where.
        place: of what changes.
        changes: pairs of a field and its new value; None for a click.
        act: the event.
        sign: what must be there besides.
    """
    return [page.evaluate(ANSWERED, [place, sign, act, [change]]) for change in changes]


def watch_scrolling(page: Page, count: int) -> Callable[[str], float]:
    """Scroll through everything; figures by name."""
    found = page.evaluate(SCROLLED, count)
    frames = sorted(found["frames"])
    figures = {
        "rows": float(found["rows"]),
        "seconds": found["seconds"],
        "median": statistics.median(frames),
        "slow": 100 * sum(frame > 50 for frame in frames) / len(frames),
        "longest": frames[-1],
    }
    return figures.__getitem__
