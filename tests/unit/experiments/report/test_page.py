"""The report: what it says, and that it needs nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from qloak.experiments.catalogue import CATALOGUE
from qloak.experiments.figures import draw_all
from qloak.experiments.figures.gallery import GALLERY
from qloak.experiments.report import Setting, render_report
from qloak.experiments.report.findings import findings, limits, series_of
from qloak.experiments.report.inline_svg import inline_svg
from qloak.experiments.report.tables import table_of, text_of
from tests.unit.experiments.documents import document, documents

pytest.importorskip("matplotlib")

VOID = {"meta", "link", "br"}
SETTING = Setting("qloak experiment all --out 'a <b>'", 10_000, 7, 10)


class Page(HTMLParser):
    """Elements with their attributes, and the text; every element that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text += data


DRAWN = ("fidelity", "correlators")


@pytest.fixture(scope="module")
def text() -> str:
    few = [each for each in documents() if each["experiment"] in DRAWN]
    return render_report(documents(), draw_all(few), SETTING)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_the_page_loads_nothing_and_links_to_nothing_outside(text: str, page: Page):
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "image", "base", "form"}
    for tag, attrs in page.elements:
        assert not [name for name in attrs if name.startswith("on") or name in ("src", "srcset")]
        for name in {"href", "xlink:href"} & set(attrs):
            assert tag == "link" or re.fullmatch(r"#[\w-]+|(figures/)?[\w-]+\.(svg|png|csv|json|jsonl)", attrs[name])
    assert set(re.findall(r"https?://[^\s\"<]+", text)) == {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r"url\((.)", text)) == {"#"}
    assert "default-src 'none'" in text


def test_ids_are_unique_and_references_lead_to_them(text: str, page: Page):
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(set(ids)) == len(ids)
    named = set(re.findall(r"url\(#([^)]+)\)", text))
    named |= {attrs["href"][1:] for _, attrs in page.elements if attrs.get("href", "").startswith("#")}
    assert named <= set(ids)


def test_every_figure_is_there_and_has_a_name(text: str):
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(drawings) == sum(plot.experiment in DRAWN for plot in GALLERY)
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert "#7a7a7a" not in drawing.lower(), "text has the page's colour"


def test_headings_and_sections(page: Page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    sections = [attrs["id"] for tag, attrs in page.elements if tag == "section"]
    assert sections == [*CATALOGUE, "deviation", "limits"]


def test_it_says_how_to_repeat_it_and_what_it_is_not(page: Page):
    assert SETTING.command in page.text
    for said in ("No hardware was used", "seed 7", "0 to 9", "kingston", "2026-04-15", "qloak", "stim", "2.0 to 2.0"):
        assert said in page.text
    assert "no room for <77>" in page.text
    assert "There is more noise than the calibration says" in page.text


def test_a_run_on_hardware_is_called_that():
    rows = [{"size": 1, "floor": 0.5, "paper_measured": None, "paper_circuit": {}, "our_circuit": {"fidelity": 0.9}}]
    ran = [document("ghz", rows, engine="qiskit", device="ibm:ibm_fez")]
    found = Page(render_report(ran, [], SETTING)).text
    assert "run on the processor ibm_fez" in found
    assert "No hardware" not in found
    assert "None of the rows on this page was measured and predicted" in found


def test_the_summary_follows_from_the_rows():
    found = {each.title: (each.value, each.beside) for each in findings({d["experiment"]: d for d in documents()})}
    assert found == {
        "Mean entanglement fidelity, n = 3": ("0.950", "worst clone 0.900; measured with the paper’s: 0.800"),
        # The worst clone at n = 3 has 1.99.
        "CHSH violated by every clone up to": ("n = 2, of 3", "measured with the paper’s: n = 3"),
        "Most clones, each witnessed entangled": ("63", "none of these rows measured"),
        "GHZ state entangled as a whole up to": ("r = 2", "not measured"),
    }
    assert findings({}) == []
    assert findings({"fidelity": document("fidelity", [{"clones": 2, "our_circuit": {"limited_by": "s"}}])}) == []


def test_a_sampled_value_must_be_clearly_above_the_bound():
    def rows(error: float):
        arm = {"fidelity": 0.53, "fidelity_error": error}
        return {"ghz": document("ghz", [{"size": 1, "paper_measured": None, "our_circuit": arm}])}

    assert findings(rows(0.011)) == []
    assert [each.value for each in findings(rows(0.009))] == ["r = 1"]


def test_limits_and_deviations_as_text():
    known = {each["experiment"]: each for each in documents()}
    assert limits(known["iterated"]) == ["tree 3, 77 clones, our circuit: no room for <77>"]
    first, second = series_of(documents())
    assert (first.rms, first.mean, first.noise, first.law) == ("0.100", "−0.100", "2.00", "0.050")
    assert (second.noise, second.law) == ("–", "–")


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_tables_are_rectangles(name: str):
    (rows,) = [each["rows"] for each in documents() if each["experiment"] == name]
    table = table_of(name, rows)
    assert sum(width for _, width in table.groups) == len(table.head)
    assert {len(line) for line in table.body} == {len(table.head)}
    assert len(table.body) >= len(rows)


def test_the_table_of_fidelities():
    table = table_of("fidelity", documents()[0]["rows"])
    assert table.body[0] == ("n = 2", "18", "0.800 ± 0.010", "4", "8", "0.900", "4", "8", "0.950", "0.900")
    assert table.body[1][:3] == ("… by parity oscillations", "18", "0.820 ± 0.010")


def test_numbers_as_text():
    assert text_of(None) == "–"
    assert text_of(-0.5, 0.01, 2) == "−0.50 ± 0.01"


def test_a_figure_inside_a_page_keeps_to_itself():
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><metadata>m</metadata>'
        b'<style>*{}</style><path id="a" style="fill: #7A7A7A" clip-path="url(#c)"/><use xlink:href="#a"/></svg>'
    )
    found = inline_svg(svg, name="f", title='"<t>')
    root = ElementTree.fromstring(found)
    path, use = root
    assert path.attrib == {"id": "f-a", "style": "fill: currentColor", "clip-path": "url(#f-c)"}
    assert use.attrib == {"href": "#f-a"}
    assert root.get("aria-label") == '"<t>'
