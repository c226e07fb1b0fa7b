"""Providers: failures are rehearsed, repaired and made for ever, and the page shows at once what survives them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from qloak.storage.vault import VaultOptions
from tests.browsers import Watched, grave_violations, overflow
from tests.webserver import Caller, WebServer

DARK_PHONE = {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}}
LONG = "a-provider-with-a-name-as-long-as-one-can-be-48x"
HOSTILE = '<img src=x onerror="alert(1)">'
_numbers = itertools.count(1)


class Operator(Caller):
    """The operator, by HTTP."""

    def put(self, name: str, *providers: str) -> str:
        """Store a state there; its id."""
        body = {"source": {"bloch": [1.0, 0.5]}, "name": name, "providers": list(providers)}
        return self("POST", "/v1/objects", body)["id"]

    def provider(self, name: str) -> dict[str, Any]:
        """How one is."""
        return next(each for each in self("GET", "/v1/providers")["providers"] if each["name"] == name)


@pytest.fixture
def operator(served):
    return Operator(served.url, served.token)


@pytest.fixture
def pair(operator):
    """Two providers of one's own, and an object that is nowhere else."""
    names = [f"pair-{next(_numbers)}" for _ in range(2)]
    for name in names:
        operator("POST", "/v1/providers", {"name": name})
    return *names, f"object of {names[0]}", operator.put(f"object of {names[0]}", *names)


@pytest.fixture
def ring(page) -> Page:
    page.goto("/providers")
    page.evaluate("window.sameAsBefore = true")
    return page


def site(page: Page, name: str) -> Locator:
    return page.locator(".sites li", has=page.get_by_role("heading", name=name, exact=True))


def row(page: Page, name: str) -> Locator:
    return page.locator(".matrix tbody tr", has=page.get_by_role("link", name=name, exact=True))


def open_dialog(page: Page, name: str) -> Locator:
    site(page, name).get_by_role("link").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    return dialog


def test_one_picture_one_list_one_matrix(ring, operator, pair):
    first, second, name, _ = pair
    total = len(operator("GET", "/v1/providers")["providers"])
    expect(row(ring, name)).to_be_visible()
    assert ring.locator(".sites li").count() == total
    headings = ring.locator(".matrix thead th").all_inner_texts()
    spots = row(ring, name).locator("td")
    here = [each for each in range(spots.count()) if spots.nth(each).locator(".spot").count()]
    assert {headings[each + 1] for each in here} == {first, second}
    assert grave_violations(ring) == []


def test_offline_and_back(ring, operator, pair):
    name = pair[0]
    dialog = open_dialog(ring, name)
    # Whoever is offline is so with no strength.
    expect(dialog.locator("[name=strength]")).to_be_hidden()
    assert grave_violations(ring) == []
    dialog.get_by_role("button", name="Start").click()
    ring.wait_for_url("**/providers?said=providers.rehearsed")
    expect(site(ring, name)).to_contain_text("does not answer")
    expect(row(ring, pair[2]).locator(".spot.unreachable")).to_have_count(1)
    expect(row(ring, pair[2])).to_contain_text("1 of 2")
    assert operator.provider(name)["up"] is False
    assert grave_violations(ring) == []
    dialog = open_dialog(ring, name)
    dialog.get_by_role("button", name="Repair it").click()
    ring.wait_for_url("**/providers?said=providers.recovered")
    expect(row(ring, pair[2])).to_contain_text("2 of 2")


@pytest.mark.parametrize(
    ("fault", "strength", "label", "badge"),
    [("slow", "0.25", "Seconds", "Slow 0.25 s"), ("lossy", "", "Probability", "Lossy 100 %")],
)
def test_faults_with_a_strength(ring, operator, pair, fault, strength, label, badge):
    dialog = open_dialog(ring, pair[0])
    dialog.locator(f"[value={fault}]").check()
    dialog.get_by_label(label, exact=True).fill(strength)
    dialog.get_by_role("button", name="Start").click()
    ring.wait_for_url("**/providers?said=providers.rehearsed")
    expect(site(ring, pair[0])).to_contain_text(badge)
    expect(site(ring, pair[0]).get_by_role("link", name="Repair")).to_be_visible()
    assert operator.provider(pair[0])["faults"] == {fault: float(strength or 1)}
    operator("POST", f"/v1/providers/{pair[0]}/recover")


