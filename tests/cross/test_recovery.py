"""Recovery and leak operators of every subset, against dense state vectors."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import stim

from qloak.circuits import decryption
from qloak.circuits.attack import attack_circuit
from qloak.circuits.metrics import circuit_metrics
from qloak.circuits.recover import recovery_circuit
from qloak.core import EncryptedCloning, classify
from qloak.core.logicals import representative, visible_logicals
from qloak.core.recovery import minimal_set, recovery_sets
from qloak.errors import NotAuthorizedSetError
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import Branch, branches
from tests.codes import FIVE, FOUR_ONE, FOUR_TWO, SHOR, STEANE, encoded
from tests.oracles import encrypted_state, pauli, random_state

SIZES = (2, 3, 4)
CODES = [FIVE, STEANE, SHOR, FOUR_ONE, FOUR_TWO]


def subsets(num_qubits: int) -> list[np.ndarray]:
    qubits = np.arange(num_qubits)
    return [qubits[(mask >> qubits & 1) == 1] for mask in range(2**num_qubits)]


def holds(branch: Branch, outputs: tuple[int, ...], psi: np.ndarray) -> bool:
    """Whether the outputs are exactly in the state psi."""
    reduced = branch.state.reduced_density_matrix(outputs)
    return np.allclose(reduced, np.outer(psi, psi.conj()), atol=1e-12)


def corrected(branch: Branch, output: int, frame) -> Branch:
    """The branch after the corrections that a frame asks for."""
    state = branch.state
    for due, letter in zip(frame.corrections(np.array(branch.record, dtype=np.bool_)), "XZ", strict=True):
        if due:
            state = state.apply_pauli(stim.PauliString({output: letter}))
    return Branch(state, branch.record, branch.weight)


class TestCanonical:
    @pytest.mark.parametrize("n", SIZES)
    def test_every_authorized_subset_returns_the_state_and_every_other_is_refused(self, n):
        """All 2^(2n+1) subsets; both decoders; the measured one in every branch, feed-forward and recorded."""
        scheme = EncryptedCloning(n)
        psi = random_state(1, n)
        state = DenseState(encrypted_state(psi, n))
        done = 0
        for members in subsets(2 * n + 1):
            access = classify(scheme, members, method="rank")
            if not access.authorized:
                with pytest.raises(NotAuthorizedSetError, match=access.access_class):
                    recovery_circuit(scheme, members)
                continue
            unitary = recovery_circuit(scheme, members)
            (branch,) = branches(state, unitary.circuit)
            assert holds(branch, unitary.outputs, psi)
            fed = recovery_circuit(scheme, members, method="measured")
            assert all(holds(branch, fed.outputs, psi) for branch in branches(state, fed.circuit))
            recorded = recovery_circuit(scheme, members, method="measured", frame="recorded")
            for branch in branches(state, recorded.circuit):
                assert holds(corrected(branch, recorded.output, recorded.frame), recorded.outputs, psi)
            for plan in (unitary, fed, recorded):
                assert touched(plan.circuit) <= set(members.tolist())
            done += 1
        assert done == {2: 16, 3: 60, 4: 256}[n]

    @pytest.mark.parametrize("n", (2, 3, 4, 5))
    def test_leak_operators_have_the_mean_value_of_what_they_read(self, n):
        """Closed form and elimination, every subset, X, Y and Z: dense expectation values with signs."""
        psi = random_state(1, 10 + n)
        bloch = {letter: np.vdot(psi, pauli(letter) @ psi).real for letter in "XYZ"}
        state = DenseState(encrypted_state(psi, n))
        scheme = EncryptedCloning(n)
        for members in subsets(2 * n + 1):
            expected = classify(scheme, members, method="rank").leaks
            for method in ("closed", "rank"):
                visible = visible_logicals(scheme, members, method=method)
                assert tuple(item.logical for item in visible) == expected
                for item in visible:
                    assert set(item.qubits.tolist()) <= set(members.tolist())
                    assert state.expectation(item.operator) == pytest.approx(bloch[item.logical], abs=1e-12)
            if expected == ("X", "Z"):
                y = representative(scheme, members, "Y")
                assert state.expectation(y) == pytest.approx(bloch["Y"], abs=1e-12)

    @pytest.mark.parametrize("n", (3, 5))
    def test_attacks_on_partial_sets_read_y(self, n):
        """Exact outcome distribution of both kinds of attack, every partial subset."""
        psi = random_state(1, 20 + n)
        y = np.vdot(psi, pauli("Y") @ psi).real
        state = DenseState(encrypted_state(psi, n))
        scheme = EncryptedCloning(n)
        partial = [m for m in subsets(2 * n + 1) if classify(scheme, m).leaks == ("Y",)]
        assert len(partial) == 2**n
        for members in partial[:: 1 if n == 3 else 5]:
            for method in ("joint", "local"):
                attack = attack_circuit(scheme, members, method=method)
                mean = sum(
                    branch.weight * (-1) ** int(attack.outcome(np.array(branch.record)))
                    for branch in branches(state, attack.circuit)
                )
                assert mean == pytest.approx(y, abs=1e-12)

    @pytest.mark.parametrize("n", (2, 3, 4, 5, 6))
    def test_fewer_gates_than_undoing_the_encryption(self, n):
        """A clone with its key: floor(3n/2) instead of 2n + 1; A with one pair: 3; measured: floor(n/2)."""
        scheme = EncryptedCloning(n)
        unitary = circuit_metrics(recovery_circuit(scheme, "S1,N*").circuit)
        assert unitary.two_qubit_gates == 3 * n // 2
        assert circuit_metrics(decryption(scheme, "S1").circuit).two_qubit_gates == 2 * n + 1
        measured = circuit_metrics(recovery_circuit(scheme, "S1,N*", method="measured").circuit)
        assert (measured.two_qubit_gates, measured.measurements) == (n // 2, n)
        assert measured.two_qubit_layers == 1
        assert circuit_metrics(recovery_circuit(scheme, "A,S1,N1").circuit).two_qubit_gates == 3


class TestCodes:
    @pytest.mark.parametrize("scheme", CODES, ids=lambda scheme: scheme.name)
    def test_every_authorized_subset_returns_the_state(self, scheme):
        k = scheme.code.num_logical
        psi = random_state(k, 7)
        state = DenseState(encoded(scheme.code, psi))
        for members in subsets(scheme.code.num_qubits):
            access = classify(scheme, members)
            if not access.authorized:
                with pytest.raises(NotAuthorizedSetError, match=access.access_class):
                    recovery_circuit(scheme, members)
                continue
            plans = [recovery_circuit(scheme, members)]
            if k == 1:
                plans.append(recovery_circuit(scheme, members, method="measured"))
            for plan in plans:
                assert len(plan.outputs) == k
                assert touched(plan.circuit) <= set(members.tolist())
                assert all(holds(branch, plan.outputs, psi) for branch in branches(state, plan.circuit))

    @pytest.mark.parametrize("scheme", CODES, ids=lambda scheme: scheme.name)
    def test_leak_operators_act_as_the_logical_pauli(self, scheme):
        """As operators, not only on average: P |encoded psi> = |encoded (logical P) psi>."""
        k = scheme.code.num_logical
        psi = random_state(k, 8)
        state = DenseState(encoded(scheme.code, psi))
        for members in subsets(scheme.code.num_qubits):
            for item in visible_logicals(scheme, members):
                expected = encoded(scheme.code, pauli(item.logical) @ psi)
                assert np.allclose(state.apply_pauli(item.operator).vector, expected, atol=1e-12)

    @pytest.mark.parametrize("scheme", CODES, ids=lambda scheme: scheme.name)
    def test_minimal_sets_are_those_of_brute_force(self, scheme):
        m = scheme.code.num_qubits
        authorized = {tuple(q.tolist()) for q in subsets(m) if classify(scheme, q).authorized}
        minimal = {s for s in authorized if not any(part in authorized for part in combinations(s, len(s) - 1))}
        found = recovery_sets(scheme)
        assert {tuple(s.tolist()) for s in found} == minimal
        assert len(found) == len(minimal)
        assert not found.more
        assert tuple(minimal_set(scheme).tolist()) in minimal

    def test_a_partial_set_of_two_logical_qubits_is_attacked_one_component_at_a_time(self):
        """Any two qubits of the [[4,2,2]] code show two components."""
        psi = random_state(2, 9)
        state = DenseState(encoded(FOUR_TWO.code, psi))
        for members in ([0, 1], [1, 3]):
            for item in visible_logicals(FOUR_TWO, np.array(members)):
                attack = attack_circuit(FOUR_TWO, np.array(members), logical=item.logical)
                mean = sum(b.weight * (-1) ** int(b.record[0]) for b in branches(state, attack.circuit))
                assert mean == pytest.approx(np.vdot(psi, pauli(item.logical) @ psi).real, abs=1e-12)


def touched(circuit: stim.Circuit) -> set[int]:
    return {target.value for gate in circuit for target in gate.targets_copy() if target.is_qubit_target}
