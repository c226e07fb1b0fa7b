"""Schedules worked out by hand. Times in units of a second, to be readable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import stim

from qloak.errors import UsageError
from qloak.noise import CouplerTable, Timing, idle_pauli, load_device, schedule, uniform_depolarizing, with_idle_noise

# A gate of one qubit takes 1, of two 10, a readout 100, a reset 1000.
TIMING = Timing(1.0, 10.0, 100.0, 1000.0, t1_seconds=5e4, t2_seconds=4e4, name="toy")


def waits(text: str, *, policy: str, latency: float = 0.0, timing: Timing = TIMING) -> list[tuple[str, int, float]]:
    """(operation that ends the wait, qubit, seconds) for every wait."""
    steps = schedule(stim.Circuit(text), timing, policy=policy, feed_forward_seconds=latency)
    return [
        (step.operation.name, qubit, seconds)
        for step in steps
        for qubit, seconds in zip(step.waiting.tolist(), step.waiting_seconds.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "asap", "alap"),
    [
        ("H 0\nCX 0 1", [], []),
        # Late, the H of qubit 1 moves to just before the CX.
        ("CX 0 2\nH 1\nCX 0 1", [("CX", 1, 9.0)], []),
        ("H 0 1\nCX 0 2\nCX 0 1", [("CX", 1, 10.0)], []),
        # Qubit 1 waits in the middle whatever one does.
        ("CX 0 1\nCX 0 2\nCX 0 1", [("CX", 1, 10.0)], [("CX", 1, 10.0)]),
        # An instruction that uses a qubit again is a chain.
        ("CX 0 1 0 2 0 1", [("CX", 1, 10.0)], [("CX", 1, 10.0)]),
        # Late, all qubits end together.
        ("CX 0 1\nM 0\nH 1", [], [("H", 1, 99.0)]),
        ("H 0\nM 0\nR 0\nCX 0 1\nH 1", [], []),
        ("R 0 1\nH 0\nCX 0 1", [("CX", 1, 1.0)], []),
        # Z, S and I take no time and end no wait of length zero.
        ("CX 0 1\nS 0\nI 1\nCX 0 1", [], []),
        ("MR 0\nCX 0 1", [], []),
    ],
)
def test_waits(text, asap, alap):
    assert waits(text, policy="asap") == asap
    assert waits(text, policy="alap") == alap


def test_feed_forward_waits_for_the_record_and_the_latency():
    text = "CX 0 1\nM 0\nCX rec[-1] 1"
    assert waits(text, policy="asap", latency=7.0) == [("CX", 1, 107.0)]
    assert waits(text, policy="alap", latency=7.0) == [("CX", 1, 107.0)]


def test_late_measurements_still_serve_their_corrections():
    text = "CX 0 1\nCX 2 3\nM 0 2\nH 1\nCX rec[-2] 1\nCZ rec[-1] 3\nCX 1 3"
    # X on qubit 1 takes 1, Z on qubit 3 none: late, the record of qubit 2 is needed 1 later, and so is its measurement.
    assert waits(text, policy="alap") == [("H", 1, 99.0), ("CZ", 3, 100.0)]
    assert waits(text, policy="asap") == [("CX", 1, 99.0), ("CZ", 3, 100.0), ("CX", 3, 1.0)]


def test_mixed_instruction_of_gates_and_feed_forward():
    assert waits("M 0\nCX 1 2 rec[-1] 1 1 2", policy="asap") == [("CX", 1, 90.0), ("CX", 2, 91.0)]


@pytest.mark.parametrize(
    ("gate", "seconds"), [("CX rec[-1] 1", 1.0), ("CZ 1 rec[-1]", 0.0), ("XCZ 1 rec[-1]", 1.0), ("YCZ 1 rec[-1]", 1.0)]
)
def test_a_correction_takes_the_time_of_its_pauli(gate, seconds):
    steps = schedule(stim.Circuit(f"M 0\n{gate}"), TIMING, policy="asap")
    assert steps[-1].end_seconds - steps[-1].begin_seconds == seconds


def test_checks_and_annotations_take_no_part():
    text = "CX 0 1\nTICK\nH 0\nMPP X0*X1\nX_ERROR(0.1) 0\nDETECTOR rec[-1]"
    assert waits(text, policy="asap") == []
    assert [step.operation.name for step in schedule(stim.Circuit(text), TIMING)] == [
        "CX", "TICK", "H", "MPP", "X_ERROR", "DETECTOR",
    ]  # fmt: skip


def test_repeated_blocks_are_unrolled():
    assert waits("REPEAT 2 {\nCX 0 1\nCX 0 2\n}", policy="asap") == [("CX", 1, 10.0), ("CX", 2, 10.0)]


def test_times_by_qubit_and_coupler():
    couplers = CouplerTable.from_pairs({(0, 1): 10.0, (1, 2): 20.0, (2, 3): 5.0})
    timing = replace(TIMING, two_qubit_seconds=couplers, one_qubit_seconds=np.array([1.0, 2.0, 3.0, 4.0]))
    assert waits("H 0 1\nCX 0 1\nCX 3 2\nCX 1 2", policy="asap", timing=timing) == [("CX", 0, 1.0), ("CX", 2, 7.0)]
    with pytest.raises(UsageError, match=r"qubits: got \(0, 3\)"):
        schedule(stim.Circuit("CX 0 3"), timing)


def test_idle_noise_is_written_in_front_of_what_ends_the_wait():
    circuit = stim.Circuit("CX 0 1\nCX 0 2\nTICK\nCX 1 0")
    x, y, z = idle_pauli(10.0, 5e4, 4e4).tolist()
    expected = stim.Circuit(f"CX 0 1\nCX 0 2\nTICK\nPAULI_CHANNEL_1[idle]({x!r}, {y!r}, {z!r}) 1\nCX 1 0")
    assert with_idle_noise(circuit, TIMING).approx_equals(expected, atol=1e-15)
    assert with_idle_noise(circuit, TIMING, policy="asap").approx_equals(expected, atol=1e-15)
    assert with_idle_noise(circuit, TIMING).without_noise() == circuit


def test_perfect_memory_makes_no_noise():
    circuit = stim.Circuit("CX 0 1 0 2 0 1")
    assert with_idle_noise(circuit, replace(TIMING, t1_seconds=np.inf, t2_seconds=np.inf)) == circuit


def test_waiting_qubit_without_known_decay_is_refused():
    timing = replace(TIMING, t1_seconds=np.array([1.0, np.nan, 1.0]), t2_seconds=np.array([1.0, 1.0, 1.0]))
    with_idle_noise(stim.Circuit("CX 0 1"), timing)
    with pytest.raises(UsageError, match="qubit: got 1, expected a qubit that works, with a known T1"):
        with_idle_noise(stim.Circuit("CX 0 1 0 2 0 1"), timing)


@pytest.mark.parametrize("name", ["SWAP 0 1", "ISWAP 0 1", "MXX 0 1", "SPP X0*X1"])
def test_operation_without_a_duration_is_refused(name):
    with pytest.raises(UsageError, match=f"circuit: got '{name.split()[0]}', expected an operation that 'toy'"):
        schedule(stim.Circuit(name), TIMING)


@pytest.mark.parametrize(
    "arguments", [{"policy": "soon"}, {"feed_forward_seconds": -1.0}, {"feed_forward_seconds": np.nan}]
)
def test_wrong_arguments(arguments):
    with pytest.raises(UsageError, match=next(iter(arguments))):
        schedule(stim.Circuit("H 0"), TIMING, **arguments)


def test_device_gives_its_own_times():
    """Kingston's coupler 0-1 takes 68 ns, so qubit 1 waits 68 ns while qubit 0 is measured for 2280 ns less that."""
    device = load_device("kingston")
    circuit = stim.Circuit("CZ 0 1\nM 0\nCX rec[-1] 1\nCZ 1 2\nCZ 0 1")
    found = with_idle_noise(circuit, device, feed_forward_seconds=1e-6)
    x, y, z = idle_pauli(2.28e-6 + 1e-6, device.t1_seconds[1], device.t2_seconds[1])
    noise = [part for part in found if part.name == "PAULI_CHANNEL_1" and part.targets_copy()[0].value == 1]
    assert noise[0].gate_args_copy() == pytest.approx([x, y, z], rel=1e-9)
    assert noise[0].tag == "idle"


def test_idle_noise_survives_the_noise_of_the_gates():
    found = with_idle_noise(stim.Circuit("CX 0 1 0 2 0 1"), TIMING)
    both = uniform_depolarizing(0.01).noisy_circuit(found)
    assert [part.name for part in both] == [
        "CX",
        "DEPOLARIZE2",
        "CX",
        "DEPOLARIZE2",
        "PAULI_CHANNEL_1",
        "CX",
        "DEPOLARIZE2",
    ]