def test_page_follows_without_loading_anew(ring, operator, pair):
    first, second, name, _ = pair
    expect(row(ring, name)).to_contain_text("2 of 2")
    operator("POST", f"/v1/providers/{first}/rehearse", {"fault": "offline"})
    expect(row(ring, name)).to_contain_text("1 of 2")
    operator("POST", f"/v1/providers/{second}/rehearse", {"fault": "offline"})
    expect(row(ring, name)).to_contain_text("no answer")
    operator("POST", f"/v1/providers/{second}/recover")
    expect(row(ring, name)).to_contain_text("1 of 2")
    operator("POST", f"/v1/providers/{first}/destroy")
    operator("POST", f"/v1/providers/{first}/recover")
    # Now it answers, and has nothing.
    expect(row(ring, name).locator(".spot.lost")).to_have_count(1)
    expect(row(ring, name)).to_contain_text("1 of 2")
    new = operator.put("come by itself", "aurora", "borealis")
    expect(row(ring, "come by itself")).to_contain_text("2 of 2")
    operator("POST", f"/v1/objects/{new}/redeem")
    expect(row(ring, "come by itself")).to_have_count(0)
    assert ring.evaluate("window.sameAsBefore === true")


def test_destroying_wants_a_tick_and_is_for_ever(ring, operator, pair):
    first, second, name, object_id = pair
    dialog = open_dialog(ring, first)
    dialog.get_by_text("Destroy its site").click()
    destroy = dialog.get_by_role("button", name="Destroy for ever")
    destroy.click()
    # The browser holds it back: nothing was sent.
    assert dialog.locator("[name=sure]").evaluate("box => box.validity.valueMissing")
    assert operator("GET", f"/v1/objects/{object_id}")["health"]["surviving_clones"] == 2
    dialog.get_by_label("I understand that these qubits will be gone").check()
    destroy.click()
    ring.wait_for_url("**/providers?said=providers.destroyed")
    # From outside nobody can tell a destroyed site from one that does not answer; the other clone is enough.
    expect(row(ring, name).locator(".spot.unreachable")).to_have_count(1)
    expect(row(ring, name)).to_contain_text("1 of 2")
    assert operator("GET", f"/v1/objects/{object_id}")["health"]["recoverable"] is True
    operator("POST", f"/v1/providers/{second}/destroy")
    expect(row(ring, name)).to_contain_text("no answer")
    operator("POST", f"/v1/providers/{second}/recover")
    dialog = open_dialog(ring, first)
    dialog.get_by_role("button", name="Repair it").click()
    ring.wait_for_url("**/providers?said=providers.recovered")
    # Both are back, and empty.
    expect(site(ring, first)).to_contain_text("0 of")
    expect(row(ring, name).locator(".spot.lost")).to_have_count(2)
    expect(row(ring, name).get_by_text("lost", exact=True).first).to_be_visible()
    assert operator("GET", f"/v1/objects/{object_id}")["health"]["recoverable"] is False


def test_untick_is_refused_by_the_server_too(visit, served, pair):
    context: Watched = visit(java_script_enabled=False)
    context.expect("422")
    page = context.sign_in(served.token)
    page.goto(f"/providers/of/{pair[0]}")
    page.locator("[name=sure]").evaluate("box => box.removeAttribute('required')")
    page.get_by_text("Destroy its site").click()
    page.get_by_role("button", name="Destroy for ever").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing has been done")


def test_works_without_scripts(visit, served, pair):
    page = visit(java_script_enabled=False).sign_in(served.token)
    page.goto("/providers")
    site(page, pair[0]).get_by_role("link").click()
    # It is a page of its own: there is nothing to close.
    assert page.get_by_role("button", name="Close").count() == 0
    page.locator("[value=measuring]").check()
    page.get_by_label("Strength").fill("0.5")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/providers?said=providers.rehearsed")
    expect(site(page, pair[0])).to_contain_text("Measuring 50 %")


@pytest.mark.parametrize("strength", ["2", "-1"])
def test_strength_out_of_range_is_refused_in_place(visit, served, pair, strength):
    context: Watched = visit()
    context.expect("422")
    page = context.sign_in(served.token)
    page.goto(f"/providers/of/{pair[0]}")
    page.locator("[value=lossy]").check()
    field = page.get_by_label("Probability", exact=True)
    field.evaluate("field => { field.removeAttribute('max'); field.removeAttribute('min'); }")
    field.fill(strength)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert page.get_by_role("alert").first.inner_text()


