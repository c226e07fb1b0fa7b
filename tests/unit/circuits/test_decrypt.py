"""Decryption circuits of every clone: cost, reach, frames, refusals; correctness by signed stabilizer flows."""

from __future__ import annotations

import pytest
import stim

from qloak.circuits import FrameMode, Method, circuit_metrics, decryption, encryption_circuit, roundtrip_circuit
from qloak.core import EncryptedCloning, IteratedCloning
from qloak.errors import UnknownNameError, UsageError
from tests.flows import carries, carries_in_frame

SIZES = tuple(range(2, 10))
METHODS = ("unitary", "measured")


def touched(circuit: stim.Circuit) -> set[int]:
    return {target.value for gate in circuit for target in gate.targets_copy() if target.is_qubit_target}


def two_qubit_gates(circuit: stim.Circuit) -> list[set[int]]:
    return [
        {a.value, b.value}
        for gate in circuit
        if stim.gate_data(gate.name).is_two_qubit_gate
        for a, b in gate.target_groups()
        if a.is_qubit_target and b.is_qubit_target
    ]


@pytest.mark.parametrize("n", SIZES)
class TestEveryClone:
    @pytest.mark.parametrize("method", METHODS)
    def test_gives_the_state_back(self, n, method):
        """Flows X -> X and Z -> Z from A to the clone, signs included: the identity, for every input and outcome."""
        scheme = EncryptedCloning(n)
        for clone in scheme.clones.tolist():
            assert carries(roundtrip_circuit(scheme, clone, method=method), 0, clone)

    def test_gives_the_state_back_in_the_recorded_frame(self, n):
        scheme = EncryptedCloning(n)
        for clone in scheme.clones.tolist():
            plan = decryption(scheme, clone, method="measured", frame="recorded")
            assert carries_in_frame(encryption_circuit(scheme) + plan.circuit, plan.frame, 0, plan.output)
            assert len(plan.frame.x_records)
            assert len(plan.frame.z_records)

    def test_nothing_is_fed_forward_in_the_recorded_frame(self, n):
        scheme = EncryptedCloning(n)
        for clone in scheme.clones.tolist():
            fed, recorded = (decryption(scheme, clone, method="measured", frame=f).circuit for f in FrameMode)
            assert all(t.is_qubit_target for gate in recorded for t in gate.targets_copy())
            assert fed[: len(recorded)] == recorded
            controlled = {b.value for gate in fed[len(recorded) :] for a, b in gate.target_groups()}
            assert controlled == {clone}

    @pytest.mark.parametrize("method", METHODS)
    def test_touches_the_clone_and_its_key_only(self, n, method):
        scheme = EncryptedCloning(n)
        for clone in scheme.clones.tolist():
            assert touched(decryption(scheme, clone, method=method).circuit) == {clone, *range(n + 1, 2 * n + 1)}

    def test_unitary_budget(self, n):
        """2n + 1 two-qubit gates; 4n for A, whose circuit is U_enc undone on the key."""
        scheme = EncryptedCloning(n)
        for clone in scheme.clones.tolist():
            metrics = circuit_metrics(decryption(scheme, clone).circuit)
            assert metrics.two_qubit_gates == (2 * n + 1 if clone else 4 * n)
            assert metrics.measurements == 0

    def test_measured_budget(self, n):
        """floor(n/2) two-qubit gates in one layer, on disjoint pairs of key qubits; every key qubit measured once."""
        scheme = EncryptedCloning(n)
        for clone in scheme.clones.tolist():
            circuit = decryption(scheme, clone, method="measured").circuit
            metrics = circuit_metrics(circuit)
            assert (metrics.two_qubit_gates, metrics.two_qubit_layers) == (n // 2, 1)
            pairs = two_qubit_gates(circuit)
            assert len(set.union(*pairs)) == 2 * len(pairs)
            assert clone not in set.union(*pairs)
            measured = [t.value for gate in circuit if gate.name in ("M", "MX", "MY") for t in gate.targets_copy()]
            assert sorted(measured) == list(range(n + 1, 2 * n + 1))
            assert circuit.num_measurements == n


@pytest.mark.parametrize("n", (100, 101))
@pytest.mark.parametrize("method", METHODS)
def test_a_hundred_clones(n, method):
    scheme = EncryptedCloning(n)
    for clone in (int(scheme.clones[0]), 37, n):
        assert carries(roundtrip_circuit(scheme, clone, method=method), 0, clone)


class TestTrees:
    @pytest.mark.parametrize(("n", "levels"), [(2, 1), (2, 2), (3, 1), (4, 1)])
    @pytest.mark.parametrize("frame", ["feedforward", "recorded"])
    def test_every_clone_by_measurement_in_either_frame(self, n, levels, frame):
        scheme = IteratedCloning(n, levels)
        encrypt = encryption_circuit(scheme)
        for clone in scheme.clones.tolist():
            plan = decryption(scheme, clone, method="measured", frame=frame)
            assert carries_in_frame(encrypt + plan.circuit, plan.frame, 0, plan.output)

    @pytest.mark.parametrize(("n", "levels"), [(2, 2), (3, 2), (4, 1)])
    def test_cost_and_reach(self, n, levels):
        scheme = IteratedCloning(n, levels)
        for clone in scheme.clones.tolist():
            steps = scheme.steps(clone)
            key = {int(q) for step in steps for q in step.unit.noises}
            unitary, measured = (decryption(scheme, clone, method=method).circuit for method in METHODS)
            assert touched(unitary) == touched(measured) == {clone} | key
            assert len(two_qubit_gates(unitary)) == sum(2 * n + 1 if step.slot else 4 * n for step in steps)
            assert len(two_qubit_gates(measured)) == (levels + 1) * (n // 2)
            assert measured.num_measurements == n * (levels + 1)

    def test_the_state_stays_on_the_clones_own_qubit(self):
        scheme = IteratedCloning(2, 2)
        for path, clone in zip(scheme.clone_paths, scheme.clones.tolist(), strict=True):
            assert decryption(scheme, path).output == clone


def test_by_name_by_number_by_enumeration():
    scheme = EncryptedCloning(4)
    by_name = decryption(scheme, "S2", method="measured", frame="recorded")
    by_number = decryption(scheme, 2, method=Method.MEASURED, frame=FrameMode.RECORDED)
    assert by_name.circuit == by_number.circuit
    assert by_name.output == by_number.output == 2


def test_unitary_and_feed_forward_leave_no_frame():
    for options in ({}, {"method": "measured"}, {"frame": "recorded"}):
        frame = decryption(EncryptedCloning(3), "S1", **options).frame
        assert (len(frame.x_records), len(frame.z_records)) == (0, 0)


def test_the_roundtrip_is_one_after_the_other():
    scheme = EncryptedCloning(3)
    assert roundtrip_circuit(scheme, "S3", method="measured") == (
        encryption_circuit(scheme) + decryption(scheme, "S3", method="measured").circuit
    )


class TestRefusals:
    @pytest.mark.parametrize("clone", ["S4", "N1", "A", "", 0, 4, -1])
    def test_clones(self, clone):
        with pytest.raises(UnknownNameError):
            decryption(EncryptedCloning(3), clone)

    @pytest.mark.parametrize("method", ["guess", "", None, "UNITARY", 1])
    def test_methods(self, method):
        with pytest.raises(UsageError, match=r"method: got .*, expected one of unitary, measured"):
            decryption(EncryptedCloning(3), "S1", method=method)

    @pytest.mark.parametrize("frame", ["none", "", None])
    def test_frames(self, frame):
        with pytest.raises(UsageError, match=r"frame: got .*, expected one of feedforward, recorded"):
            decryption(EncryptedCloning(3), "S1", frame=frame)
