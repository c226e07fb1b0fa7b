"""The measured inverse of one unit: which operators of the key the recorded parities are."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.circuits.measure_key import measured_step
from qloak.core import EncryptedCloning

SIZES = tuple(range(2, 11))


def key_parts(n: int, slot: int) -> dict[str, dict[int, str]]:
    """The logical X and Y of clone and key without their letter on the clone, as the theory has them."""
    noises = range(n + 1, 2 * n + 1)
    if slot == 0:
        return {"X": dict.fromkeys(noises, "Y"), "Y": dict.fromkeys(noises, "Z")}
    own = n + slot
    if n % 2:
        return {"X": dict.fromkeys(noises, "X") | {own: "Y"}, "Y": dict.fromkeys(noises, "Y") | {own: "I"}}
    return {"X": dict.fromkeys(noises, "X") | {own: "Z"}, "Y": dict.fromkeys(noises, "Y") | {own: "X"}}


def letters_on_the_clone(n: int, slot: int) -> dict[str, str]:
    if slot == 0:
        return {"X": "Z", "Y": "X"}
    return {"X": "Z", "Y": "Y"} if n % 2 else {"X": "Y", "Y": "Z"}


CASES = [(n, int(slot)) for n in SIZES for slot in EncryptedCloning(n).clones]


@pytest.mark.parametrize(("n", "slot"), CASES)
class TestParities:
    def test_are_the_key_parts_of_the_logical_operators(self, n, slot):
        """A Z is due by the outcome of X's key part, an X by those of X and Y together."""
        (step,) = EncryptedCloning(n).steps(slot)
        measured = measured_step(step, slot)
        circuit, frame = measured.circuit.to_stim(), measured.frame
        records = {"X": frame.z_records, "Y": np.setxor1d(frame.x_records, frame.z_records)}
        for letter, operator in key_parts(n, slot).items():
            flows = [
                stim.Flow(input=sign * stim.PauliString(operator), measurements=[int(r) for r in records[letter]])
                for sign in (1, -1)
            ]
            # The sign is the circuit's business; that it is right shows where the state comes back.
            assert [circuit.has_flow(f) for f in flows].count(True) == 1

    def test_the_clifford_takes_the_clones_letters_to_x_and_y(self, n, slot):
        (step,) = EncryptedCloning(n).steps(slot)
        gate = stim.gate_data(measured_step(step, slot).clifford).tableau
        for letter, on_clone in letters_on_the_clone(n, slot).items():
            assert str(gate(stim.PauliString(on_clone)))[1] == letter

    def test_another_carrier_changes_nothing_but_the_carrier(self, n, slot):
        (step,) = EncryptedCloning(n).steps(slot)
        here, there = (measured_step(step, carrier).circuit.to_stim() for carrier in (slot, 99))
        renamed = stim.Circuit()
        for gate in here:
            renamed.append(gate.name, [99 if t.value == slot else t.value for t in gate.targets_copy()])
        assert there == renamed
