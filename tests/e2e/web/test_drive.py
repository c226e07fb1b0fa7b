"""The drive: the list and its events, one object, redeeming it once, and what happens to whoever comes too late."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from qloak.simulators import Register
from qloak.storage.ledger import Scope
from qloak.storage.vault import PutRequest, Vault
from tests.browsers import grave_violations, overflow
from tests.webserver import WebServer

MANY = 205
PHONE = {"viewport": {"width": 360, "height": 740}}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """A tenant of its own, by HTTP."""

    url: str
    name: str
    token: str

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx2.request(
            method, self.url + path, json=body, headers={"Authorization": f"Bearer {self.token}"}, timeout=30
        )
        assert answer.is_success, answer.text
        return answer.json()

    def put(self, name: str = "", **more: Any) -> str:
        """Store a state; its id."""
        return self("POST", "/v1/objects", {"source": {"bloch": [1.0, 0.5]}, "name": name, **more})["id"]

    def state(self, object_id: str) -> str:
        """Of an object."""
        return self("GET", f"/v1/objects/{object_id}")["state"]

    def redemptions(self, object_id: str) -> int:
        """How often it was redeemed, by the audit log."""
        entries = self("GET", f"/v1/audit?subject={object_id}")["entries"]
        return sum(entry["action"] == "redeemed" for entry in entries)


@dataclass
class FullServer(WebServer):
    """A gateway where one tenant has MANY objects, stored in bulk."""

    many: str = ""

    def start(self) -> None:
        if not self.many:
            state = Register.random(1, np.random.default_rng(1))
            with Vault.open(self.folder / "vault") as vault:
                vault.ledger.tenants.add("many")
                self.many, _ = vault.ledger.tokens.create("many", [Scope.READ, Scope.WRITE])
                vault.put_many(
                    [PutRequest(register=state, tenant="many", name=f"number {i}", num_clones=2) for i in range(MANY)]
                )
        WebServer.start(self)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with FullServer(tmp_path_factory.mktemp("drive")) as server:
        yield server


@pytest.fixture
def many(served):
    """Whoever has many objects, and their ids, the newest first."""
    person = Person(served.url, "many", served.many)
    objects = person("GET", "/v1/objects?before=&limit=1000")["objects"]
    assert len(objects) == MANY
    return person, [each["id"] for each in objects]


@pytest.fixture
def operator(served):
    return Person(served.url, "local", served.token)


@pytest.fixture
def person(served, operator):
    """Somebody new, whose drive is empty."""
    name = f"person-{next(_numbers)}"
    operator("POST", "/v1/tenants", {"name": name})
    token = operator("POST", "/v1/tokens", {"scopes": ["read", "write"], "tenant": name})["token"]
    return Person(served.url, name, token)


@pytest.fixture
def sign_in(visit, person):
    """Opens the drive of this person in a new browser."""

    def sign_in(*expected: str, **options: Any) -> Page:
        context = visit(**options)
        context.expect(*expected)
        return context.sign_in(person.token)

    return sign_in


@pytest.fixture
def extra(operator):
    """Two providers that may be destroyed."""
    names = [f"extra-{next(_numbers)}" for _ in range(2)]
    for name in names:
        operator("POST", "/v1/providers", {"name": name})
    return names


@pytest.fixture
def slow(person, operator, extra):
    """An object whose two providers take their time."""
    stored = person.put("slow", clones=2, providers=extra)
    for name in extra:
        operator("POST", f"/v1/providers/{name}/rehearse", {"fault": "slow", "strength": 0.5})
    yield stored
    for name in extra:
        operator("POST", f"/v1/providers/{name}/recover")


def row(page: Page, object_id: str):
    return page.locator(f"#o-{object_id}")


def mark(page: Page) -> None:
    """So that it is seen whether the page was loaded anew."""
    page.evaluate("window.sameAsBefore = true")


def same(page: Page) -> bool:
    return page.evaluate("window.sameAsBefore === true")


# --- the list --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark", **PHONE}], ids=["light", "dark phone"])
def test_empty_drive_teaches(sign_in, options):
    page = sign_in(**options)
    steps = page.locator(".how > li")
    assert steps.count() == 3
    assert [steps.nth(i).get_by_role("img").count() for i in range(3)] == [1, 1, 1]
    store = page.get_by_role("link", name="Store a state").last
    assert store.get_attribute("href") == "/drive/put"
    assert store.get_attribute("data-dialog") is not None
    assert grave_violations(page) == []
    assert overflow(page) == 0


def test_first_object_replaces_the_lesson(sign_in, person):
    page = sign_in()
    expect(page.get_by_role("heading", name="Nothing is stored yet")).to_be_visible()
    first = person.put("first")
    expect(row(page, first)).to_contain_text("stored")


def test_newest_come_first_and_names_are_only_text(sign_in, person):
    names = ["plain", "<img src=x onerror=alert(1)>", '"><b>', "\u05e9\u05dc\u05d5\u05dd (1)"]
    ids = [person.put(name) for name in names]
    page = sign_in()
    rows = page.locator("[data-object].object")
    assert [rows.nth(i).get_attribute("data-object") for i in range(4)] == ids[::-1]
    for object_id, name in zip(ids, names, strict=True):
        assert row(page, object_id).locator("bdi").inner_text() == name
    assert page.locator("main img, main b").count() == 0
    page.goto(f"/drive/{ids[1]}")
    assert page.get_by_role("heading", level=1).inner_text() == names[1]


def test_filters_by_name_and_state_without_loading_anew(sign_in, person):
    kept, other = person.put("Schrödinger 100%"), person.put("other")
    person("POST", f"/v1/objects/{other}/redeem")
    page = sign_in()
    mark(page)
    page.get_by_label("Name contains").fill("DINGER 100%")
    expect(row(page, other)).to_have_count(0)
    expect(row(page, kept)).to_be_visible()
    page.get_by_label("Name contains").fill("")
    page.get_by_label("Show").select_option(label="Redeemed")
    expect(row(page, kept)).to_have_count(0)
    expect(row(page, other)).to_be_visible()
    assert page.url.endswith("/drive?show=redeemed")
    page.get_by_label("Name contains").fill("nothing like it")
    expect(page.get_by_role("heading", name="No object matches")).to_be_visible()
    assert same(page)
    page.goto("/drive?name=other&show=redeemed")
    expect(row(page, other)).to_be_visible()


def test_rows_follow_events(sign_in, person, operator):
    first = person.put("first")
    page = sign_in()
    mark(page)
    expect(row(page, first)).to_contain_text("6 of 6")
    second = person.put("second")
    expect(row(page, second)).to_contain_text("stored")
    operator("POST", "/v1/providers/dune/rehearse", {"fault": "offline", "strength": 1})
    expect(row(page, first)).to_contain_text("5 of 6")
    operator("POST", "/v1/providers/dune/recover")
    expect(row(page, first)).to_contain_text("6 of 6")
    person("POST", f"/v1/objects/{first}/redeem")
    expect(row(page, first)).to_contain_text("redeemed")
    person("DELETE", f"/v1/objects/{second}")
    expect(row(page, second)).to_contain_text("deleted")
    assert same(page)


def test_progress_is_told_while_it_goes_on(sign_in, person, slow):
    stored, page = slow, sign_in()
    mark(page)
    with ThreadPoolExecutor(1) as pool:
        redeeming = pool.submit(person, "POST", f"/v1/objects/{stored}/redeem")
        expect(row(page, stored).locator("[data-step]")).to_contain_text("fetching")
        expect(row(page, stored)).to_contain_text("redeeming")
        redeeming.result()
    expect(row(page, stored).locator(".badge")).to_have_text("redeemed")
    assert same(page)


def test_many_objects_come_as_one_scrolls(visit, many):
    person, ids = many
    page = visit().sign_in(person.token)
    rows = page.locator(".object")
    assert rows.count() >= 100
    while rows.count() < MANY:
        seen = rows.count()
        page.keyboard.press("End")
        page.wait_for_function("seen => document.querySelectorAll('.object').length > seen", arg=seen)
    assert page.evaluate("[...document.querySelectorAll('.object')].map(row => row.dataset.object)") == ids
    expect(page.locator("[data-more]")).to_have_count(0)
    # What changes far down is changed there.
    person("POST", f"/v1/objects/{ids[-1]}/redeem")
    expect(row(page, ids[-1])).to_contain_text("redeemed")
    assert rows.count() == MANY


def test_older_pages_without_scripts(visit, many):
    person, ids = many
    page = visit(java_script_enabled=False).sign_in(person.token)
    assert page.locator(".object").count() == 100
    for _ in range(2):
        page.get_by_role("link", name="Show older objects").click()
    assert page.locator(".object").last.get_attribute("data-object") == ids[-1]
    assert page.get_by_role("link", name="Show older objects").count() == 0
    page.get_by_role("link", name="Back to the newest").click()
    assert page.locator(".object").first.get_attribute("data-object") == ids[0]


def test_who_may_only_look_is_told(visit, person, operator):
    stored = person.put("look")
    token = operator("POST", "/v1/tokens", {"scopes": ["read"], "tenant": person.name})["token"]
    page = visit().sign_in(token)
    assert page.get_by_role("link", name="Store a state").count() == 0
    page.goto(f"/drive/{stored}")
    assert page.get_by_role("link", name="Redeem").count() == 0
    assert "scope write" in page.locator("main").inner_text()


# --- one object ------------------------------------------------------------------------------------------------


def test_object_tells_how_it_is(sign_in, person):
    stored = person.put("five", clones=5)
    page = sign_in()
    row(page, stored).get_by_role("link").click()
    page.wait_for_url(f"**/drive/{stored}")
    main = page.locator("main")
    assert "5 of 5" in main.inner_text()
    picture = page.get_by_role("img", name="Your vault holds the key").get_attribute("aria-label")
    assert picture.count("answers and confirms its clone") == 5
    together = page.get_by_role("row").filter(has_text="All 5 providers together")
    assert "can measure Y of every stored qubit" in together.inner_text()
    assert "everything" in page.get_by_role("row").filter(has_text="You with any one provider").inner_text()
    assert "Storing began" in page.locator(".history").inner_text()
    assert page.get_by_role("heading", name="Health over time").is_visible()


def test_chart_is_read_out_by_keyboard(sign_in, person):
    stored, page = person.put("chart"), sign_in()
    page.goto(f"/drive/{stored}?hours=6")
    slider = page.get_by_label("Look at a moment")
    slider.focus()
    assert page.locator("[data-readout]").inner_text() == "Now: entanglement fidelity 1, average fidelity 1"
    page.keyboard.press("End")
    expect(page.locator("[data-readout]")).to_have_text("In 6 h: entanglement fidelity 1, average fidelity 1")
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("img", name="in 168 hours")).to_be_visible()


@pytest.mark.parametrize(("form", "name"), [("stim", "Stim"), ("qasm3", "OpenQASM 3"), ("qpy", "Qiskit QPY")])
def test_circuit_is_downloaded(sign_in, person, form, name):
    stored = person.put("circuit", clones=2)
    page = sign_in()
    page.goto(f"/drive/{stored}")
    with page.expect_download() as coming:
        page.get_by_role("link", name=name).click()
    download = coming.value
    assert download.suggested_filename == f"qloak-{stored}.{form}"
    begin = download.path().read_bytes()
    assert begin.startswith({"stim": b"# 1 blocks", "qasm3": b"OPENQASM 3", "qpy": b"QISKIT"}[form])


def test_no_such_object_is_a_page(sign_in):
    page = sign_in("404")
    page.goto("/drive/" + "0" * 26)
    assert page.get_by_role("heading", level=1).inner_text() == "This did not work"


def test_object_page_follows_events(sign_in, person, operator, extra):
    stored = person.put("followed", clones=2, providers=extra)
    page = sign_in()
    page.goto(f"/drive/{stored}")
    mark(page)
    operator("POST", f"/v1/providers/{extra[0]}/destroy")
    expect(page.get_by_role("heading", name="Only one clone answers")).to_be_visible()
    operator("POST", f"/v1/providers/{extra[1]}/rehearse", {"fault": "offline", "strength": 1})
    expect(page.get_by_role("heading", name="No provider with a clone answers now")).to_be_visible()
    operator("POST", f"/v1/providers/{extra[1]}/recover")
    expect(page.get_by_role("heading", name="Only one clone answers")).to_be_visible()
    assert same(page)


# --- redeeming -------------------------------------------------------------------------------------------------


def test_redeeming_by_keyboard_alone(sign_in, person):
    stored = person.put("mine")
    page = sign_in()
    page.goto(f"/drive/{stored}")
    page.locator("#act-redeem").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Redeem mine")
    expect(dialog.get_by_role("checkbox")).to_be_focused()
    assert grave_violations(page) == []
    # Without the tick the browser does not send it.
    page.keyboard.press("Enter")
    assert person.state(stored) == "stored"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator("#act-redeem")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("checkbox")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/workbench/*said=drive.redeemed")
    assert person.state(stored) == "redeemed"


def test_steps_are_told_while_one_waits(sign_in, slow):
    page = sign_in()
    page.goto(f"/drive/{slow}/redeem")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Spend the key").click()
    expect(page.get_by_role("status").filter(has_text="fetching S")).to_be_visible()
    expect(page.get_by_role("button", name="Spend the key")).to_be_disabled()
    page.wait_for_url("**/workbench/**")


def test_options_reach_the_vault(sign_in, person):
    stored = person.put("options")
    page = sign_in()
    page.goto(f"/drive/{stored}/redeem")
    page.get_by_text("Options", exact=True).click()
    page.get_by_label("Compare clones first").select_option("3")
    page.get_by_label("Which clone").select_option("S4")
    page.get_by_label("How the key is used").select_option("unitary")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Spend the key").click()
    page.wait_for_url("**/workbench/**")
    detail = person("GET", f"/v1/audit?subject={stored}")["entries"][-1]["detail"]
    assert detail["verified"] == "clean"
    assert "S4" in detail["clones"]
    assert len(detail["clones"]) == 3


def test_consent_is_asked_by_the_server_too(sign_in, person):
    stored = person.put("sure")
    page = sign_in("422")
    page.goto(f"/drive/{stored}/redeem")
    page.get_by_role("checkbox").evaluate("box => box.removeAttribute('required')")
    page.get_by_role("button", name="Spend the key").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the box first")
    assert person.state(stored) == "stored"


def test_second_redeem_shows_when_and_the_register(sign_in, person):
    stored = person.put("twice")
    handle = person("POST", f"/v1/objects/{stored}/redeem", {"verify": 2})["handle"]
    page = sign_in()
    page.goto(f"/drive/{stored}/redeem")
    assert page.get_by_role("heading", level=1).inner_text() == "The key has already been used"
    assert page.get_by_role("link", name="Open the register").get_attribute("href") == f"/workbench/{handle}"
    assert "yes, and they agreed" in page.locator("main").inner_text()
    assert page.get_by_role("button", name="Spend").count() == 0
    page.goto(f"/drive/{stored}")
    assert page.get_by_role("img", name="no key any more").count() == 1


def test_redeeming_and_coming_too_late_without_scripts(sign_in, person):
    stored = person.put("plain")
    first, second = sign_in(java_script_enabled=False), sign_in("409", java_script_enabled=False)
    for page in (first, second):
        page.goto(f"/drive/{stored}/redeem")
        page.get_by_role("checkbox").check()
    first.get_by_role("button", name="Spend the key").click()
    first.wait_for_url("**/workbench/**")
    with second.expect_response(lambda answer: answer.request.method == "POST") as coming:
        second.get_by_role("button", name="Spend the key").click()
    assert coming.value.status == 409
    assert second.get_by_role("heading", level=1).inner_text() == "The key has already been used"


def test_two_browsers_redeem_at_once(sign_in, person):
    """One gets the register, the other is told that the key is used."""
    stored = person.put("contested")
    pages = [sign_in("409"), sign_in("409")]
    for page in pages:
        page.goto(f"/drive/{stored}/redeem")
        page.get_by_role("checkbox").check()
    # Both are sent before either is answered.
    for page in pages:
        page.evaluate("setTimeout(() => document.querySelector('[data-redeem] button.primary').click(), 100)")
    for page in pages:
        page.wait_for_function(
            "() => location.pathname.startsWith('/workbench/') || document.body.innerText.includes('already been used')"
        )
    won = [page for page in pages if "/workbench/" in page.url]
    assert len(won) == 1
    (late,) = [page for page in pages if page not in won]
    handle = won[0].url.split("/workbench/")[1].split("?")[0]
    expect(late.get_by_role("link", name="Open the register")).to_have_attribute("href", f"/workbench/{handle}")
    assert person.redemptions(stored) == 1


def test_who_waits_sees_that_somebody_else_is_at_it(sign_in, person, slow):
    stored, page = slow, sign_in()
    page.goto(f"/drive/{stored}")
    page.locator("#act-redeem").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("checkbox")).to_be_visible()
    with ThreadPoolExecutor(1) as pool:
        redeeming = pool.submit(person, "POST", f"/v1/objects/{stored}/redeem")
        expect(dialog.get_by_role("heading")).to_have_text("Somebody is redeeming it at this moment")
        assert grave_violations(page) == []
        redeeming.result()
    expect(dialog.get_by_role("heading")).to_have_text("The key has already been used")
    assert grave_violations(page) == []


def test_lost_answer_redeems_once(sign_in, person):
    """The request arrives, its answer does not: asked again under the same key, it is the same redemption."""
    stored = person.put("once")
    page = sign_in("ERR_FAILED")
    page.goto(f"/drive/{stored}/redeem")
    lost = []

    def lose(route):
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    page.route(f"**/drive/{stored}/redeem", lose)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Spend the key").click()
    page.wait_for_url("**/workbench/**")
    assert lost == [200]
    assert person.redemptions(stored) == 1
    page.unroute_all(behavior="wait")


def test_redeeming_while_offline_goes_on_by_itself(sign_in, person):
    stored = person.put("offline")
    page = sign_in("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED")
    page.goto(f"/drive/{stored}/redeem")
    page.get_by_role("checkbox").check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Spend the key").click()
    expect(page.get_by_role("alert")).to_contain_text("it will not be done twice")
    page.context.set_offline(False)
    page.wait_for_url("**/workbench/**")
    assert person.redemptions(stored) == 1


# --- refresh, delete, lost -------------------------------------------------------------------------------------


def test_refreshing_brings_back_all_clones(sign_in, person, operator, extra):
    stored = person.put("fresh", clones=2, providers=extra)
    operator("POST", f"/v1/providers/{extra[0]}/destroy")
    page = sign_in()
    page.goto(f"/drive/{stored}")
    expect(page.get_by_role("heading", name="Only one clone answers")).to_be_visible()
    page.locator("#act-refresh").click()
    page.get_by_role("dialog").get_by_role("button", name="Refresh").click()
    page.wait_for_url(f"**/drive/{stored}?said=drive.refreshed")
    expect(page.locator(".tiles")).to_contain_text("2 of 2")


def test_deleting_is_confirmed(sign_in, person):
    stored = person.put("gone")
    page = sign_in()
    page.goto(f"/drive/{stored}")
    page.locator("#act-remove").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Not now").click()
    expect(dialog).to_have_count(0)
    assert person.state(stored) == "stored"
    page.locator("#act-remove").click()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Delete for ever").click()
    page.wait_for_url("**/drive?said=drive.deleted")
    expect(row(page, stored)).to_contain_text("deleted")


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark", **PHONE}], ids=["light", "dark phone"])
def test_every_state_is_accessible_and_fits(sign_in, person, operator, extra, options):
    stored, spent, deleted = person.put("a state with a long name " * 4), person.put("spent"), person.put("deleted")
    person("POST", f"/v1/objects/{spent}/redeem")
    person("DELETE", f"/v1/objects/{deleted}")
    lost = person.put("lost", clones=2, providers=extra)
    for name in extra:
        operator("POST", f"/v1/providers/{name}/destroy")
        operator("POST", f"/v1/providers/{name}/recover")
    page = sign_in(**options)
    for path in (deleted, f"{stored}/refresh", f"{stored}/remove", f"{lost}/redeem"):
        page.goto(f"/drive/{path}")
        assert overflow(page) == 0, path
    assert page.get_by_role("heading", level=1).inner_text() == "Nothing is left to redeem"
    for path in (
        "/drive",
        *(f"/drive/{each}" for each in (stored, spent, lost, f"{stored}/redeem", f"{spent}/redeem")),
    ):
        page.goto(path)
        assert overflow(page) == 0, path
        assert grave_violations(page) == [], path


def test_weight_of_the_pages(sign_in, person):
    """Documents, scripts and styles of the drive and of an object: at most 300 kB each."""
    stored = person.put("light")
    page = sign_in()
    sizes = "() => performance.getEntries().reduce((sum, entry) => sum + (entry.decodedBodySize || 0), 0)"
    for path in ("/drive", f"/drive/{stored}"):
        page.goto(path)
        assert 10_000 < page.evaluate(sizes) < 300_000
