"""Clifford blocks: pulling operators back, telling inputs from fresh |0>s, collapsing, merging."""

from __future__ import annotations

import pytest
import stim

from qloak.simulators.block import Block


def block(circuit: str, *, inputs: dict[int, int], qubits: int = 3) -> Block:
    made = Block.identity(list(range(10, 10 + qubits)), inputs)
    made.do(stim.Circuit(circuit))
    return made


def pulled(made: Block, letters: dict[int, int], num_logical: int = 2) -> tuple[str, int | None]:
    logical, wire = made.split(made.pull_back(made.local(letters)), num_logical)
    return str(logical), wire


def test_local_strings():
    assert str(block("", inputs={}).local({2: 1, 0: 3})) == "+Z_X"


def test_nothing_has_happened_yet():
    assert pulled(block("", inputs={0: 1}), {0: 2}) == ("+_Y", None)


def test_operators_are_pulled_back_through_the_gates():
    """H maps Z to X, CX copies X from control to target."""
    made = block("H 0\nCX 0 1", inputs={0: 0})
    assert pulled(made, {0: 1, 1: 1}) == ("+Z_", None)
    assert pulled(made, {0: 3, 1: 3}) == ("+__", None)  # the fresh wire's own Z: fixed at +1
    assert pulled(made, {0: 3}) == ("+X_", None)


def test_signs_survive():
    assert pulled(block("X 0", inputs={0: 0}), {0: 3}) == ("-Z_", None)
    assert pulled(block("X 1", inputs={0: 0}), {1: 3}) == ("-__", None)


def test_an_operator_that_flips_a_fresh_wire_is_found_with_the_wire():
    assert pulled(block("", inputs={0: 0}), {2: 1})[1] == 2
    assert pulled(block("", inputs={0: 0}), {0: 1, 1: 2})[1] == 1


def test_pull_back_follows_later_gates():
    made = block("", inputs={0: 0})
    assert pulled(made, {0: 3}) == ("+Z_", None)
    made.do(stim.Circuit("H 0"))
    assert pulled(made, {0: 3}) == ("+X_", None)


@pytest.mark.parametrize("outcome", [False, True])
@pytest.mark.parametrize("letters", [{1: 3}, {2: 2}, {0: 2, 1: 2}])
def test_projection_fixes_the_outcome_and_keeps_what_commutes(letters, outcome):
    """A Bell pair of fresh wires, an input added to one half: what was random becomes certain."""
    made = block("H 1\nCX 1 2\nCX 0 1", inputs={0: 0})
    pauli = made.local(letters)
    _, wire = made.split(made.pull_back(pauli), 1)
    assert wire is not None
    kept = pulled(made, {1: 1, 2: 1}, 1)
    made.project(pauli, wire, outcome=outcome)
    assert pulled(made, letters, 1) == ("-_" if outcome else "+_", None)
    if made.local(letters).commutes(made.local({1: 1, 2: 1})):
        assert pulled(made, {1: 1, 2: 1}, 1) == kept == ("+_", None)


def test_merging_puts_the_other_block_behind():
    one, two = block("H 0", inputs={0: 0}, qubits=1), block("X 1\nCX 0 1", inputs={0: 1}, qubits=2)
    one.merge(two)
    assert one.qubits == [10, 10, 11]
    assert one.inputs == {0: 0, 1: 1}
    assert pulled(one, {0: 3}) == ("+X_", None)
    assert pulled(one, {1: 3, 2: 3}) == ("-__", None)
    assert pulled(one, {0: 1, 1: 3}) == ("+ZZ", None)
