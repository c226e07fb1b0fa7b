"""The paper's circuits before they are placed."""

from __future__ import annotations

from itertools import product

import pytest
import stim

from qloak.compile.baseline_circuit import ladder_circuit
from qloak.errors import UsageError
from qloak.experiments.ladders import LogicalCircuit, chain, ghz_register, num_leaves, partial_tree
from qloak.experiments.measured import measured


def expectation(circuit: LogicalCircuit, letters: str) -> int:
    simulator = stim.TableauSimulator()
    simulator.do(sum(circuit.stages, stim.Circuit()))
    pauli = {end: letter for end, letter in zip(circuit.ends, letters, strict=True) if letter != "_"}
    return simulator.peek_observable_expectation(stim.PauliString(pauli))


@pytest.mark.parametrize("n", [2, 3, 4, 7, 15])
def test_a_chain_of_no_further_levels_is_the_baseline(n: int):
    whole = sum(chain(n).stages, stim.Circuit())
    assert whole.to_tableau() == ladder_circuit(n).to_tableau()


@pytest.mark.parametrize(
    "circuit",
    [
        chain(2, 1),
        chain(2, 6),
        chain(3, 2),
        chain(4, 3),
        partial_tree(2, 1),
        partial_tree(2, 2),
        partial_tree(2, 2, extra=11),
        partial_tree(2, 2, extra=25, decrypt_extra=True),
        partial_tree(3, 1, extra=2),
        partial_tree(3, 1, extra=9, decrypt_extra=True),
        ghz_register(1),
        ghz_register(2),
        ghz_register(7),
    ],
    ids=lambda circuit: f"{circuit.num_qubits} qubits",
)
def test_the_wanted_state_comes_back(circuit: LogicalCircuit):
    assert [abs(expectation(circuit, check)) for check in circuit.checks] == [1] * len(circuit.checks)


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("other", [0, 1, 2])
def test_without_decryption_reference_and_any_qubit_are_uncorrelated(n: int, other: int):
    circuit = chain(n).encrypted_only(other)
    assert all(expectation(circuit, a + b) == 0 for a, b in product("XYZ", repeat=2))


def test_a_bell_measurement_reads_zeros():
    circuit = chain(3).with_bell_measurement()
    assert [expectation(circuit, check) for check in circuit.checks] == [1, 1]


def test_sizes_are_those_of_the_paper():
    rows = measured()
    assert [chain(row["num_clones"], row["levels"]).num_qubits for row in rows["chain"]] == [
        row["qubits"] for row in rows["chain"]
    ]
    trees = {
        "0": partial_tree(2, 0),
        "1": partial_tree(2, 1),
        "2": partial_tree(2, 2),
        "2*": partial_tree(2, 2, extra=11),
        "3": partial_tree(2, 2, extra=25, decrypt_extra=True),
    }
    for row in rows["tree"]:
        assert (trees[row["label"]].num_qubits, trees[row["label"]].clones) == (row["qubits"], row["clones"])
    for row in rows["ghz"]:
        assert ghz_register(row["size"]).num_qubits == 5 * row["size"]
    assert [num_leaves(row["num_clones"], row["levels"]) for row in rows["chain"]] == [
        row["clones"] for row in rows["chain"]
    ]


@pytest.mark.parametrize(
    ("build", "word"),
    [
        (lambda: chain(1), "clones"),
        (lambda: chain(2, -1), "levels"),
        (lambda: chain(2, 13), "levels"),
        (lambda: chain(2, True), "levels"),
        (lambda: partial_tree(2, 1, extra=10), "extra"),
        (lambda: partial_tree(2, 1, extra=-1), "extra"),
        (lambda: partial_tree(2, 1, extra=9), "extra"),
        (lambda: partial_tree(2, 1, decrypt_extra=True), "extra"),
        (lambda: ghz_register(0), "size"),
        (lambda: ghz_register(101), "size"),
    ],
)
def test_impossible_sizes_are_refused(build, word: str):
    with pytest.raises(UsageError, match=word):
        build()
