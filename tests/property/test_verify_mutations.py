"""The verifier rejects a changed encoder exactly when the change breaks a property, as dense states say."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qloak.compile.encoder import Encoder, PauliGate
from qloak.compile.verify import verify_encoder
from qloak.errors import IntegrityError, UsageError
from tests.encoders import ENCODERS, KINGSTON

NAMES = ["one unit", "one unit, shallow", "two units"]
PAULIS = {"X": np.array([[0, 1], [1, 0]]), "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1])}


def accepted(encoder: Encoder) -> bool:
    try:
        verify_encoder(encoder, KINGSTON)
    except IntegrityError:
        return False
    return True


class Dense:
    """The encoded state as a tensor with one axis for each qubit."""

    def __init__(self, encoder: Encoder) -> None:
        self.axes = {qubit: axis for axis, qubit in enumerate(encoder.qubits)}
        self.state = np.zeros((2,) * len(self.axes), dtype=np.complex128)
        self.state[(0,) * len(self.axes)] = 1
        for gate in encoder.gates:
            p = self.times(self.state, gate.a, gate.letters[0])
            q = self.times(self.state, gate.b, gate.letters[1])
            self.state = (self.state + p + q - self.times(p, gate.b, gate.letters[1])) / 2

    def times(self, state: np.ndarray, qubit: int, letter: str) -> np.ndarray:
        axis = self.axes[qubit]
        return np.moveaxis(np.tensordot(PAULIS[letter], state, axes=(1, axis)), 0, axis)

    def entropy(self, qubits: list[int]) -> float:
        """In bits, from singular values."""
        front = [self.axes[qubit] for qubit in qubits]
        matrix = np.moveaxis(self.state, front, range(len(front))).reshape(2 ** len(front), -1)
        weights = np.linalg.svd(matrix, compute_uv=False) ** 2
        weights = weights[weights > 1e-12]
        return float(-(weights * np.log2(weights)).sum())


def works(encoder: Encoder) -> bool:
    """All properties, from dense states: couplers, secrecy, recovery, and the reference's one gate."""
    if any(not KINGSTON.couples(*gate.qubits) for gate in encoder.gates):
        return False
    dense = Dense(encoder)
    reference, key = [encoder.reference], list(encoder.key)

    def information(qubits: list[int]) -> int:
        return round(dense.entropy(reference) + dense.entropy(qubits) - dense.entropy(reference + qubits))

    outputs = [qubit for qubit in encoder.qubits if qubit not in (encoder.reference, *encoder.key)]
    return (
        round(dense.entropy(key)) == len(key)
        and information(key) == 0
        and all(information([clone, *key]) == 2 for clone in encoder.clones)
        and all(information([output]) == 0 for output in outputs)
        and all(information([other for other in outputs if other != output]) == 0 for output in outputs)
    )


def dropped(gates: tuple[PauliGate, ...], place: int) -> tuple[PauliGate, ...]:
    return gates[:place] + gates[place + 1 :]


@settings(max_examples=60)
@given(st.sampled_from(NAMES), st.data())
def test_a_dropped_gate(name: str, data: st.DataObject):
    encoder = ENCODERS[name]
    place = data.draw(st.integers(1, len(encoder.gates) - 1))
    changed = replace(encoder, gates=dropped(encoder.gates, place))
    assert accepted(changed) == works(changed)


@settings(max_examples=60)
@given(st.sampled_from(NAMES), st.data())
def test_other_letters(name: str, data: st.DataObject):
    encoder = ENCODERS[name]
    gates = list(encoder.gates)
    for place in data.draw(st.lists(st.integers(1, len(gates) - 1), min_size=1, max_size=3)):
        letters = data.draw(st.sampled_from([a + b for a in "XYZ" for b in "XYZ"]))
        gates[place] = replace(gates[place], letters=letters)
    changed = replace(encoder, gates=tuple(gates))
    assert accepted(changed) == works(changed)


@settings(max_examples=60)
@given(st.sampled_from(NAMES), st.data())
def test_another_order(name: str, data: st.DataObject):
    encoder = ENCODERS[name]
    gates = (encoder.gates[0], *data.draw(st.permutations(encoder.gates[1:])))
    changed = replace(encoder, gates=gates)
    assert accepted(changed) == works(changed)


@settings(max_examples=60)
@given(st.sampled_from(NAMES), st.data())
def test_another_pair_of_qubits(name: str, data: st.DataObject):
    encoder = ENCODERS[name]
    place = data.draw(st.integers(1, len(encoder.gates) - 1))
    others = [qubit for qubit in encoder.qubits if qubit != encoder.reference]
    a, b = data.draw(st.lists(st.sampled_from(others), min_size=2, max_size=2, unique=True))
    gates = list(encoder.gates)
    gates[place] = PauliGate(a, b, gates[place].letters)
    changed = replace(encoder, gates=tuple(gates))
    assert accepted(changed) == works(changed)


@given(st.sampled_from(NAMES), st.data())
def test_the_reference_cannot_be_touched_again(name: str, data: st.DataObject):
    encoder = ENCODERS[name]
    place = data.draw(st.integers(0, len(encoder.gates)))
    again = PauliGate(encoder.reference, data.draw(st.sampled_from(encoder.clones)), "ZZ")
    try:
        changed = replace(encoder, gates=(*encoder.gates[:place], again, *encoder.gates[place:]))
    except UsageError:
        return
    assert not accepted(changed)


@settings(max_examples=40)
@given(st.sampled_from(NAMES), st.data())
def test_other_roles(name: str, data: st.DataObject):
    """Clones and key exchanged at will."""
    encoder = ENCODERS[name]
    order = data.draw(st.permutations([*encoder.clones, *encoder.key]))
    clones, key = tuple(order[: len(encoder.clones)]), tuple(order[len(encoder.clones) :])
    assume(set(key) != set(encoder.key))
    changed = replace(encoder, clones=clones, key=key)
    assert accepted(changed) == works(changed)


def test_most_single_mutations_are_physics_and_are_rejected():
    """Every gate of the units matters: none can be left out, whatever the size."""
    for name in ["one unit", "two units", "seven units"]:
        encoder = ENCODERS[name]
        for place in range(1, len(encoder.gates)):
            assert not accepted(replace(encoder, gates=dropped(encoder.gates, place)))
        swapped = 0
        for first, second in pairwise(range(1, len(encoder.gates))):
            gates = list(encoder.gates)
            gates[first], gates[second] = gates[second], gates[first]
            swapped += not accepted(replace(encoder, gates=tuple(gates)))
        assert swapped > 0
