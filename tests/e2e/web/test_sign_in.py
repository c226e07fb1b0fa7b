"""Signing in and out: tokens, links, what happens to whoever is not signed in."""

from __future__ import annotations

import pytest

from tests.browsers import grave_violations, overflow

PAGES = ("/drive", "/providers", "/lab", "/experiments", "/activity")


def test_token_opens_the_drive(page):
    assert page.get_by_role("heading", level=1).inner_text() == "Drive"


def test_wrong_token_is_refused_beside_the_field(visit):
    context = visit()
    context.expect("401")
    page = context.context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Token").fill("qlk_" + "x" * 43)
    page.get_by_role("button", name="Open the drive").click()
    assert "not valid" in page.get_by_role("alert").inner_text()


def test_link_signs_in_once(visit, served):
    link = served.one_time_link()
    first = visit().context.new_page()
    first.goto(link)
    first.wait_for_url("**/drive")
    context = visit()
    context.expect("401")
    second = context.context.new_page()
    second.goto(link)
    assert "has been used" in second.get_by_role("status").first.inner_text()


def test_back_to_the_page_that_was_asked_for(visit, served):
    page = visit().context.new_page()
    page.goto("/providers?from=here")
    page.get_by_label("Token").fill(served.token)
    page.get_by_role("button", name="Open the drive").click()
    page.wait_for_url("**/providers?from=here")


@pytest.mark.parametrize(
    "target", ["//evil.example/", "/\\evil.example", "https://evil.example/", "javascript:alert(1)"]
)
def test_back_never_leads_elsewhere(visit, served, target):
    page = visit().context.new_page()
    page.goto("/sign-in")
    page.locator("input[name=back]").evaluate("(field, target) => { field.value = target; }", target)
    page.get_by_label("Token").fill(served.token)
    page.get_by_role("button", name="Open the drive").click()
    page.wait_for_url("**/drive")


def test_signing_out_ends_it(page):
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in?reason=out")
    page.goto("/drive")
    page.wait_for_url("**/sign-in?back=**")


def test_cookie_is_out_of_reach_of_scripts_and_of_other_sites(page):
    (cookie,) = [c for c in page.context.cookies() if c["name"].startswith("qloak-")]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_is_accessible(visit, scheme):
    page = visit(color_scheme=scheme, viewport={"width": 360, "height": 740}).context.new_page()
    page.goto("/sign-in")
    assert grave_violations(page) == []
    assert overflow(page) == 0
