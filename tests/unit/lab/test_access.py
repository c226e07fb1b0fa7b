"""What a set reveals, and what would recover the state."""

from __future__ import annotations

import json
from itertools import combinations

import pytest

from qloak.circuits import encryption_circuit
from qloak.circuits.formats import from_qasm
from qloak.core import EncryptedCloning, classify, parse_holding
from qloak.errors import LimitError, UnknownNameError, UsageError
from qloak.lab.access import access_document, access_report, counts_document
from tests.flows import carries


def test_the_documented_example():
    found = access_report(3, "S1,N2,N3")
    assert (found["schema"], found["class"], list(found["leaks"])) == ("qloak.access/1", "partial", ["Y"])
    assert found["sentence"] == (
        "S1, N2 and N3: whoever holds them together reads the Y component of the state and nothing else."
    )
    assert found["recovery"] is None


@pytest.mark.parametrize(
    ("holding", "sentence"),
    [
        ("", "No qubit at all learns nothing about the state."),
        ("N2", "N2 learns nothing about the state."),
        ("S1 N1", "S1 and N1: whoever holds them together learns nothing about the state."),
        ("A,S1,N1", "A, S1 and N1: whoever holds them together recovers the state exactly."),
    ],
)
def test_sentences(holding, sentence):
    assert access_report(4, holding)["sentence"] == sentence


@pytest.mark.parametrize("n", [2, 3, 4])
def test_additions_are_the_smallest_that_recover_the_state(n):
    scheme = EncryptedCloning(n)
    names = [scheme.qubits.name(q) for q in range(2 * n + 1)]
    for size in range(n + 2):
        for held in list(combinations(names, size))[::3]:
            found = access_report(n, ",".join(held))
            if found["class"] == "authorized":
                assert found["additions"] == []
                continue
            rest = [name for name in names if name not in held]
            for count in range(1, 4):
                opening = [
                    set(more) for more in combinations(rest, count) if classify(scheme, [*held, *more]).authorized
                ]
                if opening:
                    break
            shown = [set(added) for added in found["additions"]]
            assert shown
            assert all(added in opening for added in shown), held
            if count < 3 and not found["more_additions"]:
                assert len(shown) == len(opening)


def test_many_additions_are_cut_short():
    found = access_report(30, "A")
    assert len(found["additions"]) == 24
    assert found["more_additions"]


@pytest.mark.parametrize(("n", "holding"), [(2, "S1,N*"), (3, "A,S2,N2"), (5, "S1,N1,S2,N3,N4,N5"), (30, "S7,N*")])
def test_recovery_recovers(n, holding):
    found = access_report(n, holding)["recovery"]
    scheme = EncryptedCloning(n)
    output = int(scheme.qubits.indices([found["output"]])[0])
    assert carries(encryption_circuit(scheme) + from_qasm(found["qasm3"]), 0, output)
    held = {scheme.qubits.name(int(q)) for q in parse_holding(scheme.qubits, holding)}
    assert set(found["uses"]) <= held
    assert found["svg"].startswith("<svg")


def test_counts_are_those_of_the_reference():
    assert counts_document(EncryptedCloning(3))["counts"] == {"authorized": 60, "partial": 8, "uninformative": 60}
    json.dumps(counts_document(EncryptedCloning(30)))


def test_large_holdings_are_told_in_part():
    scheme = EncryptedCloning(2000)
    found = access_document(scheme, parse_holding(scheme.qubits, "S*"))
    assert (found["holding_size"], found["holding_truncated"], len(found["holding"])) == (2000, True, 1000)


@pytest.mark.parametrize(
    ("n", "holding", "error"),
    [(1, "S1", UsageError), (31, "S1", LimitError), (3, "S4", UnknownNameError), (3, "A,A", UsageError)],
)
def test_what_cannot_be_held_is_refused(n, holding, error):
    with pytest.raises(error):
        access_report(n, holding)
