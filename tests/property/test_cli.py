"""Arbitrary words on the command line: an answer or a one-line refusal, never anything else."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.cli.commands import Ran, qloak

# What a process can be given: no null bytes.
TEXT = st.text(st.characters(exclude_characters="\0"), max_size=30)
NUMBERISH = st.text("0123456789+-.e_ ,nainf", max_size=8) | st.integers().map(str) | st.floats().map(str)
QUBITISH = st.text("ASN0123456789,* .", max_size=16)

OPTIONS = {
    "demo": {
        "--clones": NUMBERISH,
        "--bloch": NUMBERISH | st.builds("{},{}".format, st.floats(), st.floats()),
        "--seed": NUMBERISH,
        "--providers": TEXT,
        "--survivor": TEXT,
        "--method": TEXT,
        "--qasm": TEXT,
        "--statevector": TEXT,
    },
    "access": {"--clones": NUMBERISH, "--holding": QUBITISH, "--method": TEXT, "--levels": NUMBERISH},
    "circuit": {"--clones": NUMBERISH, "--clone": QUBITISH, "--stage": TEXT, "--method": TEXT, "--levels": NUMBERISH},
}
SOUND = {"demo": ["--clones", "3"], "access": ["--clones", "3", "--holding", "S1"], "circuit": ["--clones", "3"]}


def is_in_order(ran: Ran) -> None:
    """Success is silent on stderr; failure is exit code 2 and one line there, nothing on stdout."""
    if ran.code == 0:
        assert ran.err == ""
        assert ran.out
        return
    assert ran.code == 2, ran
    assert ran.out == ""
    assert ran.err.startswith("qloak: ")
    assert ran.err.count("\n") == 1
    assert len(ran.err.splitlines()) == 1
    assert "Traceback" not in ran.err
    assert "internal error" not in ran.err


@st.composite
def lines(draw):
    """A sound command line with one option that may not be."""
    command = draw(st.sampled_from(sorted(OPTIONS)))
    option = draw(st.sampled_from(sorted(OPTIONS[command])))
    value = draw(OPTIONS[command][option] | TEXT)
    words = [
        w for pair in zip(SOUND[command][::2], SOUND[command][1::2], strict=True) if pair[0] != option for w in pair
    ]
    return [command, *words, f"{option}={value}"]


@pytest.fixture(autouse=True)
def _somewhere_empty(tmp_path_factory, monkeypatch):
    """Names of files lead nowhere."""
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))


@settings(max_examples=150)
@given(lines())
def test_any_value_of_any_option(line):
    is_in_order(qloak(*line))


@settings(max_examples=60)
@given(lines())
def test_under_json_an_error_is_a_document(line):
    ran = qloak(*line, "--json", *(["--output=/dev/null"] if line[0] == "circuit" else []))
    document = ran.json()
    assert document["schema"].startswith("qloak.")
    if ran.code:
        assert document["schema"] == "qloak.error/1"
        assert ran.code == document["exit_code"] == 2
        is_in_order(Ran(ran.code, "", ran.err))


@settings(max_examples=80)
@given(st.lists(TEXT, max_size=4))
def test_any_words_at_all(words):
    ran = qloak(*words)
    if ran.code == 2 and "Usage:" in ran.out:  # `qloak` alone prints its help
        assert ran.err == ""
        return
    is_in_order(ran)


@settings(max_examples=40)
@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1e6, 1e6))
def test_any_finite_angles_are_a_state_that_comes_back(theta, phi):
    ran = qloak("demo", "--clones=2", f"--bloch={theta!r},{phi!r}", "--seed=1", "--json")
    assert ran.code == 0, ran
    steps = {step["step"]: step for step in json.loads(ran.out)["steps"]}
    assert abs(steps["redeem"]["fidelity"] - 1) < 1e-12
    assert steps["prepare"]["bloch"][0][2] == pytest.approx(math.cos(theta), abs=1e-9)
