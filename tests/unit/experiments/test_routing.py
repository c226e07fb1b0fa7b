"""The paper's circuits by Qiskit's level 3."""

from __future__ import annotations

import pytest
import stim

from qloak.compile import DeviceGraph, line
from qloak.compile.baseline import paper_baseline
from qloak.errors import IntegrityError, UsageError
from qloak.experiments.ladders import chain, ghz_register, partial_tree
from qloak.experiments.routing import StageRouter, native_stages
from tests.encoders import KINGSTON

pytest.importorskip("qiskit")


def test_a_plain_circuit_is_the_compilers_baseline():
    baseline = paper_baseline(3, KINGSTON, seeds=1)
    found = StageRouter(chain(3), KINGSTON).physical(0)
    assert found is not None
    size = found.metrics
    assert (size.two_qubit_layers, size.two_qubit_gates) == (baseline.layers, baseline.gates)


@pytest.mark.parametrize(
    "logical",
    [chain(2), chain(2, 2), chain(3).with_bell_measurement(), partial_tree(2, 1, extra=2), ghz_register(3)],
    ids=lambda logical: f"{logical.num_qubits} qubits",
)
def test_routed_circuits_use_couplers_only_and_keep_their_checks(logical):
    physical = StageRouter(logical, KINGSTON).physical(0)
    assert physical is not None
    physical.verify()
    assert physical.checks == logical.checks
    assert len(physical.stages) == 1
    for operation in physical.operations:
        assert operation.name != "CZ" or KINGSTON.couples(operation.qubit, operation.other)


@pytest.mark.parametrize("n", [2, 3])
def test_stages_stay_apart_and_the_reference_stays(n: int):
    router = StageRouter(chain(n), KINGSTON, staged=True)
    found = [physical for seed in range(4) if (physical := router.physical(seed)) is not None]
    assert found
    for physical in found:
        physical.verify()
        encryption, decryption = physical.stages
        assert physical.ends[0] in {operation.qubit for operation in encryption}
        assert all(physical.ends[0] not in (operation.qubit, operation.other) for operation in decryption)
        assert sum(operation.name == "CZ" for operation in decryption) >= n


def test_devices_that_are_too_small_say_so():
    with pytest.raises(UsageError, match="6 connected qubits"):
        StageRouter(chain(2), line(5))


def small() -> DeviceGraph:
    return line(3)


def test_gates_off_the_couplers_are_a_fault():
    with pytest.raises(IntegrityError, match="not coupled"):
        native_stages([stim.Circuit("H 0\nCX 0 2")], (0, 2), ("XX", "ZZ"), small())


def test_what_does_not_end_as_it_should_is_a_fault():
    with pytest.raises(IntegrityError, match="as they should"):
        native_stages([stim.Circuit("CX 0 1")], (0, 1), ("XX", "ZZ"), small())


def test_signs_go_into_software():
    for paulis, flips in (("", "II"), ("X 1", "IX"), ("Z 0", "ZI"), ("Y 1", "ZX")):
        physical = native_stages([stim.Circuit(f"H 0\nCX 0 1\n{paulis}")], (0, 1), ("XX", "ZZ"), small())
        physical.verify()
        assert physical.flips in (flips, "II", "IX", "ZI", "ZX")


def test_an_end_is_ready_when_its_last_stage_is_over():
    """Behind H a qubit is read in its own basis, though other stages follow."""
    stages = [stim.Circuit("H 0\nCX 0 1\nH 0"), stim.Circuit("H 1\nCX 1 2\nCX 1 2\nH 1")]
    physical = native_stages(stages, (0, 1), ("ZX", "XZ"), small())
    assert not any(0 in (operation.qubit, operation.other) for operation in physical.stages[1])