class TestAdding:
    def test_new_one_joins_at_once(self, ring):
        name = f"new-{next(_numbers)}"
        ring.get_by_role("link", name="Add a provider").click()
        dialog = ring.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("T1 of its memory").fill("3600")
        dialog.get_by_label("T2 of its memory").fill("1800.5")
        assert grave_violations(ring) == []
        dialog.get_by_role("button", name="Add it").click()
        ring.wait_for_url("**/providers?said=providers.added")
        expect(site(ring, name)).to_contain_text("memory T1 3600 s, T2 1800.5 s")

    @pytest.mark.parametrize("name", [HOSTILE, "aurora", "Upper Case"])
    def test_names_that_cannot_be_are_refused_in_place(self, visit, served, name):
        context: Watched = visit()
        context.expect("422", "409")
        page = context.sign_in(served.token)
        page.goto("/providers/new")
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_role("alert")).to_contain_text(name)
        assert page.locator("main img").count() == 0

    def test_remote_one_that_cannot_be_reached_says_so(self, visit, served):
        context: Watched = visit()
        context.expect("422", "503", "409")
        page = context.sign_in(served.token)
        page.goto("/providers/new")
        page.get_by_label("Name").fill("remote")
        page.get_by_label("A server of its own").check()
        expect(page.get_by_label("T1 of its memory")).to_be_hidden()
        page.get_by_label("Its address").fill("ftp://nowhere.example")
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert grave_violations(page) == []


class TestWhoMay:
    @pytest.mark.parametrize("scopes", [["read"], ["read", "rehearse", "admin"]])
    def test_tenants_look_and_break_nothing(self, visit, operator, scopes):
        name = f"tenant-{next(_numbers)}"
        operator("POST", "/v1/tenants", {"name": name})
        token = operator("POST", "/v1/tokens", {"scopes": scopes, "tenant": name})["token"]
        page = visit().sign_in(token)
        page.goto("/providers")
        expect(page.locator(".notice").first).to_contain_text("it is for the operator")
        assert page.locator(".sites li").count() >= 6
        assert page.locator(".sites .button").count() == 0
        assert page.get_by_role("link", name="Add a provider").count() == 0
        # Objects of others are not theirs to see.
        expect(page.get_by_role("heading", name="Nothing is stored yet")).to_be_visible()
        assert grave_violations(page) == []
        for path in ("/providers/of/aurora", "/providers/new"):
            page.goto(path)
            assert page.locator("main form").count() == 0

    def test_unknown_provider(self, visit, served):
        context: Watched = visit()
        context.expect("404")
        page = context.sign_in(served.token)
        page.goto("/providers/of/%3Cimg%20src%3Dx%3E")
        expect(page.get_by_role("alert")).to_contain_text("no provider of this name")
        assert page.locator("main img").count() == 0


def test_names_are_only_text_and_may_be_long(visit, operator):
    operator("POST", "/v1/providers", {"name": LONG})
    operator.put(HOSTILE, LONG, "aurora")
    page = visit(**DARK_PHONE).sign_in(operator.token)
    page.goto("/providers")
    expect(row(page, HOSTILE)).to_contain_text("2 of 2")
    assert page.locator("main img").count() == 0
    assert overflow(page) == 0
    assert grave_violations(page) == []
    open_dialog(page, LONG)
    assert overflow(page) == 0
    assert grave_violations(page) == []
    wide = page.get_by_role("dialog").evaluate("dialog => dialog.scrollWidth - dialog.clientWidth")
    assert wide == 0


def test_keyboard_alone(ring, operator, pair):
    site(ring, pair[1]).get_by_role("link").focus()
    ring.keyboard.press("Enter")
    dialog = ring.get_by_role("dialog")
    dialog.locator("[value=offline]").focus()
    ring.keyboard.press("ArrowDown")
    expect(dialog.locator("[value=slow]")).to_be_checked()
    ring.keyboard.press("Tab")
    expect(dialog.locator("[name=strength]")).to_be_focused()
    # Leaving comes back to where one was, also if the list has been made anew meanwhile.
    operator("POST", f"/v1/providers/{pair[0]}/rehearse", {"fault": "offline"})
    expect(site(ring, pair[0])).to_contain_text("does not answer")
    ring.keyboard.press("Escape")
    expect(site(ring, pair[1]).get_by_role("link")).to_be_focused()
    ring.keyboard.press("Enter")
    dialog.locator("[value=slow]").focus()
    ring.keyboard.press("Space")
    ring.keyboard.press("Tab")
    ring.keyboard.type("0.125")
    ring.keyboard.press("Enter")
    ring.wait_for_url("**/providers?said=providers.rehearsed")
    assert operator.provider(pair[1])["faults"] == {"slow": 0.125}


def test_no_providers_at_all(tmp_path, chromium):
    with WebServer(tmp_path, VaultOptions(providers=())) as server:
        context = Watched(chromium, server.url)
        page = context.sign_in(server.token)
        page.goto("/providers")
        expect(page.get_by_role("heading", name="There are no providers")).to_be_visible()
        assert grave_violations(page) == []
        page.get_by_role("main").get_by_role("link", name="Add a provider").last.click()
        page.get_by_role("dialog").get_by_label("Name").fill("first")
        page.get_by_role("button", name="Add it").click()
        expect(site(page, "first")).to_contain_text("answers")
        context.close()
