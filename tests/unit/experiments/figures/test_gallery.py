"""Figures: which are drawn, as what files, and that they show the rows' numbers."""

from __future__ import annotations

import sys
from xml.etree import ElementTree

import pytest

from qloak.errors import MissingExtraError
from qloak.experiments.catalogue import CATALOGUE
from qloak.experiments.figures import draw_all, origin, require_matplotlib
from qloak.experiments.figures.gallery import GALLERY
from tests.unit.experiments.documents import document, documents

mpl_figure = pytest.importorskip("matplotlib.figure")


@pytest.fixture(scope="module")
def drawn():
    return draw_all(documents())


def shown(name: str, rows=None):
    """A figure's axes with the marks and labels on them."""
    (plot,) = [each for each in GALLERY if each.name == name]
    known = {each["experiment"]: each["rows"] for each in documents()}
    figure = mpl_figure.Figure(layout="constrained")
    plot.draw(figure, rows if rows is not None else known[plot.experiment])
    return figure


def labelled(axes):
    return dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))


def test_every_experiment_has_a_figure_and_every_figure_an_experiment():
    assert {plot.experiment for plot in GALLERY} == set(CATALOGUE)
    assert len({plot.name for plot in GALLERY}) == len(GALLERY)
    assert {each["experiment"] for each in documents()} == set(CATALOGUE)


def test_all_are_drawn_as_files_of_their_kind(drawn):
    assert [each.name for each in drawn] == [plot.name for plot in GALLERY]
    for each in drawn:
        root = ElementTree.fromstring(each.svg)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not root.findall(".//{http://www.w3.org/2000/svg}image"), "everything stays sharp"
        assert each.png.startswith(b"\x89PNG")
        assert b"<dc:date>" not in each.svg


def test_the_same_rows_make_the_same_bytes():
    few = [each for each in documents() if each["experiment"] in ("ghz", "correlators")]
    assert draw_all(few) == draw_all(few)


def test_without_rows_nothing_is_drawn():
    assert draw_all([]) == []
    assert draw_all([document("ghz", [])]) == []
    assert draw_all([document("correlators", [{"clones": 2, "paper_circuit": {}, "our_circuit": {}}])]) == []


def test_a_row_that_did_not_fit_is_left_out():
    limited = {"paper_measured": None, "paper_circuit": {"limited_by": "s"}}
    row = {"clones": 15, **limited, "our_circuit": {"limited_by": "s"}, "parity": limited}
    for name in ("fidelity", "costs", "agreement"):
        assert not any(list(line.get_xdata()) == [15] for axes in shown(name, [row]).axes for line in axes.lines)


def test_marks_are_at_the_rows_numbers():
    bell, parity = shown("fidelity").axes
    for axes, paper in ((bell, 0.9), (parity, 0.92)):
        found = labelled(axes)
        assert list(found["measured in the paper"][0].get_xdata()) == [2, 3]
        assert list(found["measured in the paper"][0].get_ydata()) == pytest.approx([paper - 0.1] * 2)
        assert list(found["the paper's circuit"][0].get_ydata()) == [paper] * 2
        assert list(found["our circuit, mean"][0].get_ydata()) == [0.95] * 2
        assert found["our circuit, worst to best clone"].get_paths()[0].get_extents().y0 == pytest.approx(0.9)


def test_orders_of_reading_have_their_own_numbers():
    first, together, last = shown("chsh").axes
    assert list(labelled(together)["our circuit, mean"][0].get_ydata()) == [2.5, 2.04]
    assert list(labelled(first)["our circuit, mean"][0].get_ydata()) == [2.4, 2.4]
    assert list(labelled(last)["the paper's circuit"][0].get_ydata()) == [2.1, 2.1]


def test_sampled_values_have_error_bars():
    rows = [{"size": 1, "floor": 0.5, "our_circuit": {"fidelity": 0.9, "fidelity_error": 0.1}}]
    (bar,) = labelled(shown("ghz", rows).axes[0])["our circuit, mean"].lines[2]
    assert bar.get_segments()[0][:, 1] == pytest.approx([0.8, 1.0])


def test_maps_show_every_correlator_and_write_those_that_are_there():
    before, after, *_ = shown("correlators").axes
    assert not before.texts
    assert [text.get_text() for text in after.texts] == ["0.90", "−0.90", "0.30"]
    mesh = after.collections[0].get_array()
    assert mesh.shape == (9, 5)
    assert mesh[0][1] == 0.9  # XX of the reference with S1
    assert mesh[4][1] == -0.9  # YY


def test_failed_jobs_stand_out():
    found = labelled(shown("published").axes[0])
    assert {"recovered", "failed", "key missing", "inconclusive"} <= set(found)


def test_other_noise_ends_where_a_circuit_cannot_run():
    mean, worst = shown("robustness").axes
    assert list(labelled(mean)["noise x1.5"].get_ydata()) == [0.9]
    assert list(labelled(worst)["noise x1.5"].get_ydata()) == [0.8]
    assert not len(labelled(mean)["fez"].get_ydata())


@pytest.mark.parametrize(
    ("engine", "device", "said"),
    [
        ("exact", "kingston", "predicted by the calibration kingston of 2026-04-15, without sampling"),
        ("stim", "kingston", "predicted by the calibration kingston of 2026-04-15, sampled with stim"),
        ("qiskit", "fake:kingston", "run on the model kingston"),
        ("qiskit", "ibm:ibm_fez", "run on the processor ibm_fez"),
    ],
)
def test_where_values_come_from(engine: str, device: str, said: str):
    assert origin(document("ghz", [], engine=engine, device=device)) == said


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match="plot"):
        require_matplotlib()
