"""Prepare, encrypt, lose, decrypt."""

from __future__ import annotations

import json
import math

import pytest

from qloak.errors import LimitError, UnknownNameError, UsageError
from qloak.lab.story import StoryChoice, story_document

STATE = StoryChoice(1.1, -0.4)
STEPS = ["prepare", "encrypt", "lose", "decrypt"]


def bloch(document, step, name):
    (found,) = [each for each in document["steps"] if each["step"] == step]
    return {qubit["name"]: qubit for qubit in found["qubits"]}[name]


def told(n, lost="", clone="S1", method="unitary"):
    document = story_document(n, StoryChoice(1.1, -0.4, clone, method, lost))
    return json.loads(json.dumps(document, allow_nan=False))


@pytest.mark.parametrize("method", ["unitary", "measured"])
@pytest.mark.parametrize("n", [2, 3, 6, 30])
def test_the_state_comes_back_from_one_clone(n, method):
    document = told(n, ",".join(f"S{i}" for i in range(2, n + 1)), method=method)
    assert [step["step"] for step in document["steps"]] == STEPS
    expected = [math.sin(1.1) * math.cos(0.4), -math.sin(1.1) * math.sin(0.4), math.cos(1.1)]
    assert document["bloch"] == pytest.approx(expected)
    assert bloch(document, "prepare", "A")["bloch"] == pytest.approx(expected)
    assert bloch(document, "prepare", "A")["purity"] == pytest.approx(1)
    for name in ("A", "S1", "N1"):
        assert bloch(document, "encrypt", name)["bloch"] == [0, 0, 0]
        assert bloch(document, "encrypt", name)["purity"] == 0.5
    assert bloch(document, "lose", "S2") == {
        "name": "S2",
        "role": "signal",
        "status": "lost",
        "bloch": None,
        "purity": None,
    }
    assert bloch(document, "decrypt", "S1")["bloch"] == pytest.approx(expected)
    assert bloch(document, "decrypt", "N1")["status"] == ("measured" if method == "measured" else "held")
    assert document["recovery"]["output"] == "S1"
    assert document["recovery"]["state_fidelity"] == pytest.approx(1)


def test_the_source_is_a_clone_where_n_is_even():
    assert told(4, "S1,S2,S3,S4", "A")["recovery"]["output"] == "A"
    with pytest.raises(UnknownNameError, match="odd n"):
        told(3, clone="A")


def test_a_lost_key_qubit_is_made_up_for_by_a_clone():
    recovery = told(3, "A,N2")["recovery"]
    assert (recovery["recovered"], recovery["how"]) == (True, "recovered from what is left")
    assert recovery["state_fidelity"] == pytest.approx(1)


def test_too_much_lost_is_said_with_what_the_rest_shows():
    # Reference: n = 3 without A, all pairs half, one signal: the Y component is readable, nothing else.
    recovery = told(3, "A,S2,S3,N1")["recovery"]
    assert recovery == {
        "recovered": False,
        "output": None,
        "how": "not enough is left",
        "class": "partial",
        "leaks": ["Y"],
    }
    assert told(4, "N*")["recovery"]["recovered"]  # A and all signals need no key
    assert not told(4, "A,N1,S1")["recovery"]["recovered"]


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: StoryChoice(math.nan, 0), UsageError),
        (lambda: StoryChoice(0, 1e9), UsageError),
        (lambda: StoryChoice(0, 0, method="magic"), UsageError),
        (lambda: story_document(1, STATE), UsageError),
        (lambda: story_document(31, STATE), LimitError),
        (lambda: told(3, "Q1"), UnknownNameError),
        (lambda: told(3, "S1,S1"), UsageError),
        (lambda: told(3, clone="S4"), UnknownNameError),
    ],
)
def test_what_cannot_be_told_is_refused(make, error):
    with pytest.raises(error):
        make()
