"""The lab: the story, coalitions, circuits, noise, placements; by mouse, by keyboard, without scripts."""

from __future__ import annotations

import math
import re

import pytest
from playwright.sync_api import expect

from tests.browsers import grave_violations, overflow

ZERO = "0 0 0"
HOSTILE = (
    "?n=999&theta=nan&phi=1e999&step=boo&method=%00&lost=%3Cscript%3E&hold=;;,S99&clone=N1",
    "?set=n%3D3%26hold%3D%253Cimg&e2=-1&mem=x&goal=%22",
    "?n=2.7&lost=A,S1,S2,N1,N2&step=again",
    "?hold=" + "S1," * 2000,
)


def settle(page) -> None:
    """Wait until all parts show what the controls say."""
    expect(page.locator(".lab-part[aria-busy=true]")).to_have_count(0)


def open_lab(page, query: str = "") -> None:
    page.goto("/lab" + query)
    # The sphere is one that can be dragged once the scripts have run.
    page.locator("#input-sphere[role=slider]").wait_for()


def press(page, selector: str) -> None:
    page.locator(selector).click()
    settle(page)


def vectors(page) -> dict[str, str]:
    spheres = page.locator("[data-sphere]")
    return dict(spheres.evaluate_all("all => all.map((each) => [each.dataset.sphere, each.dataset.vector])"))


def caption(page, name: str) -> str:
    return page.locator(f"[data-sphere={name}] ~ .qubit-caption").inner_text()


def title(page) -> str:
    return page.locator(".lab-telling h3").inner_text()


@pytest.fixture
def lab(page):
    """The page, by somebody who is signed in."""
    open_lab(page)
    return page


class TestStory:
    def test_prepare_encrypt_lose_decrypt_and_not_again(self, page):
        open_lab(page, "?theta=90&phi=0")
        assert vectors(page)["A"] == "1 0 6.12323e-17"
        press(page, "#story-next")
        assert set(vectors(page).values()) == {ZERO}
        assert len(vectors(page)) == 9
        press(page, "#story-next")
        for name in ("S2", "S3", "S4"):
            press(page, f"#lose-{name}")
        press(page, "#story-next")
        found = vectors(page)
        assert found.pop("S1").startswith("1 0 ")
        assert caption(page, "S1") == "your state"
        assert set(found.values()) == {ZERO}
        assert "S2" not in found
        assert "State fidelity with what you put in, without noise: 1." in page.locator(".lab-telling").inner_text()
        press(page, "#story-next")
        assert title(page) == "Refused: the key is spent"
        assert page.get_by_text("Why once?").is_visible()
        assert grave_violations(page) == []

    def test_every_step_is_accessible_and_fits_a_phone(self, visit, served):
        context = visit(color_scheme="dark", viewport={"width": 360, "height": 740}, reduced_motion="reduce")
        page = context.sign_in(served.token)
        open_lab(page, "?n=12&method=measured&lost=S3,N3")
        for step in ("prepare", "encrypt", "lose", "decrypt", "again"):
            press(page, f"#step-{step}")
            assert overflow(page) == 0
            assert grave_violations(page) == []

    def test_any_clone_can_be_opened_by_either_decoder(self, page):
        open_lab(page, "?step=decrypt&theta=0&n=3")
        press(page, "#open-S3")
        assert vectors(page)["S3"] == "0 0 1"
        assert vectors(page)["S1"] == ZERO
        press(page, "#method-measured")
        assert vectors(page)["S3"] == "0 0 1"
        assert [caption(page, f"N{i}") for i in (1, 2, 3)] == ["measured"] * 3

    def test_what_is_left_decides(self, page):
        open_lab(page, "?step=lose&lost=A,N2")
        press(page, "#story-next")
        assert title(page) == "Your state is back"
        assert "what is left still determines the state" in page.locator(".lab-telling").inner_text()
        # Without A, a pair of which nothing is left is too much.
        press(page, "#lose-S2")
        assert title(page) == "Nothing brings the state back"
        assert set(vectors(page).values()) == {ZERO}

    def test_dragging_and_naming_turn_the_qubit(self, lab):
        box = lab.locator("#input-sphere").bounding_box()
        x, y = box["x"] + box["width"] * 118 / 240, box["y"] + box["height"] * 122 / 240
        lab.mouse.move(x, y - 20)
        lab.mouse.down()
        # The north pole lies at cos 18° of the radius above the centre.
        lab.mouse.move(x, y - 84 * math.cos(math.radians(18)) * box["height"] / 240, steps=5)
        lab.mouse.up()
        expect(lab.locator("[data-sphere=A]")).to_have_attribute("data-vector", re.compile(r" (1|0\.99\d*)$"))
        assert float(lab.locator("#lab-theta").input_value()) < 3

        press(lab, "#ket-5")
        assert lab.locator("#input-sphere").get_attribute("aria-valuetext") == "theta 90 degrees, phi 90 degrees"
        assert [round(float(v)) for v in vectors(lab)["A"].split()] == [0, 1, 0]

    def test_number_of_clones(self, lab):
        lab.locator("#lab-n").fill("7")
        settle(lab)
        assert len(vectors(lab)) == 15
        lab.wait_for_url("**/lab?n=7")
        assert "2n + 1" in lab.locator("#circuits").inner_text()


