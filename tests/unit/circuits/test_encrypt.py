"""Encryption circuits: what they cost, how deep they are, what they touch, that they undo themselves."""

from __future__ import annotations

import math

import pytest
import stim

from qloak.circuits import bell_pairs, circuit_metrics, encryption_circuit, inverse_encryption_circuit
from qloak.core import EncryptedCloning, IteratedCloning, Role
from tests.flows import carries, flow, from_zeros

SIZES = (*range(2, 18), 31, 32, 100)
TREES = [(2, 0), (2, 1), (2, 3), (3, 2), (4, 1)]


def touched(circuit: stim.Circuit) -> set[int]:
    return {target.value for gate in circuit for target in gate.targets_copy() if target.is_qubit_target}


@pytest.mark.parametrize("n", SIZES)
class TestBudget:
    def test_4n_two_qubit_gates_and_n_for_the_pairs(self, n):
        scheme = EncryptedCloning(n)
        assert circuit_metrics(encryption_circuit(scheme)).two_qubit_gates == 5 * n
        bare = circuit_metrics(encryption_circuit(scheme, bell_pairs=False))
        assert (bare.two_qubit_gates, bare.one_qubit_gates, bare.measurements) == (4 * n, 2, 0)

    def test_logarithmic_depth(self, n):
        """Each of the two rotations is a tree of ceil(log2(n + 1)) layers, gathered and undone; pairs take one."""
        scheme = EncryptedCloning(n)
        expected = 4 * math.ceil(math.log2(n + 1))
        assert circuit_metrics(encryption_circuit(scheme, bell_pairs=False)).two_qubit_layers <= expected
        assert circuit_metrics(encryption_circuit(scheme)).two_qubit_layers <= expected + 1

    def test_the_key_meets_its_partner_and_nothing_else(self, n):
        """Only the pairs' own gates touch it: it can be put away before the state arrives."""
        scheme = EncryptedCloning(n)
        noises = set(scheme.qubits.of_role(Role.NOISE).tolist())
        assert touched(encryption_circuit(scheme, bell_pairs=False)) == set(range(n + 1))
        partners = [
            (a.value, b.value)
            for gate in encryption_circuit(scheme)
            if gate.name == "CX"
            for a, b in gate.target_groups()
            if {a.value, b.value} & noises
        ]
        assert sorted(partners) == [(i, n + i) for i in range(1, n + 1)]


@pytest.mark.parametrize("n", (2, 3, 7, 100))
def test_pairs(n):
    circuit = bell_pairs(EncryptedCloning(n).unit)
    assert touched(circuit) == set(range(1, 2 * n + 1))
    prepared = from_zeros(circuit, 0)
    assert prepared.has_all_flows([flow({}, {i: p, n + i: p}) for i in range(1, n + 1) for p in "XZ"])


@pytest.mark.parametrize("n", SIZES)
def test_the_inverse_brings_back_state_and_pairs_without_the_key(n):
    scheme = EncryptedCloning(n)
    inverse = inverse_encryption_circuit(scheme)
    assert touched(inverse) == set(range(n + 1))
    both = encryption_circuit(scheme) + inverse
    assert carries(both, 0, 0)
    assert from_zeros(both, 0).has_all_flows([flow({}, {i: p, n + i: p}) for i in range(1, n + 1) for p in "XZ"])


@pytest.mark.parametrize(("n", "levels"), TREES)
class TestTrees:
    def test_5n_two_qubit_gates_for_every_unit(self, n, levels):
        scheme = IteratedCloning(n, levels)
        units = sum(len(layer) for layer in scheme.rounds)
        metrics = circuit_metrics(encryption_circuit(scheme))
        assert metrics.two_qubit_gates == 5 * n * units
        assert metrics.num_qubits == len(scheme.qubits)

    def test_depth_grows_by_rounds_not_by_clones(self, n, levels):
        expected = 1 + 4 * math.ceil(math.log2(n + 1)) * (levels + 1)
        assert circuit_metrics(encryption_circuit(IteratedCloning(n, levels))).two_qubit_layers <= expected

    def test_inverse(self, n, levels):
        scheme = IteratedCloning(n, levels)
        assert carries(encryption_circuit(scheme) + inverse_encryption_circuit(scheme), 0, 0)


def test_level_0_is_the_canonical_circuit():
    assert encryption_circuit(IteratedCloning(5, 0)) == encryption_circuit(EncryptedCloning(5))


def test_two_clones_gate_by_gate():
    """The tree for A, S1, S2: S1 on A, then S2 on A; the smallest case written out."""
    assert encryption_circuit(EncryptedCloning(2)) == stim.Circuit("""
        H 1 2
        CX 1 3 2 4
        CX 1 0
        CX 2 0
        S 0
        CX 2 0
        CX 1 0
        CX 0 1
        CX 0 2
        SQRT_X 0
        CX 0 2
        CX 0 1
    """)
