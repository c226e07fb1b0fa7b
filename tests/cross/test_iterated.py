"""Iterated cloning: every clone of the tree is decrypted step by step."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.circuits import circuit_metrics, decryption, encryption_circuit, roundtrip_circuit
from qloak.core import IteratedCloning
from qloak.simulators import Register, StabilizerWorld
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import branches, run
from tests.flows import carries, carries_in_frame
from tests.oracles import random_state

TREES = [(2, 0), (2, 1), (2, 2), (3, 0), (3, 1), (4, 0), (4, 1)]
METHODS = ("unitary", "measured")


@pytest.mark.parametrize(("n", "levels"), TREES)
@pytest.mark.parametrize("method", METHODS)
def test_every_clone_returns_the_state(n, levels, method):
    """Signed flows X -> X and Z -> Z from A to the clone fix the channel: the identity."""
    scheme = IteratedCloning(n, levels)
    for clone in scheme.clones.tolist():
        assert carries(roundtrip_circuit(scheme, clone, method=method), 0, clone)


@pytest.mark.parametrize(("n", "levels"), [(2, 2), (3, 1), (4, 1)])
def test_recorded_frame_of_every_clone(n, levels):
    scheme = IteratedCloning(n, levels)
    encrypt = encryption_circuit(scheme)
    for clone in scheme.clones.tolist():
        plan = decryption(scheme, clone, method="measured", frame="recorded")
        assert carries_in_frame(encrypt + plan.circuit, plan.frame, 0, plan.output)


@pytest.mark.parametrize("method", METHODS)
def test_dense_two_levels(method):
    """n = 2 once more encrypted, 17 qubits: the state vector, for one clone of each kind of path."""
    scheme = IteratedCloning(2, 1)
    psi = random_state(1, 1)
    start = DenseState.prepare(psi, num_qubits=len(scheme.qubits))
    (encrypted,) = branches(start, encryption_circuit(scheme))
    for path in ("A.A", "S1.A", "S2.S1"):
        plan = decryption(scheme, path, method=method)
        end = run(encrypted.state, plan.circuit, np.random.default_rng(plan.output)).state
        assert np.allclose(end.reduced_density_matrix([plan.output]), np.outer(psi, psi.conj()), atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_random_state_through_three_levels(method):
    """n = 2, l = 2: 53 qubits and an arbitrary state in the stabilizer world."""
    scheme = IteratedCloning(2, 2)
    register = Register.dense(random_state(1, 2))
    rng = np.random.default_rng(2)
    for clone in scheme.clones.tolist()[::5]:
        world = StabilizerWorld(register, rng=rng, num_ancillas=len(scheme.qubits) - 1)
        world.run(roundtrip_circuit(scheme, clone, method=method))
        output = world.take([clone])
        assert output is not None
        assert register.state_fidelity(output) == pytest.approx(1, abs=1e-12)


def test_each_step_costs_what_one_round_costs():
    """Three steps of 2n + 1 two-qubit gates, or of floor(n/2); paths through a source undo 4n instead."""
    scheme = IteratedCloning(2, 2)
    for path, clone in zip(scheme.clone_paths, scheme.clones.tolist(), strict=True):
        sources = path.split(".").count("A")
        unitary, measured = (decryption(scheme, clone, method=method).circuit for method in METHODS)
        assert circuit_metrics(unitary).two_qubit_gates == 5 * (3 - sources) + 8 * sources
        assert circuit_metrics(measured).two_qubit_gates == 3


def test_key_qubits_off_the_path_are_not_touched():
    scheme = IteratedCloning(2, 2)
    for clone in scheme.clones.tolist():
        key = {int(q) for step in scheme.steps(clone) for q in step.unit.noises}
        for method in METHODS:
            circuit = decryption(scheme, clone, method=method).circuit
            touched = {t.value for gate in circuit for t in gate.targets_copy() if t.is_qubit_target}
            assert touched == key | {clone}
