"""Storing a state: the sphere, the preview, progress, and everything that can go wrong."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.browsers import grave_violations, overflow
from tests.webserver import Caller

PHONE = {"viewport": {"width": 360, "height": 740}}
KINDS = ("Bloch sphere", "OpenQASM", "GHZ", "Random", "Half a Bell pair", "From workbench")
PROVIDERS = ("aurora", "borealis", "cirrus", "dune", "ember", "fjord")
BELL = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nh q[0];\ncx q[0], q[1];\n'
_numbers = itertools.count(1)


@pytest.fixture
def ask(served):
    """/v1, with the operator's token."""
    return Caller(served.url, served.token)


@pytest.fixture
def put(page):
    """The page on its own, its preview at rest."""
    page.goto("/drive/put")
    return page


@pytest.fixture
def faults(ask):
    """Rehearses faults of providers, and ends them."""
    yield lambda name, fault, strength=1.0: ask(
        "POST", f"/v1/providers/{name}/rehearse", {"fault": fault, "strength": strength}
    )
    for name in PROVIDERS:
        ask("POST", f"/v1/providers/{name}/recover")


def angles(page):
    return tuple(int(page.locator(f"[name={name}]").input_value()) for name in ("theta", "phi"))


def place(page, theta, phi):
    """Where the tip of the arrow is on the screen, by the sphere's own projection."""
    return page.locator("[data-sphere]").evaluate(
        """async (svg, [theta, phi, bloch]) => {
            const { project, vectorOf } = await import(bloch);
            const ball = svg.querySelector(".bloch-ball").getBoundingClientRect();
            const radius = ball.width / 2;
            const [right, up] = project(vectorOf(theta, phi));
            return [ball.x + radius + radius * right, ball.y + radius - radius * up];
        }""",
        [theta, phi, page.locator('script[src*="put.js"]').get_attribute("src").replace("put.js", "bloch.js")],
    )


def preview(page):
    return page.locator("[data-plan-body]")


def store(page):
    page.get_by_role("button", name="Store it").click()
    page.wait_for_url(re.compile(r"/drive/[0-9A-Z]{26}\?said=drive\.stored"))
    return page.url.partition("/drive/")[2].partition("?")[0]


def names(ask, name):
    return [entry for entry in ask("GET", "/v1/objects?limit=1000")["objects"] if entry["name"] == name]


# --- the sphere --------------------------------------------------------------------------------------------------


def test_dragged_with_the_mouse(put):
    put.locator("[data-sphere]").scroll_into_view_if_needed()
    put.mouse.move(*place(put, *angles(put)))
    put.mouse.down()
    put.mouse.move(*place(put, 60, 60), steps=4)
    put.mouse.move(*place(put, 90, 80), steps=4)
    put.mouse.up()
    theta, phi = angles(put)
    # A pixel is less than two degrees there.
    assert abs(theta - 90) <= 2
    assert abs(phi - 80) <= 2
    shown = put.locator("[data-angle=theta]").inner_text()
    assert shown.startswith(f"{theta}°")


def test_dragged_over_the_edge_to_the_back(put):
    put.locator("[data-sphere]").scroll_into_view_if_needed()
    put.mouse.move(*place(put, 90, 80))
    put.mouse.down()
    x, y = place(put, 90, 125)
    put.mouse.move(x + 60, y, steps=4)
    put.mouse.move(*place(put, 90, 170), steps=4)
    put.mouse.up()
    theta, phi = angles(put)
    assert abs(theta - 90) <= 3
    assert abs(phi - 170) <= 3


def test_dragged_by_touch(visit, served):
    page = visit(**PHONE, has_touch=True).sign_in(served.token)
    page.goto("/drive/put")
    page.locator("[data-sphere]").scroll_into_view_if_needed()
    page.touchscreen.tap(*place(page, 90, 60))
    theta, phi = angles(page)
    assert abs(theta - 90) <= 2
    assert abs(phi - 60) <= 2


