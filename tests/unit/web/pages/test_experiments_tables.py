"""Rows of experiments as tables for people."""

from __future__ import annotations

import pytest

from qloak.lab.published import published_document
from qloak.web.pages.experiments_tables import job_table, published_tables, setting_words

CHANNEL = {
    "pauli": {"I": 0.9, "X": 0.05, "Y": 0.03, "Z": 0.02},
    "entanglement_fidelity": 0.9,
    "average_fidelity": 14 / 15,
}


def job(experiment, rows):
    return {"experiment": experiment, "rows": rows}


def test_published_tables_have_all_rows_but_those_of_chains():
    tables = {each["name"]: each["table"] for each in published_tables(published_document())}
    assert [len(tables[name].rows) for name in ("fidelity", "chsh", "iterated", "ghz")] == [14, 14, 5, 15]
    for table in tables.values():
        assert {len(row) for row in table.rows} == {len(table.heads)}
    # Table I of the hardware experiment, n = 2.
    assert tables["fidelity"].rows[0][:2] == ("2", "0.823 ± 0.004")
    assert tables["iterated"].rows[3][0] == "2*"


def test_channels_have_their_settings_first():
    table = job_table(job("channel", [{"clones": 2, "method": "unitary", **CHANNEL}]))
    assert table.heads[:3] == ("clones", "decoder", "entanglement fidelity")
    assert table.rows == (("2", "unitary", "0.9", "0.9333", "0.05", "0.03", "0.02"),)


def test_sampled_channels_have_an_interval():
    table = job_table(job("channel", [{"clones": 2, **CHANNEL, "shots": 100, "interval": [0.82, 0.95]}]))
    assert table.heads[-1] == "95 % interval"
    assert table.rows[0][-1] == "0.82 – 0.95"


def test_long_tables_are_cut():
    table = job_table(job("channel", [{"clones": n, **CHANNEL} for n in range(450)]))
    assert (len(table.rows), table.more) == (400, 50)


def test_rows_under_several_settings_name_them():
    row = {"noise_scale": 2.0, "clones": 3, "paper_measured": None, "paper_circuit": {"fidelity": 0.5}}
    table = job_table(job("fidelity", [row]))
    assert table.heads[:2] == ("clones", "noise ×")
    assert table.rows == (("3", "2.0", "–", "0.5", "–", "–", "–"),)


def test_other_experiments_show_what_stands_in_their_rows():
    row = {"clones": 2, "label": "x", "value": 0.123456789, "none": None, "maps": [1], "our_circuit": {"chsh": 2.5}}
    table = job_table(job("control", [row]))
    assert table.heads == ("clones", "label", "value", "none", "our circuit")
    assert table.rows == (("2", "x", "0.123457", "–", "2.5"),)


def test_no_rows_are_no_table():
    assert job_table(job("channel", [])) is None


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"grid": {}, "device": None, "engine": "exact", "shots": 1}, ""),
        (
            {
                "grid": {"clones": "2-4", "method": ["unitary", "measured"]},
                "device": None,
                "engine": "exact",
                "shots": 1,
            },
            "clones 2-4; decoder unitary, measured",
        ),
        (
            {"grid": {"t1_us": 5}, "device": "fez", "engine": "stim", "shots": 100},
            "t1 us 5; fez; stim, 100 shots",
        ),
    ],
)
def test_settings_are_one_line(request_, words):
    assert setting_words(request_) == words
