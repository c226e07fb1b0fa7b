"""Recovery circuits: outputs, pairings, frames, large schemes, several logical qubits, refusals."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.circuits import circuit_metrics, encryption_circuit
from qloak.circuits.plan import RecoveryPlan
from qloak.circuits.recover import recovery_circuit, recovery_layers, recovery_plan
from qloak.core import EncryptedCloning, IteratedCloning
from qloak.errors import NotAuthorizedSetError, UnknownNameError, UsageError
from qloak.simulators import Register, StabilizerWorld
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import branches
from tests.codes import FOUR_TWO, SHOR, STEANE
from tests.flows import carries, carries_in_frame
from tests.oracles import encrypted_state, random_state


def redeemed(scheme, plan, rng) -> float:
    """Fidelity after encryption and recovery of a random state in the stabilizer world."""
    register = Register.random(1, rng)
    world = StabilizerWorld(register, rng=rng, num_ancillas=len(scheme.qubits) - 1)
    world.run(encryption_circuit(scheme) + plan.circuit)
    taken = world.take([plan.output])
    return 0.0 if taken is None else register.state_fidelity(taken)


class TestCanonical:
    @pytest.mark.parametrize("n", (5, 6, 7, 8, 100, 101))
    @pytest.mark.parametrize("holding", ["S2,N*", "A,S2,N2", "A,S*", "S*,N3", "A,N*,S1"])
    def test_flows_at_larger_sizes(self, n, holding):
        """X to X and Z to Z, exactly; recorded frames complete the flow."""
        scheme = EncryptedCloning(n)
        encrypt = encryption_circuit(scheme)
        unitary = recovery_circuit(scheme, holding)
        assert carries(encrypt + unitary.circuit, 0, unitary.output)
        fed = recovery_circuit(scheme, holding, method="measured")
        assert carries(encrypt + fed.circuit, 0, fed.output)
        recorded = recovery_circuit(scheme, holding, method="measured", frame="recorded")
        assert carries_in_frame(encrypt + recorded.circuit, recorded.frame, 0, recorded.output)

    def test_thousand_clones(self):
        scheme = EncryptedCloning(1000)
        plan = recovery_circuit(scheme, "S7,N*")
        assert carries(encryption_circuit(scheme) + plan.circuit, 0, 7)

    @pytest.mark.parametrize("n", (10**5, 10**5 + 1))
    def test_hundred_thousand_clones(self, n):
        """floor(3n/2) two-qubit gates in logarithmic depth; measured floor(n/2) in one layer."""
        unitary = circuit_metrics(recovery_circuit(EncryptedCloning(n), "S7,N*").circuit)
        assert unitary.two_qubit_gates == 3 * n // 2
        assert unitary.two_qubit_layers <= 1 + 17 + 3
        layers, outputs, frame = recovery_layers(EncryptedCloning(n), "S7,N*", method="measured", frame="recorded")
        assert outputs == (7,)
        assert layers.num_measurements == n
        assert max(frame.x_records.max(), frame.z_records.max()) < n

    @pytest.mark.parametrize("output", ["S2", "N1", "N3", 6])
    def test_chosen_output(self, output, rng):
        scheme = EncryptedCloning(4)
        for method in ("unitary", "measured"):
            plan = recovery_circuit(scheme, "S2,N*", output=output, method=method)
            assert scheme.qubits.name(plan.output) == (output if isinstance(output, str) else "N2")
            assert redeemed(scheme, plan, rng) == pytest.approx(1, abs=1e-12)

    def test_only_a_minimal_part_of_the_holding_is_touched(self):
        circuit = recovery_circuit(EncryptedCloning(4), "A,S*,N*").circuit
        assert {t.value for gate in circuit for t in gate.targets_copy()} == {0, 1, 5}

    @pytest.mark.parametrize("pairs", [[(5, 8), (6, 7)], [(8, 5), (7, 6)], [(5, 6), (7, 8)]])
    def test_any_pairing_will_do(self, pairs):
        """Clone S1 with the key N1 .. N4 of n = 4, every branch on the dense oracle."""
        psi = random_state(1, 3)
        plan = recovery_plan(EncryptedCloning(4), "S1,N*")
        assert plan.crossings.tolist() == [5, 6, 7, 8]
        circuit, frame = plan.measured(pairing=pairs)
        for branch in branches(DenseState(encrypted_state(psi, 4)), circuit.to_stim()):
            state = branch.state
            for due, letter in zip(frame.corrections(np.array(branch.record)), "XZ", strict=True):
                if due:
                    state = state.apply_pauli(stim.PauliString({1: letter}))
            assert np.allclose(state.reduced_density_matrix([1]), np.outer(psi, psi.conj()), atol=1e-12)

    @pytest.mark.parametrize("pairs", [[(5, 6)], [(5, 6), (6, 7)], [(1, 5), (6, 7)], []])
    def test_a_wrong_pairing_is_refused(self, pairs):
        with pytest.raises(UsageError, match="pairing"):
            recovery_plan(EncryptedCloning(4), "S1,N*").measured(pairing=pairs)


class TestOtherSchemes:
    @pytest.mark.parametrize(
        ("scheme", "holding"),
        [
            (IteratedCloning(2, 1), "S1.S1,S1.N1,S1.N2,N1,N2"),
            (IteratedCloning(2, 1), "S1,S1.S1,S1.S2,N1,N2"),
            (IteratedCloning(2, 2), "N1,N2,S1.N1,S1.N2,S1.S1.S1,S1.S1.N1,S1.S1.N2"),
            (IteratedCloning(3, 1), "S2.S1,S2.N1,S2.N2,S2.N3,N1,N2,N3"),
            (IteratedCloning(2, 3), None),
        ],
    )
    @pytest.mark.parametrize("method", ["unitary", "measured"])
    def test_partial_subtrees_of_iterated_clones(self, scheme, holding, method, rng):
        held = np.arange(len(scheme.qubits)) if holding is None else holding
        plan = recovery_circuit(scheme, held, method=method)
        assert redeemed(scheme, plan, rng) == pytest.approx(1, abs=1e-12)

    def test_a_subtree_that_is_too_small_is_refused(self):
        with pytest.raises(NotAuthorizedSetError, match="uninformative"):
            recovery_circuit(IteratedCloning(2, 1), "S1.S1,S1.N1,N1,N2")

    def test_measuring_the_shor_code_takes_no_two_qubit_gate(self):
        plan = recovery_circuit(SHOR, range(9), method="measured")
        assert circuit_metrics(plan.circuit).two_qubit_gates == 0
        assert circuit_metrics(recovery_circuit(STEANE, range(7)).circuit).two_qubit_gates == 3

    def test_several_logical_qubits_are_recovered_coherently(self):
        plan = recovery_circuit(FOUR_TWO, [0, 1, 3])
        assert len(set(plan.outputs)) == 2
        assert plan.output == plan.outputs[0]

    @pytest.mark.parametrize("options", [{"method": "measured"}, {"output": 1}])
    def test_several_logical_qubits_refuse_what_is_for_one(self, options):
        with pytest.raises(UsageError, match="2 logical qubits"):
            recovery_circuit(FOUR_TWO, [0, 1, 3], **options)
        with pytest.raises(UsageError, match="one logical qubit"):
            recovery_plan(FOUR_TWO, [0, 1, 3])


class TestRefusals:
    @pytest.mark.parametrize(
        ("holding", "reason"),
        [("S1,N2,N3", "partial and shows Y"), ("S*", "partial"), ("N*", "uninformative"), ("", "no qubit")],
    )
    def test_class_is_the_reason(self, holding, reason):
        with pytest.raises(NotAuthorizedSetError, match=reason) as caught:
            recovery_circuit(EncryptedCloning(3), holding)
        assert caught.value.exit_code == 13

    def test_output_must_be_a_crossing(self):
        """For odd n the logical operators have the same letter on N_j."""
        with pytest.raises(UsageError, match="output: got 4, expected one of the qubits 1, 5, 6"):
            recovery_circuit(EncryptedCloning(3), "S1,N*", output="N1")
        with pytest.raises(UnknownNameError):
            recovery_circuit(EncryptedCloning(3), "S1,N*", output="S9")

    def test_unknown_choices(self):
        with pytest.raises(UsageError, match="method"):
            recovery_circuit(EncryptedCloning(3), "S1,N*", method="magic")
        with pytest.raises(UsageError, match="frame"):
            recovery_circuit(EncryptedCloning(3), "S1,N*", method="measured", frame="later")

    def test_operators_that_commute_are_no_qubit(self):
        with pytest.raises(UsageError, match="anticommute"):
            RecoveryPlan.of(stim.PauliString("XX"), stim.PauliString("ZZ"))
