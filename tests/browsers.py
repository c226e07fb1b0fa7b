"""Chromium for tests: Debian's, by path; pages that report what goes wrong in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
GRAVE = ("serious", "critical")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def chromium_path() -> str:
    """Where Chromium is; without one the test is skipped, in CI it fails."""
    path = os.environ.get("QLOAK_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        message = "no Chromium here: install Debian's package chromium, or name one in QLOAK_CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


class Watched:
    """A browser context whose pages may not fail unseen.

    Args:
        browser: Chromium.
        url: of the gateway.
        options: of the context, such as viewport or color_scheme.
    """

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.url = url
        self.faults: list[str] = []
        self.expected: list[str] = []
        self.context: BrowserContext = browser.new_context(base_url=url, **{"locale": "en-GB", **options})
        self.context.set_default_timeout(30_000)
        self.context.on("page", self._watch)
        self.context.on("request", self._see_request)

    def sign_in(self, token: str) -> Page:
        """A page that is signed in, at the drive: with the cookie that the form of `/sign-in` gives."""
        port = urlsplit(self.url).port
        cookie = {"name": f"qloak-{port}", "value": token, "url": self.url, "httpOnly": True, "sameSite": "Strict"}
        self.context.add_cookies([cookie])
        page = self.context.new_page()
        # Until it is loaded, so that scripts have run: a click that is earlier leads to a page instead of a dialog.
        page.goto("/drive")
        return page

    def expect(self, *parts: str) -> None:
        """Console messages with these words are part of the test, such as a refused request."""
        self.expected += parts

    def close(self) -> None:
        """End it and complain of whatever went wrong."""
        self.context.close()
        unexpected = [f for f in self.faults if not any(part in f for part in self.expected)]
        assert not unexpected, unexpected

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on(
            "console", lambda m: self.faults.append(f"console: {m.text}") if m.type in ("error", "warning") else None
        )

    def _see_request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.url).netloc:
            self.faults.append(f"request to another host: {request.url}")


def grave_violations(page: Page) -> list[str]:
    """What axe-core finds serious or critical, by the rules of WCAG 2.2 A and AA."""
    page.evaluate(AXE)
    options = {"runOnly": {"type": "tag", "values": list(WCAG)}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{v['id']} ({v['impact']}): {v['help']}: " + "; ".join(n["html"][:160] for n in v["nodes"][:4])
        for v in found
        if v["impact"] in GRAVE
    ]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window: must be 0."""
    widths = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return max(0, int(page.evaluate(widths)))
