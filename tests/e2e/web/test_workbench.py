"""The workbench: registers, gates, outcomes, and what only an emulator can show."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.browsers import grave_violations, overflow
from tests.webserver import Caller

PHONE = {"viewport": {"width": 360, "height": 740}}
ZERO, TWO_ZEROS = {"bloch": [0, 0]}, {"qasm": "OPENQASM 3.0; qubit[2] q;"}
_numbers = itertools.count(1)


@pytest.fixture
def ask(served):
    """/v1, with the operator's token."""

    def ask(method, path, body=None, token=served.token):
        return Caller(served.url, token)(method, path, body)

    return ask


@pytest.fixture
def bench(page, ask):
    """Opens a register that has just been made."""

    def bench(source, opened=page):
        handle = ask("POST", "/v1/registers", {"source": source})["handle"]
        opened.goto(f"/workbench/{handle}")
        return handle

    return bench


def measure(page, **letters):
    """Measure a Pauli; what the page says came out."""
    before = page.locator("[data-notes] li").count()
    for select in page.locator(".bench-pauli select").all():
        select.select_option(letters.get(f"q{select.get_attribute('name').removeprefix('pauli-')}", ""))
    page.get_by_role("button", name="Measure").click()
    expect(page.locator("[data-notes] li")).to_have_count(before + 1)
    return page.locator("[data-outcome] strong").inner_text()


def gate(page, name, qubit=0):
    before = page.locator("[data-notes] li").count()
    page.get_by_role("group", name=re.compile("^Qubit")).get_by_role("radio", name=str(qubit), exact=True).check()
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator("[data-notes] li")).to_have_count(before + 1)


# --- gates and outcomes ------------------------------------------------------------------------------------------


def test_gates_change_outcomes(page, bench):
    bench(ZERO)
    assert measure(page, q0="Z") == "+1"
    gate(page, "X")
    assert measure(page, q0="Z") == "−1"
    gate(page, "H")
    assert measure(page, q0="X") == "−1"
    expect(page.locator("[data-outcome]")).to_contain_text("bit 1")


def test_entangled_qubits_agree(page, bench):
    bench(TWO_ZEROS)
    gate(page, "H")
    gate(page, "CX")
    assert measure(page, q0="X", q1="X") == "+1"
    assert measure(page, q0="Z", q1="Z") == "+1"
    assert measure(page, q0="Z") == measure(page, q1="Z")


def test_program_runs(page, bench):
    bench(TWO_ZEROS)
    page.get_by_text("Or run a program").click()
    program = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nx q[1];'
    page.locator(".bench-program textarea").fill(program)
    page.get_by_role("button", name="Run it").click()
    expect(page.locator("[data-notes] li")).to_have_count(1)
    assert measure(page, q1="Z") == "−1"


def test_hostile_program_is_refused_beside_the_form(visit, served, bench):
    context = visit()
    context.expect("422")
    page = context.sign_in(served.token)
    page.on("dialog", lambda _: pytest.fail("a script ran"))
    bench(ZERO, page)
    page.get_by_text("Or run a program").click()
    page.locator(".bench-program textarea").fill("<script>alert(1)</script>")
    page.get_by_role("button", name="Run it").click()
    expect(page.locator(".bench-program [data-problem]")).to_contain_text("did not expect '<'")


def test_what_was_done_stays_when_the_page_is_loaded_again(page, bench):
    bench(ZERO)
    gate(page, "X")
    measure(page, q0="Z")
    page.reload()
    expect(page.locator("[data-notes] li")).to_have_text([re.compile("Z0.*−1"), re.compile("X on 0")])


def test_keyboard_only(page, bench):
    bench(TWO_ZEROS)
    page.get_by_role("group", name=re.compile("^Qubit")).get_by_role("radio", name="0").focus()
    page.keyboard.press("ArrowRight")
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="X", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-notes] li").first).to_contain_text("X on 1")
    page.locator("[name=pauli-1]").focus()
    page.keyboard.press("z")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-outcome] strong")).to_have_text("−1")


def test_without_scripts(visit, served, bench):
    page = visit(java_script_enabled=False).sign_in(served.token)
    bench(ZERO, page)
    page.get_by_role("button", name="X", exact=True).click()
    expect(page.get_by_text("The gates were applied.")).to_be_visible()
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_role("status").filter(has_text="Measured Z0")).to_contain_text("−1")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("img", name=re.compile("Qubit 0"))).to_have_attribute("aria-label", re.compile("z −1.0000"))


def test_lost_connection_measures_once(visit, served, bench):
    """Repeated under the same key it is the same measurement: the other outcome would show otherwise half the time."""
    context = visit()
    context.expect("net::ERR")
    page = context.sign_in(served.token)
    handle = bench({"bloch": [1.5707963267948966, 0]}, page)
    outcomes = []

    def lose_the_answer(route):
        answer = route.fetch()
        outcomes.append(answer.json()["outcome"])
        if len(outcomes) == 1:
            route.abort("connectionreset")
        else:
            route.fulfill(response=answer)

    page.route(f"**/workbench/{handle}/measure", lose_the_answer)
    said = measure(page, q0="Z")
    assert said == ("+1" if outcomes[0] == 0 else "−1")
    assert len(set(outcomes)) == 1 < len(outcomes)


# --- the emulated state ------------------------------------------------------------------------------------------