def test_keyboard_alone_goes_through_the_story(lab):
    lab.locator("#input-sphere").focus()
    lab.keyboard.press("Home")
    expect(lab.locator("[data-sphere=A]")).to_have_attribute("data-vector", "0 0 1")
    lab.locator("#step-prepare").focus()
    for step in ("encrypt", "lose"):
        lab.keyboard.press("ArrowRight")
        lab.locator(f"#step-{step}[aria-current]").wait_for()
    lab.locator("#lose-S1").focus()
    lab.keyboard.press("Space")
    lab.locator("#lose-S1[aria-pressed=true]").wait_for()
    assert lab.evaluate("document.activeElement.id") == "lose-S1"
    lab.keyboard.press("ArrowRight")
    lab.locator("#step-decrypt[aria-current]").wait_for()
    assert vectors(lab)["S2"] == "0 0 1"
    lab.keyboard.press("ArrowRight")
    lab.locator("#step-again[aria-current]").wait_for()
    assert "Refused" in lab.locator("[data-said]").inner_text()
    lab.keyboard.press("ArrowLeft")
    lab.locator("#step-decrypt[aria-current]").wait_for()


class TestCoalitions:
    @pytest.mark.parametrize(
        ("n", "verdicts"),
        [
            (4, {"clones": 0, "clone": 0, "clone_key": 2, "key": 0, "clones_one": 2, "none": 0}),
            (5, {"clones": 1, "clone": 0, "clone_key": 2, "key": 0, "clones_one": 2, "none": 0}),
        ],
    )
    def test_examples(self, page, n, verdicts):
        words = ("learns nothing", "learns something", "can read")
        open_lab(page, f"?n={n}&hold=A")
        for preset, bits in verdicts.items():
            press(page, f"#preset-{preset}")
            assert page.locator(".lab-verdict .badge").inner_text() == words[bits]
            assert page.locator(".lab-bits").get_attribute("aria-label") == f"{bits} of 2 bits about the state"
            assert page.locator(f"#preset-{preset}").get_attribute("aria-pressed") == "true"
        assert grave_violations(page) == []

    def test_even_leads_to_odd(self, lab):
        press(lab, "#preset-clones")
        press(lab, "#try-odd")
        assert lab.locator(".lab-operators").inner_text().split() == ["Y", "=", "−Y_S1", "Y_S2", "Y_S3"]
        assert "60 can read it" in lab.locator(".lab-shares").inner_text()
        assert lab.locator("#lab-n").input_value() == "3"

    def test_what_is_missing_is_one_click_away(self, lab):
        assert lab.locator(".lab-sentence").inner_text() == "S1 learns nothing about the state."
        press(lab, "#add-A-N1")
        assert lab.locator(".lab-verdict .badge").inner_text() == "can read"
        assert lab.locator("#recovery-circuit svg").is_visible()
        press(lab, "#hold-A")
        assert lab.locator(".lab-verdict .badge").inner_text() == "learns nothing"


def test_circuits_have_the_sizes_of_the_papers(page):
    open_lab(page, "?n=6")
    rows = page.locator(".lab-counts tbody tr")
    sizes = [row.locator("td").all_inner_texts() for row in rows.all()]
    assert [size[0] for size in sizes] == ["30", "13", "3"]  # 5n, 2n + 1, n/2
    assert [size[3] for size in sizes] == ["0", "0", "6"]
    assert page.locator("#circuits .lab-drawing svg").count() == 3


