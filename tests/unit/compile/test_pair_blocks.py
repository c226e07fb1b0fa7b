"""Merging and cancelling gates on pairs."""

from __future__ import annotations

from collections import Counter

import pytest
import stim
from hypothesis import given
from hypothesis import strategies as st

from qloak.compile.pair_blocks import MergedCircuit, merge_pairs, simplify_pairs
from qloak.errors import ProgramError

_QUBITS = 4


@st.composite
def _circuits(draw: st.DrawFn) -> stim.Circuit:
    circuit = stim.Circuit(f"I {_QUBITS - 1}")
    for _ in range(draw(st.integers(0, 25))):
        if draw(st.booleans()):
            circuit.append(draw(st.sampled_from(["H", "S", "SQRT_X", "X", "C_XYZ"])), [draw(st.integers(0, 3))])
        else:
            pair = draw(st.permutations(range(_QUBITS)))[:2]
            circuit.append(draw(st.sampled_from(["CX", "CZ", "SWAP", "YCX", "ISWAP"])), pair)
    return circuit


def _written(merged: MergedCircuit) -> stim.Circuit:
    circuit = stim.Circuit(f"I {_QUBITS - 1}")
    for gate in merged.gates:
        circuit.append(gate.stim_name, gate.qubits)
    return circuit


def _assert_same_up_to_paulis(merged: MergedCircuit, circuit: stim.Circuit) -> None:
    """Every Pauli at the end, taken back through gates and letters, is what the circuit takes it back to."""
    whole = circuit.to_tableau().inverse()
    gates = _written(merged).to_tableau().inverse()
    for qubit in range(_QUBITS):
        letters = merged.letters.get(qubit, "XYZ")
        for letter, image in zip("XYZ", letters, strict=True):
            expected = whole(stim.PauliString({qubit: letter}) + stim.PauliString(_QUBITS - 1 - qubit))
            found = gates(stim.PauliString({qubit: image}) + stim.PauliString(_QUBITS - 1 - qubit))
            assert str(found)[1:] == str(expected)[1:]


@given(_circuits())
def test_merging_keeps_the_circuit(circuit: stim.Circuit):
    _assert_same_up_to_paulis(merge_pairs(circuit), circuit)


@given(_circuits())
def test_simplifying_keeps_the_circuit_and_never_adds_gates(circuit: stim.Circuit):
    simplified = simplify_pairs(circuit)
    _assert_same_up_to_paulis(simplified, circuit)
    assert len(simplified.gates) <= len(merge_pairs(circuit).gates)


def test_two_qubit_cliffords_take_the_least_number_of_gates():
    """Of the 720 up to Paulis, 36 are local, 36 are SWAP times local; the classes of CZ and iSWAP have 324 each."""
    counts = Counter(len(merge_pairs(each.to_circuit()).gates) for each in stim.Tableau.iter_all(2, unsigned=True))
    assert counts == {0: 36, 1: 324, 2: 324, 3: 36}


def test_equal_gates_cancel_across_gates_that_commute_with_them():
    assert len(simplify_pairs(stim.Circuit("CX 0 1\nCX 2 1\nCX 0 3\nCX 0 1")).gates) == 2


def test_equal_gates_stay_where_something_in_between_does_not_commute():
    assert len(simplify_pairs(stim.Circuit("CX 0 1\nCZ 2 1\nCX 0 1")).gates) == 3


def test_gates_on_a_pair_merge_only_while_no_other_gate_intervenes():
    assert len(merge_pairs(stim.Circuit("CX 0 1\nCX 1 0")).gates) == 2
    assert len(merge_pairs(stim.Circuit("CX 0 1\nCX 1 2\nCX 0 1")).gates) == 3


def test_one_qubit_gates_leave_letters_only():
    merged = merge_pairs(stim.Circuit("H 0\nS 1\nTICK"))
    assert merged.gates == ()
    assert dict(merged.letters) == {0: "ZYX", 1: "YXZ"}


@pytest.mark.parametrize("text", ["M 0", "DEPOLARIZE1(0.1) 0", "M 0\nCX rec[-1] 1", "MPP X0*X1"])
def test_what_is_no_gate_is_refused(text: str):
    with pytest.raises(ProgramError, match="Clifford gates"):
        merge_pairs(stim.Circuit(text))