def test_moved_with_the_keyboard_and_stored_with_it(put):
    sphere = put.get_by_role("slider", name="State on the Bloch sphere")
    put.get_by_role("radio", name="Bloch sphere").focus()
    put.keyboard.press("Tab")
    expect(sphere).to_be_focused()
    theta, phi = angles(put)
    put.keyboard.press("ArrowDown")
    put.keyboard.press("Shift+ArrowDown")
    put.keyboard.press("ArrowLeft")
    put.keyboard.press("Shift+ArrowRight")
    assert angles(put) == (theta + 6, phi - 4)
    expect(sphere).to_have_attribute("aria-valuetext", f"theta {theta + 6} degrees, phi {phi - 4} degrees")
    put.keyboard.press("End")
    assert angles(put)[0] == 180
    put.keyboard.press("Tab")
    expect(put.locator("[name=theta]")).to_be_focused()
    put.keyboard.press("ArrowLeft")
    expect(sphere).to_have_attribute("aria-valuenow", "179")
    put.get_by_role("textbox", name="Name").focus()
    put.keyboard.type("by keyboard")
    put.keyboard.press("Enter")
    put.wait_for_url(re.compile(r"/drive/[0-9A-Z]{26}\?"))


@pytest.mark.parametrize(
    ("ket", "wanted"), [("|0⟩", (0, 0)), ("|1⟩", (180, 0)), ("|+⟩", (90, 0)), ("|−⟩", (90, 180)), ("|−i⟩", (90, 270))]
)
def test_well_known_states(put, ket, wanted):
    put.get_by_role("button", name=ket, exact=True).click()
    assert angles(put) == wanted
    put.get_by_role("button", name="Random").click()
    theta, phi = angles(put)
    assert 0 <= theta <= 180
    assert 0 <= phi < 360


def test_what_was_dragged_comes_back(put, ask):
    """Dragged, stored, redeemed; the emulator agrees with what this tab remembers."""
    put.locator("[data-sphere]").scroll_into_view_if_needed()
    put.mouse.move(*place(put, *angles(put)))
    put.mouse.down()
    put.mouse.move(*place(put, 70, 20), steps=5)
    put.mouse.up()
    stored = store(put)
    handle = ask("POST", f"/v1/objects/{stored}/redeem")["handle"]
    put.goto(f"/workbench/{handle}")
    put.get_by_role("button", name="Look").click()
    expect(put.locator(".bench-fidelity strong")).to_have_text("1")
    expect(put.locator("[data-remembered]")).to_be_visible()


def test_random_state_comes_back(put, ask):
    """Its seed stays in the tab, so that even a state which nobody knows can be compared."""
    put.get_by_role("radio", name="Random").check()
    handle = ask("POST", f"/v1/objects/{store(put)}/redeem")["handle"]
    put.goto(f"/workbench/{handle}")
    put.get_by_role("button", name="Look").click()
    expect(put.locator(".bench-fidelity strong")).to_have_text("1")


# --- the preview -------------------------------------------------------------------------------------------------


def test_preview_follows_every_choice(put):
    expect(preview(put)).to_contain_text("1 of 6")
    put.get_by_role("radio", name="GHZ").check()
    # 3 blocks of A, 6 signal and 6 key qubits.
    expect(preview(put).locator("dd").first).to_have_text("39")
    put.get_by_role("slider", name="Encrypted clones").fill("5")
    expect(preview(put)).to_contain_text("All 5 providers together")
    expect(preview(put).locator(".access-partial").first).to_contain_text("learns Y")
    expect(preview(put)).to_contain_text("n = 5 is odd")
    put.get_by_role("radio", name="Pairs out").check()
    row = preview(put).locator("li", has_text="providers together")
    expect(row).to_contain_text("can read")
    put.get_by_text("Choose the providers").click()
    put.get_by_role("checkbox", name="ember").check()
    put.get_by_role("checkbox", name="aurora").check()
    expect(preview(put)).to_contain_text("1 of 2")
    expect(put.locator("[data-chosen]")).to_have_text("2 chosen")
    expect(put.locator("[data-plan-says]")).to_contain_text("2 clones")


def test_preview_says_which_fidelity(put):
    expect(preview(put).get_by_role("heading", name="Predicted entanglement fidelity")).to_be_visible()
    expect(preview(put)).to_contain_text("average")


# --- programs ----------------------------------------------------------------------------------------------------


