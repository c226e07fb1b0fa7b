"""Decoding by a few gates and then measurements."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
import stim

from qloak.compile.encoder import PauliGate, layers_of
from qloak.compile.estimate import clone_fidelities
from qloak.compile.mixed import mixed_readout
from qloak.compile.operators import clone_operators
from qloak.compile.verify_circuit import verify_decoders
from tests.encoders import ENCODERS, KINGSTON, SMALL

METHODS = ("measured", "mixed")


@pytest.mark.parametrize("name", SMALL)
def test_every_clone_comes_back(name: str):
    verify_decoders(ENCODERS[name], KINGSTON, method="mixed")


@pytest.mark.parametrize("name", SMALL)
def test_no_clone_is_worse_than_by_measuring_alone(name: str):
    measured, mixed = (clone_fidelities(ENCODERS[name], KINGSTON.device, method=method) for method in METHODS)
    assert all(mixed[clone] >= measured[clone] for clone in measured)
    assert sum(mixed.values()) > sum(measured.values())


def test_only_clone_and_key_meet():
    encoder = ENCODERS["two units"]
    for clone in encoder.clones:
        readout = mixed_readout(encoder, clone, KINGSTON)
        for gate in readout.gates:
            assert set(gate.qubits) <= {clone, *encoder.key}
            assert KINGSTON.couples(*gate.qubits)
        assert clone not in dict(readout.measurements)


def test_layers_are_limited():
    encoder = ENCODERS["one unit"]
    for limit in (6, 7, 9):
        readout = mixed_readout(encoder, 138, KINGSTON, max_layers=limit)
        assert max(layers_of([*encoder.gates, *readout.gates])) <= limit


def test_with_layers_to_spare_a_unit_is_opened_without_any_readout():
    """The coupled key and clone of a unit take three gates, cheaper on this device than two readouts."""
    readout = mixed_readout(ENCODERS["one unit"], 138, KINGSTON, max_layers=9)
    assert readout.measurements == ()


def test_operators_behind_a_gate_are_those_of_stim():
    found = clone_operators(ENCODERS["two units"])[88]
    support = [found.clone, *found.key_qubits]
    for a, b in pairwise(support):
        for letters in map("".join, product("XYZ", repeat=2)):
            gate = PauliGate(a, b, letters)
            after = found.after(gate)
            for letter, key, new_letter, new_key in (
                (found.x_letter, found.x_key, after.x_letter, after.x_key),
                (found.z_letter, found.z_key, after.z_letter, after.z_key),
            ):
                moved = stim.PauliString({found.clone: letter, **key}).after(
                    stim.CircuitInstruction(gate.stim_name, gate.qubits)
                )
                own = {} if new_letter == "I" else {found.clone: new_letter}
                assert {q: "IXYZ"[moved[q]] for q in moved.pauli_indices()} == {**own, **new_key}