def test_emulated_state_is_marked_and_follows(page, bench):
    bench({"ghz": 2})
    assert "No device can show this" in page.locator(".bench-look").inner_text()
    page.get_by_text("Compare with the state").click()
    page.locator("form[data-look] [name=source]").select_option("ghz")
    page.get_by_role("button", name="Look").click()
    expect(page.locator(".bench-fidelity strong")).to_have_text("1")
    spheres = page.locator(".bench-spheres svg")
    expect(spheres).to_have_count(2)
    expect(spheres.first).to_have_attribute("aria-label", re.compile("a dot at the centre"))
    expect(page.locator(".bench-amplitudes tbody tr").first).to_contain_text("0.7071")
    gate(page, "X")
    expect(page.locator(".bench-fidelity strong")).to_have_text("0.000000")
    measure(page, q0="Z")
    expect(spheres.first).to_have_attribute("aria-label", re.compile("length 1"))


def test_half_of_an_entangled_pair_has_no_state_of_its_own(page, ask):
    ask("POST", "/v1/objects", {"source": {"bell": True}})
    handle = ask("GET", "/v1/registers")["registers"][0]["handle"]
    page.goto(f"/workbench/{handle}")
    page.get_by_role("button", name="Look").click()
    expect(page.locator("[data-seen] .notice")).to_contain_text("entangled")


def test_without_the_scope_nothing_is_looked_at(visit, ask, bench):
    token = ask("POST", "/v1/tokens", {"scopes": ["read", "write"]})["token"]
    page = visit().sign_in(token)
    bench(ZERO, page)
    expect(page.get_by_role("heading", name="Apply gates")).to_be_visible()
    assert page.get_by_role("heading", name="Look at the emulated state").count() == 0


def test_token_that_may_only_read(visit, ask, bench):
    token = ask("POST", "/v1/tokens", {"scopes": ["read"]})["token"]
    page = visit().sign_in(token)
    bench(ZERO, page)
    expect(page.get_by_text("may only look")).to_be_visible()
    assert page.get_by_role("button", name="Measure").count() == 0


# --- the register itself -----------------------------------------------------------------------------------------


def test_split_and_discard(page, bench, ask):
    old = bench({"ghz": 3})
    page.get_by_text("Split it").click()
    page.get_by_label("Qubits that go").fill("0, 2")
    page.get_by_role("button", name="Split", exact=True).click()
    page.wait_for_url("**said=workbench.split")
    handle = page.url.partition("/workbench/")[2].partition("?")[0]
    assert ask("GET", f"/v1/registers/{handle}")["num_qubits"] == 2
    page.get_by_text("Discard it").click()
    page.get_by_role("checkbox", name="gone for ever").check()
    page.get_by_role("button", name="Discard", exact=True).click()
    page.wait_for_url("**/workbench?said=workbench.discarded")
    assert not ask("GET", f"/v1/registers/{handle}")["live"]
    page.goto(f"/workbench/{old}")
    expect(page.get_by_role("heading", name="This register is gone")).to_be_visible()


def test_given_to_another_tenant(visit, page, bench, ask):
    name = f"neighbour-{next(_numbers)}"
    ask("POST", "/v1/tenants", {"name": name})
    token = ask("POST", "/v1/tokens", {"scopes": ["read", "write"], "tenant": name})["token"]
    theirs = visit().sign_in(token)
    theirs.goto("/workbench")
    expect(theirs.get_by_role("heading", name="Nothing on the workbench")).to_be_visible()
    assert grave_violations(theirs) == []
    bench({"ghz": 2})
    page.get_by_text("Give it to another tenant").click()
    page.get_by_label("Name of the tenant").fill(name)
    page.get_by_role("button", name="Give it away").click()
    page.wait_for_url("**/workbench?said=workbench.given")
    theirs.reload()
    theirs.get_by_role("link", name=re.compile("^Open")).click()
    expect(theirs.get_by_text("given to you")).to_be_visible()


def test_registers_are_listed_and_stored_again(page, bench):
    handle = bench({"ghz": 2})
    page.goto("/workbench")
    page.locator("li", has_text=handle[-8:]).get_by_role("link", name=re.compile("Store it again")).click()
    dialog = page.get_by_role("dialog", name="Store a state")
    expect(dialog.get_by_role("radio", name="From workbench")).to_be_checked()
    dialog.get_by_role("button", name="Store it").click()
    page.wait_for_url("**said=drive.stored")
    page.goto(f"/workbench/{handle}")
    expect(page.get_by_role("heading", name="This register is gone")).to_be_visible()


def test_no_such_register(visit, served):
    context = visit()
    context.expect("404")
    page = context.sign_in(served.token)
    page.goto("/workbench/%3Cimg%20src=x%20onerror=alert(1)%3E")
    expect(page.get_by_role("alert")).to_contain_text("expected a register")


def test_large_register_is_typed_not_picked(page, bench):
    bench({"ghz": 40})
    page.get_by_label("Qubit (control of CX)").fill("39")
    page.get_by_role("button", name="X", exact=True).click()
    expect(page.locator("[data-notes] li").first).to_contain_text("X on 39")
    page.get_by_label("On qubits").fill("0, 39")
    page.get_by_role("button", name="Measure").click()
    expect(page.locator("[data-outcome] strong")).to_have_text("−1")
    page.get_by_role("button", name="Look").click()
    expect(page.locator("[data-seen]")).to_contain_text("And 16 more qubits")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_on_a_phone(visit, served, bench, scheme):
    page = visit(**PHONE, color_scheme=scheme).sign_in(served.token)
    bench({"ghz": 3}, page)
    gate(page, "H")
    measure(page, q0="Z")
    for details in page.locator("main details").all():
        details.evaluate("details => { details.open = true; }")
    page.get_by_role("button", name="Look").click()
    expect(page.locator(".bench-spheres li")).to_have_count(3)
    assert overflow(page) == 0
    assert grave_violations(page) == []
    page.goto("/workbench")
    assert overflow(page) == 0
    assert grave_violations(page) == []
