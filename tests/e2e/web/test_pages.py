"""What every page must be: accessible in both themes, as narrow as a phone, light, and alone with its server."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browsers import grave_violations, overflow

PAGES = ("/drive", "/drive/put", "/workbench", "/providers", "/lab", "/experiments", "/activity")
MAX_BYTES = 300_000


def settled(page, path: str) -> None:
    """Go there and wait until nothing is on its way but the stream of events."""
    page.goto(path)
    page.locator("main h1").wait_for()
    page.wait_for_load_state("load")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_has_no_grave_violation(visit, served, path, scheme):
    page = visit(color_scheme=scheme).sign_in(served.token)
    settled(page, path)
    assert grave_violations(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_page_fits_a_phone(visit, served, path):
    page = visit(viewport={"width": 360, "height": 740}).sign_in(served.token)
    settled(page, path)
    assert overflow(page) == 0
    assert grave_violations(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_page_works_without_scripts(visit, served, path):
    page = visit(java_script_enabled=False).sign_in(served.token)
    page.goto(path)
    assert page.locator("main h1").inner_text()


@pytest.mark.parametrize("path", PAGES)
def test_page_weighs_little(visit, served, path):
    page = visit().sign_in(served.token)
    sizes: dict[str, int] = {}

    def weigh(response) -> None:
        if "image" not in response.headers.get("content-type", "") and "event-stream" not in response.headers.get(
            "content-type", ""
        ):
            sizes[response.url] = int(response.headers.get("content-length", 0))

    page.on("response", weigh)
    settled(page, path)
    assert sizes
    assert sum(sizes.values()) <= MAX_BYTES, sizes


@pytest.mark.parametrize("path", (*PAGES, "/sign-in", "/nowhere"))
def test_page_carries_security_headers(page, path):
    answer = page.request.get(path)
    headers = answer.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
def test_page_begins_with_its_heading_and_name(page, path):
    settled(page, path)
    assert page.locator("h1").count() == 1
    assert page.title().endswith("· Qloak")
    assert page.get_by_text("emulated exactly").first.is_visible()


@pytest.mark.parametrize("path", PAGES)
def test_page_moves_nothing_after_it_is_there(visit, served, path):
    page = visit().sign_in(served.token)
    settled(page, path)
    shift = page.evaluate(
        """() => new Promise((done) => {
            let total = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
            }).observe({ type: "layout-shift", buffered: true });
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(total), 100)));
        })"""
    )
    # Below 0.1 counts as good; a page that reserves its places stays far below.
    assert shift < 0.05
