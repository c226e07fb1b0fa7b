"""Exact experiments against sampling, and against density matrices."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt

import numpy as np
import pytest
import stim

from qloak.analysis import pauli_channel
from qloak.experiments.chsh import chsh_experiment
from qloak.experiments.control import control_experiment
from qloak.experiments.experiment import Row
from qloak.experiments.fidelity import fidelity_experiment
from qloak.experiments.ghz import ghz_experiment
from qloak.experiments.ladders import chain
from qloak.experiments.noisy import noisy_circuit
from qloak.experiments.routing import StageRouter
from tests.benches import bench, rows_of
from tests.encoders import KINGSTON

pytest.importorskip("qiskit")

SHOTS = 20_000
CHANCE = 1e-10
"""Of a false failure of one comparison; there are fewer than ten."""


def deviation(spans: Sequence[float]) -> float:
    """Hoeffding: the bound for a sum of means over SHOTS shots each, of variables with these ranges."""
    return sqrt(log(2 / CHANCE) * sum(span**2 for span in spans) / (2 * SHOTS))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Rows of an experiment by the exact engine and by stim."""
    cache = tmp_path_factory.mktemp("cache")

    def rows(build, **more) -> tuple[list[Row], list[Row]]:
        exact, sampled = bench(cache=cache, **more), bench("stim", cache=cache, shots=SHOTS, **more)
        return rows_of(build(exact)), rows_of(build(sampled))

    return rows


def test_fidelities_by_sampling(both):
    """By Bell measurement one frequency; by parity (P + chi)/2 with a span of 1/2 for each of three settings."""

    (exact,), (sampled,) = both(lambda bench: fidelity_experiment(bench, [2]))
    bell = sampled["paper_circuit"]["fidelity"] - exact["paper_circuit"]["fidelity"]
    assert abs(bell) < deviation([1])
    parity = sampled["parity"]["paper_circuit"]["fidelity"] - exact["parity"]["paper_circuit"]["fidelity"]
    assert abs(parity) < deviation([0.5, 0.5, 0.5])
    ours = exact["our_circuit"]
    low, high = ours["fidelity_min"], ours["fidelity_max"]
    assert low - deviation([0.5] * 3) < sampled["our_circuit"]["fidelity"] < high + deviation([0.5] * 3)


def test_chsh_by_sampling_in_every_order(both):
    """S = sqrt 2 (<ZZ> + <XX>): two settings, each with a span of 2 sqrt 2."""

    (exact,), (sampled,) = both(lambda bench: chsh_experiment(bench, [2]), transpiler_seeds=4)
    for order in (None, "reference-first", "clone-first"):
        one, other = (row if order is None else row[order] for row in (exact, sampled))
        found = other["paper_circuit"]["chsh"] - one["paper_circuit"]["chsh"]
        assert abs(found) < deviation([2 * sqrt(2)] * 2)


def test_registers_by_sampling(both):
    exact, sampled = both(lambda bench: ghz_experiment(bench, [1, 3]))
    for one, other, spans in zip(exact, sampled, ([0.5, 0.5], [1]), strict=True):
        for arm in ("paper_circuit", "our_circuit"):
            assert abs(one[arm]["fidelity"] - other[arm]["fidelity"]) < deviation(spans)


def test_without_the_key_nothing_is_seen(both):
    (exact,), (sampled,) = both(lambda bench: control_experiment(bench, [2]))
    assert exact["undecrypted"] == {"chsh": 0.0}
    assert abs(sampled["undecrypted"]["chsh"]) < deviation([2 * sqrt(2)] * 2)
    assert exact["decrypted"]["chsh"] > 2


PAULIS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
GATES = {
    "S": np.diag([1, 1j]),
    "S_DAG": np.diag([1, -1j]),
    "SQRT_X": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2,
    "X": PAULIS["X"],
    "Z": PAULIS["Z"],
    "CZ": np.diag([1, 1, 1, -1]),
}


class Density:
    """A density matrix of a few qubits as a tensor: row indices of all qubits, then column indices."""

    def __init__(self, qubits: Sequence[int]) -> None:
        self.place = {qubit: i for i, qubit in enumerate(qubits)}
        self.size = len(qubits)
        self.rho = np.zeros((2,) * (2 * self.size), dtype=complex)
        self.rho[(0,) * (2 * self.size)] = 1

    def conjugated(self, matrix: np.ndarray, qubits: Sequence[int]) -> np.ndarray:
        """U rho U^dagger."""
        rho, width = self.rho, len(qubits)
        for offset, factor in ((0, matrix), (self.size, matrix.conj())):
            axes = [self.place[qubit] + offset for qubit in qubits]
            tensor = factor.reshape((2,) * (2 * width))
            rho = np.moveaxis(np.tensordot(tensor, rho, (range(width, 2 * width), axes)), range(width), axes)
        return rho

    def mix(self, terms: Sequence[tuple[float, str]], qubits: Sequence[int]) -> None:
        """Paulis with probabilities, the identity with the rest."""
        rest = 1 - sum(p for p, _ in terms)
        total = rest * self.rho
        for p, letters in terms:
            matrix = PAULIS[letters[0]]
            for letter in letters[1:]:
                matrix = np.kron(matrix, PAULIS[letter])
            total = total + p * self.conjugated(matrix, qubits)
        self.rho = total

    def expectation(self, letters: dict[int, str]) -> float:
        rho = self.rho
        other = Density(list(self.place))
        other.rho = rho
        applied = rho
        for qubit, letter in letters.items():
            axis = self.place[qubit]
            applied = np.moveaxis(np.tensordot(PAULIS[letter], applied, (1, axis)), 0, axis)
        return float(np.trace(applied.reshape(2**self.size, 2**self.size)).real)


def test_the_papers_circuit_has_the_fidelity_of_its_density_matrix():
    """Six qubits of Kingston, n = 2, decrypted by gates; every channel applied as it stands."""
    physical = StageRouter(chain(2), KINGSTON).physical(0)
    assert physical is not None
    circuit = noisy_circuit(physical, KINGSTON.device)
    density = Density(sorted({q for o in physical.operations for q in (o.qubit, o.other) if q >= 0}))
    for instruction in circuit:
        name, arguments = instruction.name, instruction.gate_args_copy()
        if name == "MPP":
            break
        for group in instruction.target_groups():
            qubits = [target.value for target in group]
            if name == "DEPOLARIZE1":
                density.mix([(arguments[0] / 3, letter) for letter in "XYZ"], qubits)
            elif name == "DEPOLARIZE2":
                pairs = [a + b for a in "IXYZ" for b in "IXYZ"][1:]
                density.mix([(arguments[0] / 15, pair) for pair in pairs], qubits)
            elif name == "PAULI_CHANNEL_1":
                density.mix(list(zip(arguments, "XYZ", strict=True)), qubits)
            else:
                density.rho = density.conjugated(GATES[name], qubits)
    signs = {check: -1 if physical.is_flipped(check) else 1 for check in ("XX", "YY", "ZZ")}
    values = {
        check: sign * density.expectation(dict(zip(physical.ends, check, strict=True))) for check, sign in signs.items()
    }
    fidelity = (1 + values["XX"] - values["YY"] + values["ZZ"]) / 4
    assert fidelity == pytest.approx(pauli_channel(circuit).p_i, abs=1e-6)
    assert stim.Circuit(str(circuit)).num_observables == 2