class TestNoise:
    @pytest.mark.parametrize(("n", "exact"), [(4, (1 + 3 * 0.9**5) / 4), (3, (1 + 0.9**3 + 2 * 0.9**4) / 4)])
    def test_memory_alone_has_a_closed_form(self, page, n, exact):
        open_lab(page, f"?n={n}&e2=0&e1=0&ro=0")
        assert page.locator(".lab-big").all_inner_texts() == ["1", "1"]
        page.locator("#lab-mem").fill("90")
        settle(page)
        shown = [float(text) for text in page.locator("#noise .lab-big").all_inner_texts()]
        assert shown == pytest.approx([exact, exact], abs=1e-4)

    def test_processor_takes_the_place_of_the_sliders(self, lab):
        before = lab.locator("#noise .lab-big").all_inner_texts()
        lab.locator("#lab-device").select_option("kingston")
        settle(lab)
        assert lab.locator("#lab-e2").is_disabled()
        assert lab.locator("#noise .lab-big").all_inner_texts() != before
        assert grave_violations(lab) == []
        lab.locator("#lab-device").select_option("")
        settle(lab)
        assert lab.locator("#noise .lab-big").all_inner_texts() == before


class TestPlacement:
    def test_result_beside_what_was_measured(self, page):
        open_lab(page, "?place_n=2")
        page.get_by_role("button", name="Compile").click()
        page.locator(".lab-layout svg").wait_for()
        rows = page.locator(".lab-compared tbody tr").first.locator("td").all_inner_texts()
        assert 0.5 < float(rows[0]) < 1
        assert rows[2] == "0.823 ± 0.004"
        assert grave_violations(page) == []
        assert overflow(page) == 0

    def test_it_can_be_left(self, lab):
        lab.locator("[name=place_n]").fill("99")
        lab.get_by_role("button", name="Compile").click()
        assert lab.locator("[name=place_n]:invalid").count() == 1
        assert "Choose and compile" in lab.locator("[data-placed]").inner_text()
        lab.locator("[name=place_n]").fill("5")
        lab.route("**/lab/placed?**", lambda _: None)
        lab.get_by_role("button", name="Compile").click()
        assert "Looking for a good place for 5 clones on kingston" in lab.locator("[data-placed]").inner_text()
        assert grave_violations(lab) == []
        lab.get_by_role("button", name="Cancel").click()
        lab.get_by_text("Cancelled.").wait_for()

    def test_refusals_are_told(self, visit, served):
        context = visit()
        context.expect("429")
        lab = context.sign_in(served.token)
        open_lab(lab)
        body = '{"status": 429, "code": "rate-limited", "detail": "Two placements are under way."}'
        lab.route("**/lab/placed?**", lambda route: route.fulfill(status=429, body=body))
        lab.get_by_role("button", name="Compile").click()
        lab.get_by_text("Two placements are under way.").wait_for()


class TestAddress:
    def test_it_says_what_is_seen(self, lab):
        press(lab, "#step-lose")
        press(lab, "#lose-S2")
        lab.wait_for_url("**/lab?step=lose&lost=S2")
        lab.reload()
        assert lab.locator("#lose-S2").get_attribute("aria-pressed") == "true"

    def test_without_scripts_every_button_is_a_link(self, visit, served):
        page = visit(java_script_enabled=False).sign_in(served.token)
        page.goto("/lab?theta=0")
        assert vectors_without_scripts(page, "A") == "0 0 1"
        page.get_by_role("button", name="Encrypt", exact=True).last.click()
        assert vectors_without_scripts(page, "A") == ZERO
        page.locator("#step-decrypt").click()
        assert vectors_without_scripts(page, "S1") == "0 0 1"
        page.locator("#preset-clones").click()
        assert page.locator("#preset-clones").get_attribute("aria-pressed") == "true"
        assert vectors_without_scripts(page, "S1") == "0 0 1"

    def test_hostile_addresses_are_a_page(self, page):
        for query in HOSTILE:
            open_lab(page, query)
            assert page.locator("#story .lab-stage").is_visible()
            assert page.locator(".lab-verdict").is_visible()

    def test_unknown_processor_is_told_in_its_part(self, page):
        open_lab(page, "?device=%3Cb%3Enowhere&processor=elsewhere")
        # The form says what the address says; else the page would be shown anew, without the problem.
        assert page.locator("#lab-device").input_value() == "<b>nowhere"
        assert page.locator("[name=processor]").input_value() == "elsewhere"
        assert "<b>nowhere" in page.locator("#noise .notice.bad").inner_text()
        assert page.locator("#story .lab-stage").is_visible()

    def test_ended_sign_in_leads_back_here(self, visit, served):
        context = visit()
        context.expect("401")
        page = context.sign_in(served.token)
        open_lab(page, "?n=3")
        page.context.clear_cookies()
        page.locator("#story-next").click()
        page.wait_for_url("**/sign-in?reason=ended&back=%2Flab%3Fn%3D3")


def vectors_without_scripts(page, name: str) -> str:
    return page.locator(f"[data-sphere={name}]").get_attribute("data-vector")
