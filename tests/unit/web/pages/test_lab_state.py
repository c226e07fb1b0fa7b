"""The lab's state: what an address says, and what it cannot say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qloak.web.pages.lab_state import DEFAULTS, STEPS, LabState

TEXTS = st.text(max_size=20)


def test_no_query_is_the_default():
    assert LabState.read({}) == DEFAULTS
    assert DEFAULTS.query() == {}


def test_values_are_read():
    state = LabState.read({"n": "3", "theta": "12.5", "step": "lose", "lost": "N3,S1", "mem": "90"})
    assert (state.n, state.theta, state.step, state.lost, state.mem) == (3, 12.5, "lose", "S1,N3", 90)
    assert state.query() == {"n": "3", "theta": "12.5", "step": "lose", "lost": "S1,N3", "mem": "90"}


def test_the_button_that_was_pressed_goes_first():
    assert LabState.read({"n": "3", "hold": "A", "set": "n=5&hold=S4"}).query() == {"n": "5", "hold": "S4"}
    assert LabState.read({"hold": "A", "set": "hold="}).hold == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", "1"),
        ("n", "13"),
        ("n", "nan"),
        ("n", "x"),
        ("theta", "-1"),
        ("phi", "inf"),
        ("e2", "5.1"),
        ("mem", "49"),
        ("step", "steal"),
        ("goal", ""),
        ("clone", "S5"),
        ("clone", "N1"),
        ("processor", "k" * 33),
    ],
)
def test_what_is_no_value_is_left_out(name, value):
    assert LabState.read({name: value}) == DEFAULTS


def test_qubits_that_there_are_not_are_left_out():
    assert LabState.read({"n": "2", "hold": "S3,<b>,N2,A,N2"}).hold == "A,N2"


def test_toggling_adds_and_removes():
    assert DEFAULTS.toggled("N2", "S1") == "S1,N2"
    assert DEFAULTS.toggled("S1", "S1,N2") == "N2"
    assert DEFAULTS.toggled("S1", "S1") == ""


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "n": st.integers(2, 12).map(str),
            "theta": st.floats(0, 180).map(str),
            "step": st.sampled_from(STEPS),
            "lost": TEXTS,
            "hold": st.lists(st.sampled_from(["A", "S1", "S9", "N2", "N12"])).map(",".join),
            "device": TEXTS,
        },
    )
)
def test_an_address_says_it_all(query):
    state = LabState.read(query)
    again = LabState.read(state.query())
    # Numbers in an address have six digits.
    assert again.but(theta=0) == state.but(theta=0)
    assert again.theta == pytest.approx(state.theta, rel=1e-5)
    assert again.query() == state.query()


@given(st.dictionaries(st.sampled_from([*DEFAULTS.all(), "set"]), TEXTS))
def test_anything_is_read(query):
    state = LabState.read(query)
    assert 2 <= state.n <= 12
    assert set(state.hold.split(",")) <= {"", *state.names}
