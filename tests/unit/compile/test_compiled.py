"""What the compiler hands out."""

from __future__ import annotations

import json

import numpy as np
import pytest

from qloak.analysis import pauli_channel
from qloak.compile.compiled import CompiledCircuit, encryption_circuit
from qloak.compile.encoder import Encoder, PauliGate
from qloak.compile.verify_circuit import verify_compiled
from qloak.errors import IntegrityError, UnknownNameError, UsageError
from tests.encoders import ENCODERS, KINGSTON


@pytest.fixture(scope="module")
def compiled() -> CompiledCircuit:
    return CompiledCircuit.of(ENCODERS["two units"], KINGSTON, num_clones=4, clone="S3")


def test_the_answer_has_every_field_of_its_schema(compiled: CompiledCircuit):
    answer = json.loads(json.dumps(compiled.to_json()))
    assert answer["schema"] == "qloak.compile/1"
    assert (answer["clones"], answer["clone"], answer["method"]) == (4, "S3", "measured")
    assert (answer["two_qubit_layers"], answer["two_qubit_gates"], answer["device_qubits"]) == (5, 14, 10)
    assert answer["layout"] == {
        "reference": 108,
        "source": 109,
        "clones": {"S1": 118, "S2": 111, "S3": 98, "S4": 89},
        "spare": [88],
        "key": [109, 110, 91, 90],
    }
    assert answer["flows_verified"] is True
    values = list(answer["fidelities"].values())
    assert answer["fidelity"] == {"min": min(values), "mean": pytest.approx(np.mean(values)), "max": max(values)}
    assert answer["predicted_entanglement_fidelity"] == answer["fidelities"]["S3"]


def test_the_noisy_circuit_reproduces_the_prediction(compiled: CompiledCircuit):
    predicted = compiled.to_json()["predicted_entanglement_fidelity"]
    assert pauli_channel(compiled.noisy()).entanglement_fidelity == pytest.approx(predicted, abs=1e-12)


def test_the_circuit_is_verified_and_ends_on_the_clone(compiled: CompiledCircuit):
    verify_compiled(compiled.circuit, KINGSTON)
    assert compiled.qubit == 98
    assert "X108*X98" in str(compiled.circuit)


def test_the_unitary_method_measures_nothing():
    compiled = CompiledCircuit.of(ENCODERS["one unit"], KINGSTON, num_clones=3, method="unitary")
    assert compiled.circuit.num_measurements == 2
    assert compiled.estimates[compiled.qubit].budget["key readout"] == 0


def test_the_encoder_alone_is_unitary_and_native():
    circuit = encryption_circuit(ENCODERS["two units"])
    assert circuit.num_measurements == 0
    assert {instruction.name for instruction in circuit} <= {"CZ", "SQRT_X", "S", "Z", "S_DAG", "X"}
    assert sum(len(each.target_groups()) for each in circuit if each.name == "CZ") == 14


@pytest.mark.parametrize("clone", ["S5", "S0", "A", "s1", ""])
def test_an_unknown_clone_is_refused(clone: str):
    with pytest.raises(UnknownNameError, match="S1 to S4"):
        CompiledCircuit.of(ENCODERS["two units"], KINGSTON, num_clones=4, clone=clone)


@pytest.mark.parametrize("num_clones", [0, 6])
def test_more_clones_than_there_are_are_refused(num_clones: int):
    with pytest.raises(UsageError, match="1 to 5 clones"):
        CompiledCircuit.of(ENCODERS["two units"], KINGSTON, num_clones=num_clones)


def test_what_does_not_encrypt_is_not_handed_out():
    bell = Encoder(152, 151, (PauliGate(152, 151, "XX"),), (151,), ())
    with pytest.raises(IntegrityError, match="alone knows something"):
        CompiledCircuit.of(bell, KINGSTON, num_clones=1)
