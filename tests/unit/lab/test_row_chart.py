"""Charts of rows, as many as there are."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from qloak.lab.row_chart import row_chart

TITLE = "{http://www.w3.org/2000/svg}title"


def titles(experiment, rows):
    return [element.text for element in ElementTree.fromstring(row_chart(experiment, rows)).iter(TITLE)]


def channel(**row):
    return {"pauli": {}, "entanglement_fidelity": 0.9, "average_fidelity": 0.93, **row}


def test_each_combination_of_settings_is_a_series_against_the_clones():
    rows = [channel(clones=n, method=m, readout_error=0.01) for n in (2, 3) for m in ("unitary", "measured")]
    found = titles("channel", rows)
    assert found[0].endswith(": decoder unitary, decoder measured")
    assert "decoder measured, 3: 0.9" in found


def test_what_varies_alone_is_what_values_are_drawn_against():
    rows = [channel(clones=4, memory_depolarizing=factor) for factor in (0.5, 0.75, 1.0)]
    assert titles("channel", rows)[1:] == ["exact, 0.5: 0.9", "exact, 0.75: 0.9", "exact, 1: 0.9"]
    assert "memory factor" in row_chart("channel", rows)


def test_sampled_values_have_bars():
    rows = [channel(clones=n, interval=[0.86, 0.94], shots=100) for n in (2, 3)]
    assert titles("channel", rows)[1:] == [
        "sampled, with standard errors, 2: 0.9 ± 0.02",
        "sampled, with standard errors, 3: 0.9 ± 0.02",
    ]


def test_tables_show_what_there_is_so_far():
    rows = [
        {
            "clones": 2,
            "paper_measured": 0.8,
            "paper_error": 0.01,
            "paper_circuit": {"fidelity": 0.9},
            "our_circuit": {},
        },
        {"clones": 40, "paper_measured": None, "paper_circuit": {"limited_by": "too large"}},
    ]
    assert titles("fidelity", rows)[1:] == [
        "measured in the hardware experiment, 2: 0.8 ± 0.01",
        "its circuits, predicted, 2: 0.9",
    ]


@pytest.mark.parametrize("experiment", ["channel", "fidelity", "ghz"])
def test_no_rows_are_an_empty_chart(experiment):
    assert titles(experiment, [])[0].endswith("no values yet")


def test_other_experiments_have_none():
    assert row_chart("correlators", [{"clones": 2}]) is None