def test_program_from_a_file(put, ask):
    put.get_by_role("radio", name="OpenQASM").check()
    put.get_by_label("From a file").set_input_files(
        {"name": "bell.qasm", "mimeType": "text/plain", "buffer": BELL.encode()}
    )
    expect(put.get_by_label("Or as text")).to_have_value(BELL)
    expect(preview(put)).to_contain_text("2 qubits become 26")
    assert ask("GET", f"/v1/objects/{store(put)}")["num_qubits"] == 2


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("<script>alert(1)</script>", "did not expect '<'"),
        ('"><img src=x onerror=alert(1)>', "unexpected character"),
        (BELL + "bit b; b = measure q[0];", "expected gates alone"),
        ("OPENQASM 3.0;\nqubit[1001] q;\n", "at most 1000"),
    ],
)
def test_hostile_program_is_explained(visit, served, program, says):
    context = visit()
    context.expect("422", "413")
    page = context.sign_in(served.token)
    page.on("dialog", lambda _: pytest.fail("a script ran"))
    page.goto("/drive/put")
    page.get_by_role("radio", name="OpenQASM").check()
    page.get_by_label("Or as text").fill(program)
    expect(preview(page)).to_contain_text(says)
    page.get_by_role("button", name="Store it").click()
    expect(page.locator(".put-form [data-problem]")).to_contain_text(says)
    assert "/drive/put" in page.url


def test_huge_file_is_refused_before_it_is_sent(put):
    put.get_by_role("radio", name="OpenQASM").check()
    put.get_by_label("From a file").set_input_files(
        {"name": "huge.qasm", "mimeType": "text/plain", "buffer": b"x" * 400_000}
    )
    expect(put.locator("[data-file-problem]")).to_contain_text("at most 256 kB")
    assert put.get_by_label("Or as text").input_value() == ""


def test_huge_file_is_refused_without_scripts_too(visit, served):
    context = visit(java_script_enabled=False)
    context.expect("413")
    page = context.sign_in(served.token)
    page.goto("/drive/put")
    page.get_by_role("radio", name="OpenQASM").check()
    page.get_by_label("From a file").set_input_files(
        {"name": "huge.qasm", "mimeType": "text/plain", "buffer": b"x" * 400_000}
    )
    page.get_by_role("button", name="Store it").click()
    expect(page.get_by_role("alert")).to_contain_text("at most 256 kB")


def test_stored_without_scripts(visit, served, ask):
    page = visit(java_script_enabled=False).sign_in(served.token)
    page.goto("/drive/put")
    page.get_by_role("radio", name="GHZ").check()
    page.get_by_role("textbox", name="Name").fill("no scripts")
    page.get_by_role("button", name="Store it").click()
    page.wait_for_url("**/drive/**said=drive.stored")
    assert [entry["num_qubits"] for entry in names(ask, "no scripts")] == [3]


# --- storing -----------------------------------------------------------------------------------------------------


def test_progress_is_shown_as_it_happens(put, faults):
    faults("fjord", "slow", 0.7)
    # Steps may be shorter than looking: the page writes down what it said, and the next page still has it.
    put.locator("[data-progress-text]").evaluate(
        """line => new MutationObserver(() => {
            sessionStorage.heard = (sessionStorage.heard ?? "") + line.textContent + "|";
        }).observe(line, { childList: true })"""
    )
    put.get_by_role("textbox", name="Name").fill("followed")
    put.get_by_role("button", name="Store it").click()
    put.wait_for_url("**said=drive.stored", timeout=30_000)
    heard = put.evaluate("sessionStorage.heard").split("|")
    assert heard[0] == "Sent to the vault…"
    assert "Encrypting, and asking the providers for room…" in heard
    assert any(re.fullmatch(r"\w+ has kept a place for its clone…", line) for line in heard)


def test_half_of_a_bell_pair_leaves_the_other_in_the_workbench(put, ask):
    before = {register["handle"] for register in ask("GET", "/v1/registers")["registers"]}
    put.get_by_role("radio", name="Half a Bell pair").check()
    stored = store(put)
    kept = [r for r in ask("GET", "/v1/registers")["registers"] if r["handle"] not in before]
    assert [(r["origin"], r["source"]) for r in kept] == [("kept", stored)]


