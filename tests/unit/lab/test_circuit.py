"""Circuits as documents."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest
import stim

from qloak.circuits import circuit_metrics, encryption_circuit
from qloak.circuits.formats import from_qasm
from qloak.core import EncryptedCloning, IteratedCloning
from qloak.errors import LimitError, UnknownNameError, UsageError
from qloak.lab.circuit import CircuitChoice, build_circuit, circuit_document, circuit_report
from tests.flows import carries


@pytest.mark.parametrize("method", ["unitary", "measured"])
@pytest.mark.parametrize("n", [2, 3, 8])
def test_report_holds_the_circuit_in_every_form(n, method):
    found = json.loads(json.dumps(circuit_report(n, CircuitChoice("roundtrip", "S2", method))))
    assert (found["schema"], found["clones"], found["clone"]) == ("qloak.circuit/1", n, "S2")
    assert found["qubits"] == ["A", *(f"S{i}" for i in range(1, n + 1)), *(f"N{i}" for i in range(1, n + 1))]
    if method == "unitary":
        assert found["two_qubit_gates"] == n + 4 * n + 2 * n + 1
        assert carries(from_qasm(found["qasm3"]), 0, 2)
    else:
        assert found["two_qubit_gates"] == n + 4 * n + n // 2
        assert "if" in found["qasm3"]
    assert ElementTree.fromstring(found["svg"]).get("aria-label") == f"encrypted cloning, n = {n}: roundtrip, clone S2"


def test_gates_are_the_circuit_in_its_order():
    found = circuit_report(4, CircuitChoice("roundtrip", "S1", "measured"))
    built = build_circuit(EncryptedCloning(4), CircuitChoice("roundtrip", "S1", "measured")).circuit
    numbers = {name: number for number, name in enumerate(found["qubits"])}
    again = stim.Circuit()
    for gate in found["gates"]:
        targets = [numbers[name] for name in gate["qubits"]]
        for outcome in gate.get("outcomes", ()):
            targets.insert(0, stim.target_rec(outcome - 4))
        again.append(gate["name"], targets)
    assert again == built


def test_layers_are_as_early_as_qubits_and_outcomes_allow():
    found = circuit_report(2, CircuitChoice("roundtrip", "S1", "measured"))
    seen: dict[str, int] = {}
    known: dict[int, int] = {}
    for gate in found["gates"]:
        before = [seen.get(name, -1) for name in gate["qubits"]] + [known[each] for each in gate.get("outcomes", ())]
        assert gate["layer"] == max(before) + 1
        seen |= dict.fromkeys(gate["qubits"], gate["layer"])
        if "outcome" in gate:
            known[gate["outcome"]] = gate["layer"]
    assert found["layers"] == max(seen.values()) + 1


def test_document_counts_what_the_circuit_has():
    for scheme in (EncryptedCloning(5), IteratedCloning(2, 1)):
        built = build_circuit(scheme, CircuitChoice("encrypt"))
        assert built.circuit == encryption_circuit(scheme)
        metrics = circuit_metrics(built.circuit)
        document = circuit_document(built)
        assert document["two_qubit_gates"] == metrics.two_qubit_gates
        assert "clone" not in document


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: CircuitChoice("nowhere"), UsageError),
        (lambda: CircuitChoice(method="magic"), UsageError),
        (lambda: CircuitChoice(frame="magic"), UsageError),
        (lambda: circuit_report(1, CircuitChoice()), UsageError),
        (lambda: circuit_report(31, CircuitChoice()), LimitError),
        (lambda: circuit_report(3, CircuitChoice(clone="A")), UnknownNameError),
    ],
)
def test_what_cannot_be_built_is_refused(make, error):
    with pytest.raises(error):
        make()
