"""The pages of experiments in Chromium: published results, sweeps watched live, cancelled, over a restart."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browsers import grave_violations, overflow

PATIENCE = 45_000
LONG = "2-60"
"""Numbers of clones that keep a worker busy for some seconds."""


@pytest.fixture
def experiments(page):
    page.goto("/experiments")
    return page


def sweep(page, clones, memory="0.9", **fields):
    form = page.locator("form[data-sweep]")
    values = {"clones": clones, "memory_depolarizing": memory, "two_qubit_error": "", "readout_error": "", **fields}
    for name, value in values.items():
        form.locator(f"[name={name}]").fill(value)
    form.get_by_label("by measuring the key").uncheck()
    return form


def start(page, *arguments, **fields):
    sweep(page, *arguments, **fields).get_by_role("button").click()
    page.wait_for_url(re.compile("/experiments/[0-9A-Z]{26}"))


def test_published_results_are_there_at_once(experiments):
    figures = experiments.locator(".figures svg.chart")
    expect(figures).to_have_count(4)
    expect(figures.first).to_have_attribute(
        "aria-label", re.compile("measured in the hardware experiment, its circuits")
    )
    card = experiments.locator("section.figure", has=experiments.get_by_role("heading", name="One decrypted clone"))
    card.get_by_text("All values").click()
    # Table I of the hardware experiment, n = 2.
    expect(card.locator("tbody tr").first).to_contain_text("0.823 ± 0.004")
    expect(card.locator("tbody tr")).to_have_count(14)
    experiments.locator("#others summary").click()
    expect(experiments.locator("#others tbody tr").first).to_be_visible()


def test_a_sweep_is_watched_to_its_end(experiments):
    start(experiments, "2-4")
    expect(experiments.get_by_text("Everything is computed.")).to_be_visible(timeout=PATIENCE)
    rows = experiments.locator(".live tbody tr")
    expect(rows).to_have_count(3)
    # (1 + 3 L^3)/4 for n = 2 and L = 0.9, rounded to four digits.
    expect(rows.first).to_contain_text("0.7968")
    expect(experiments.locator(".live svg.chart g.series-1 g")).to_have_count(3)
    expect(experiments.get_by_role("button", name="Cancel this experiment")).to_be_hidden()
    assert grave_violations(experiments) == []
    experiments.get_by_role("link", name="All experiments").click()
    expect(experiments.locator(".jobs li").first).to_contain_text("done")


def test_what_cannot_be_swept_is_said_in_the_form(visit, served):
    browser = visit()
    browser.expect("422", "413")
    page = browser.sign_in(served.token)
    page.goto("/experiments")
    form = sweep(page, "1-3")
    expect(form.locator("[data-points]")).to_have_text("3 points.")
    form.get_by_role("button").click()
    expect(form.locator("[data-problem]")).to_contain_text("expected values from 2 to 100")
    sweep(page, "2-99", memory="0.1, 0.2, 0.3, 0.4, 0.5")
    expect(form.locator("[data-points]")).to_contain_text("at most 400")
    sweep(page, "two")
    expect(form.locator("[data-points]")).to_contain_text("not a list")
    expect(form.locator("[name=clones]")).to_have_attribute("aria-invalid", "true")


def test_the_choice_of_experiment_says_what_fits_it(experiments):
    form = experiments.locator("form[data-repeat]")
    form.get_by_label("Experiment").select_option("iterated")
    expect(form.locator("[name=values]")).to_have_value("0-2")
    expect(form.locator("[data-values-label]")).to_have_text("Levels of cloning")
    form.get_by_label("Experiment").select_option("kraus")
    assert form.locator("[name=engine] option:enabled").all_text_contents() == ["exact calculation"]


def test_a_long_one_is_cancelled_and_deleted(experiments):
    start(experiments, LONG, memory="0.9, 0.91, 0.92")
    expect(experiments.locator(".live .badge")).to_have_text("running", timeout=PATIENCE)
    expect(experiments.locator(".live tbody tr").first).to_be_visible(timeout=PATIENCE)
    experiments.get_by_role("button", name="Cancel this experiment").click()
    expect(experiments.locator(".live .badge")).to_have_text("cancelled", timeout=PATIENCE)
    experiments.get_by_role("button", name="Delete this experiment").click()
    experiments.wait_for_url("**/experiments?said=*")
    expect(experiments.get_by_text("The experiment is deleted.")).to_be_visible()


def test_it_goes_on_over_a_restart_of_the_server(visit, served):
    browser = visit()
    browser.expect("ERR_", "Failed to load resource", "502")
    page = browser.sign_in(served.token)
    page.goto("/experiments")
    start(page, LONG, memory="0.9, 0.91, 0.92")
    expect(page.locator(".live tbody tr").first).to_be_visible(timeout=PATIENCE)
    served.stop()
    served.start()
    expect(page.get_by_text("Everything is computed.")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".live tbody tr")).to_have_count(177)


def test_by_keyboard_alone(experiments):
    sweep(experiments, "2").locator("[name=clones]").focus()
    for _ in range(20):
        experiments.keyboard.press("Tab")
        if experiments.evaluate("document.activeElement.textContent") == "Start the sweep":
            break
    experiments.keyboard.press("Enter")
    experiments.wait_for_url(re.compile("/experiments/[0-9A-Z]{26}"))
    expect(experiments.get_by_text("Everything is computed.")).to_be_visible(timeout=PATIENCE)


def test_without_scripts(visit, served):
    browser = visit(java_script_enabled=False)
    page = browser.sign_in(served.token)
    page.goto("/experiments")
    start(page, "2-3")
    expect(page.get_by_text("The experiment is asked for.")).to_be_visible()
    for _ in range(40):
        if page.locator(".live .badge").text_content() == "done":
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator(".live tbody tr")).to_have_count(2)


@pytest.mark.parametrize(
    "options",
    [{"viewport": {"width": 360, "height": 740}}, {"color_scheme": "dark"}, {"color_scheme": "light"}],
    ids=["360 px", "dark", "light"],
)
def test_looks(visit, served, options):
    page = visit(**options).sign_in(served.token)
    page.goto("/experiments")
    for details in page.locator("main details summary").all():
        details.click()
    assert grave_violations(page) == []
    assert overflow(page) == 0


def test_somebody_elses_experiment_is_none(visit, served):
    browser = visit()
    browser.expect("404")
    page = browser.sign_in(served.token)
    page.goto(f"/experiments/{'0' * 26}")
    expect(page.get_by_text("the id of one of your experiments")).to_be_visible()
