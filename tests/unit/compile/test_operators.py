"""The operators of clones, against stim's tableau."""

from __future__ import annotations

import pytest
import stim

from qloak.compile.encoder import Encoder, PauliGate
from qloak.compile.operators import clone_operators, input_letters
from qloak.errors import IntegrityError
from tests.encoders import ENCODERS


def encoded(encoder: Encoder) -> stim.TableauSimulator:
    simulator = stim.TableauSimulator()
    simulator.do(encoder.to_stim())
    return simulator


@pytest.mark.parametrize("name", ENCODERS)
def test_each_operator_stabilizes_the_encoded_state(name: str):
    encoder = ENCODERS[name]
    at_reference = {letter: mine for mine, letter in input_letters(encoder).items()}
    simulator = encoded(encoder)
    for clone, found in clone_operators(encoder).items():
        for letter, mine, key in (("X", found.x_letter, found.x_key), ("Z", found.z_letter, found.z_key)):
            string = stim.PauliString({encoder.reference: at_reference[letter], clone: mine, **key})
            assert simulator.peek_observable_expectation(string) != 0


@pytest.mark.parametrize("letters", ["XX", "XY", "YX", "YY"])
def test_the_first_gate_correlates_reference_and_source_as_said(letters: str):
    encoder = Encoder(0, 1, (PauliGate(0, 1, letters), PauliGate(1, 2, "XX")), (1,), (2,))
    simulator = stim.TableauSimulator()
    simulator.do(stim.CircuitInstruction(encoder.gates[0].stim_name, (0, 1)))
    found = input_letters(encoder)
    assert sorted(found) == sorted(found.values()) == ["X", "Y", "Z"]
    for mine, its in found.items():
        assert simulator.peek_observable_expectation(stim.PauliString(mine + its)) != 0


def test_a_first_gate_that_does_not_entangle_is_refused():
    encoder = Encoder(0, 1, (PauliGate(0, 1, "ZX"),), (1,), ())
    with pytest.raises(IntegrityError, match="does not entangle"):
        input_letters(encoder)


def test_clones_without_a_key_are_refused():
    encoder = Encoder(0, 1, (PauliGate(0, 1, "XX"), PauliGate(1, 2, "XX")), (1, 2), ())
    with pytest.raises(IntegrityError, match="maximally mixed"):
        clone_operators(encoder)


def test_a_clone_that_the_key_does_not_open_is_refused():
    """Two pairs beside each other: the second clone has no part in the input."""
    gates = (PauliGate(0, 1, "XX"), PauliGate(2, 3, "XX"))
    encoder = Encoder(0, 1, gates, (1, 2), (3,))
    with pytest.raises(IntegrityError, match="does not open the clone on qubit 2"):
        clone_operators(encoder)


def test_conflicts_are_where_the_letters_differ():
    found = clone_operators(ENCODERS["one unit"])
    assert {clone: operators.conflicts for clone, operators in found.items()} == {138: (), 149: (), 148: (150, 151)}