def test_register_is_stored_again(put, ask):
    handle = ask("POST", "/v1/registers", {"source": {"ghz": 4}})["handle"]
    put.goto(f"/drive/put?handle={handle}")
    expect(put.get_by_role("radio", name="From workbench")).to_be_checked()
    put.get_by_label("Which qubits").fill("0, 3")
    expect(preview(put)).to_contain_text("2 qubits become 26")
    assert ask("GET", f"/v1/objects/{store(put)}")["num_qubits"] == 2


def test_lost_connection_in_the_middle_stores_one_object(visit, served, ask):
    context = visit()
    context.expect("net::ERR")
    page = context.sign_in(served.token)
    page.goto("/drive/put")
    tries = []

    def lose_the_answer(route):
        tries.append(route.request.post_data)
        if len(tries) == 1:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/drive/put", lose_the_answer)
    page.get_by_role("textbox", name="Name").fill("once only")
    store(page)
    assert len(tries) > 1
    assert len(names(ask, "once only")) == 1


def test_full_provider_is_explained_and_another_try_is_a_new_request(visit, served, ask):
    tiny = f"tiny-{next(_numbers)}"
    ask("POST", "/v1/providers", {"name": tiny, "capacity": 1})
    context = visit()
    context.expect("507", "503")
    page = context.sign_in(served.token)
    page.goto("/drive/put")
    page.get_by_role("radio", name="GHZ").check()
    page.get_by_role("textbox", name="Name").fill(tiny)
    page.get_by_text("Choose the providers").click()
    page.get_by_role("checkbox", name=tiny).check()
    page.get_by_role("checkbox", name="aurora").check()
    page.get_by_role("button", name="Store it").click()
    problem = page.locator(".put-form [data-problem]")
    expect(problem).to_contain_text(tiny)
    expect(page.locator("[data-progress]")).to_be_hidden()
    page.get_by_role("checkbox", name=tiny).uncheck()
    page.get_by_role("checkbox", name="borealis").check()
    store(page)
    assert [entry["state"] for entry in names(ask, tiny)].count("stored") == 1


def test_too_few_servers(put, faults):
    everybody = [check.get_attribute("value") for check in put.locator("[name=providers]").all()]
    for name in everybody[1:]:
        faults(name, "offline")
    put.goto("/drive/put")
    expect(put.get_by_role("heading", name="Too few providers")).to_be_visible()
    expect(put.get_by_role("link", name="To the providers")).to_be_visible()
    assert grave_violations(put) == []
    for name in everybody:
        faults(name, "offline", 0.0)


def test_token_that_may_only_read(visit, ask):
    token = ask("POST", "/v1/tokens", {"scopes": ["read"]})["token"]
    page = visit().sign_in(token)
    page.goto("/drive/put")
    expect(page.get_by_role("heading", name="may only read")).to_be_visible()
    assert page.get_by_role("button", name="Store it").count() == 0


# --- how it is shown ---------------------------------------------------------------------------------------------


def test_dialog_on_the_drive(page):
    page.get_by_role("link", name="Store a state").first.click()
    dialog = page.get_by_role("dialog", name="Store a state")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("slider", name="State on the Bloch sphere")).to_be_visible()
    assert grave_violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Store a state").first.click()
    dialog.get_by_role("button", name="|1⟩", exact=True).click()
    dialog.get_by_role("slider", name="Encrypted clones").fill("2")
    expect(dialog.locator("[data-plan-body]")).to_contain_text("1 of 2")
    dialog.get_by_role("button", name="Store it").click()
    page.wait_for_url("**said=drive.stored")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible_on_a_phone(visit, served, scheme):
    page = visit(**PHONE, color_scheme=scheme).sign_in(served.token)
    page.goto("/drive/put")
    page.get_by_text("Choose the providers").click()
    page.get_by_text("If providers fail").click()
    for kind in KINDS if scheme == "light" else KINDS[:2]:
        page.get_by_role("radio", name=kind).check()
        assert overflow(page) == 0, kind
        assert grave_violations(page) == [], kind
