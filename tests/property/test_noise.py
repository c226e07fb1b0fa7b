"""Laws of noise models, schedules and calibration files, on random ones."""

from __future__ import annotations

import contextlib
import itertools
import json

import numpy as np
import pytest
import stim
from hypothesis import given
from hypothesis import strategies as st

from qloak.analysis import pauli_channel
from qloak.circuits import roundtrip_circuit
from qloak.core import EncryptedCloning
from qloak.errors import QloakError
from qloak.noise import (
    AfterGate,
    AfterOneQubit,
    AfterTwoQubit,
    BeforeMeasurement,
    CouplerTable,
    Device,
    NoiseModel,
    OnReadout,
    OnReset,
    Timing,
    idle_pauli,
    load_device,
    schedule,
    uniform_depolarizing,
    with_idle_noise,
)
from qloak.noise.gates import CZ_LIKE_GATES, MEASUREMENTS, ONE_QUBIT_GATES, RESETS, VIRTUAL_GATES
from qloak.noise.runs import disjoint_runs

NUM_QUBITS = 5
QUBITS = st.integers(0, NUM_QUBITS - 1)
PAIRS = st.lists(QUBITS, min_size=2, max_size=2, unique=True)


@st.composite
def operations(draw) -> str:
    """One instruction with some targets, qubits repeated as it comes."""
    kind = draw(st.sampled_from(["one", "two", "measure", "reset"]))
    if kind == "two":
        pairs = draw(st.lists(PAIRS, min_size=1, max_size=4))
        return f"{draw(st.sampled_from(sorted(CZ_LIKE_GATES)))} {' '.join(f'{a} {b}' for a, b in pairs)}"
    names = {"one": ONE_QUBIT_GATES, "measure": MEASUREMENTS, "reset": RESETS}[kind]
    targets = draw(st.lists(QUBITS, min_size=1, max_size=4))
    return f"{draw(st.sampled_from(sorted(names)))} {' '.join(map(str, targets))}"


@st.composite
def circuits(draw) -> stim.Circuit:
    """Random Clifford circuits with measurements, feed-forward, annotations and repeated blocks."""
    circuit = stim.Circuit()
    for text in draw(st.lists(operations(), max_size=12)):
        circuit += stim.Circuit(text)
        extra = draw(st.sampled_from(["", "TICK", "feed-forward", "mixed", "product", "repeat"]))
        if extra == "feed-forward" and circuit.num_measurements:
            circuit += stim.Circuit(f"CX rec[-1] {draw(QUBITS)}")
        elif extra == "mixed" and circuit.num_measurements:
            circuit += stim.Circuit("CZ 0 1 rec[-1] 1 1 2")
        elif extra == "product":
            circuit += stim.Circuit("MPP X0*X1 !Z3")
        elif extra == "repeat":
            circuit += stim.Circuit(f"REPEAT 2 {{\n{draw(operations())}\n}}")
        elif extra == "TICK":
            circuit += stim.Circuit("TICK")
    return circuit


def probabilities(maximum: float):
    return st.floats(0, maximum) | st.just(0.0)


def rules(couplers, by_qubit):
    """One rule of each kind."""
    biased = st.lists(probabilities(1 / 15), min_size=15, max_size=15).map(np.array)
    return st.tuples(
        st.builds(AfterGate, biased, st.just(frozenset({"CY", "CZ"}))),
        st.builds(AfterTwoQubit, couplers),
        st.builds(AfterOneQubit, by_qubit),
        st.builds(BeforeMeasurement, by_qubit),
        st.builds(OnReadout, by_qubit),
        st.builds(OnReset, by_qubit),
    )


UNIFORM_RULES = rules(probabilities(0.2), probabilities(0.2))
COUPLERS = list(itertools.combinations(range(NUM_QUBITS), 2))
LOCAL_RULES = rules(
    st.lists(probabilities(0.2), min_size=len(COUPLERS), max_size=len(COUPLERS)).map(
        lambda values: CouplerTable.from_pairs(dict(zip(COUPLERS, values, strict=True)))
    ),
    st.lists(probabilities(0.2), min_size=NUM_QUBITS, max_size=NUM_QUBITS).map(np.array),
)
EXEMPT = st.frozensets(QUBITS | st.sampled_from(["H", "M", "CX"]), max_size=3)


def models(given_rules=UNIFORM_RULES | LOCAL_RULES):
    """Random models: the same everywhere, or by qubit and coupler."""
    return st.builds(NoiseModel, given_rules, exempt=EXEMPT)


@given(circuits(), models())
def test_removing_the_noise_gives_the_circuit_back(circuit, model):
    assert model.noisy_circuit(circuit).without_noise() == circuit


@given(circuits(), st.floats(1e-6, 0.9), st.floats(1e-6, 0.7))
def test_every_gate_has_its_noise(circuit, two, one):
    """As many noisy pairs and qubits as gates, feed-forward not counted."""

    def count(found: stim.Circuit, keep) -> int:
        parts = [part for part in found.flattened() if keep(part.name)]
        return sum(all(t.is_qubit_target for t in group) for part in parts for group in part.target_groups())

    noisy = uniform_depolarizing(two, one).noisy_circuit(circuit)
    assert count(noisy, lambda name: name == "DEPOLARIZE2") == count(circuit, CZ_LIKE_GATES.__contains__)
    assert count(noisy, lambda name: name == "DEPOLARIZE1") == count(circuit, ONE_QUBIT_GATES.__contains__)


@given(st.integers(2, 4), st.sampled_from(["unitary", "measured"]), models(UNIFORM_RULES))
def test_noise_written_out_is_the_noise_asked_for(n, method, model):
    """The exact channel with the model equals that of the circuit with its noise written out."""
    circuit = roundtrip_circuit(EncryptedCloning(n), "S1", method=method)
    asked = pauli_channel(circuit, model, output=1)
    written = pauli_channel(model.noisy_circuit(circuit), output=1)
    for name in ("p_i", "p_x", "p_y", "p_z"):
        assert getattr(asked, name) == pytest.approx(getattr(written, name), abs=1e-13)


@given(models(), st.floats(0, 2))
def test_scaling_multiplies_every_strength(model, factor):
    qubits = np.arange(NUM_QUBITS)
    pairs = np.stack([qubits, np.roll(qubits, 1)], axis=1)
    scaled = model.scaled(factor)
    assert np.allclose(scaled.readout("M", qubits), factor * model.readout("M", qubits), atol=1e-15)
    for name, targets in (("CZ", pairs), ("CY", pairs), ("S", qubits[:, None])):
        before, after = model.after(name, targets), scaled.after(name, targets)
        expected = np.zeros(1) if before is None else factor * before.strengths
        assert np.allclose(np.zeros(1) if after is None else after.strengths, expected, atol=1e-14)


@given(st.lists(st.lists(st.integers(0, 8), min_size=2, max_size=2, unique=True), max_size=30))
def test_runs_are_disjoint_and_as_long_as_can_be(pairs):
    runs = disjoint_runs(np.array(pairs, dtype=np.int64).reshape(-1, 2))
    assert [row for first, end in runs for row in range(first, end)] == list(range(len(pairs)))
    for first, end in runs:
        used = [qubit for pair in pairs[first:end] for qubit in pair]
        assert len(set(used)) == len(used)
        if end < len(pairs):
            assert set(pairs[end]) & set(used)


TIMES = st.floats(1e-9, 1e3)


@given(st.floats(0, 1e3), st.floats(0, 1e3), TIMES, st.floats(1e-3, 2))
def test_waiting_twice_is_waiting_longer(first, second, t1, ratio):
    """Twirled waits compose, because their factors on X, Y, Z are e^(-t/T2), e^(-t/T2), e^(-t/T1)."""

    def factors(duration: float) -> np.ndarray:
        x, y, z = idle_pauli(duration, t1, ratio * t1)
        return np.array([1 - 2 * (y + z), 1 - 2 * (x + z), 1 - 2 * (x + y)])

    assert np.allclose(factors(first) * factors(second), factors(first + second), atol=1e-12)
    assert np.allclose(factors(first), np.exp(-first / np.array([ratio * t1, ratio * t1, t1])), atol=1e-12)
    assert (idle_pauli(first, t1, ratio * t1) >= 0).all()


TIMING = Timing(1.0, 10.0, 100.0, 50.0, t1_seconds=1e4, t2_seconds=1e4)


@given(circuits(), st.floats(0, 100))
def test_schedules_are_possible_and_both_as_short_as_can_be(circuit, latency):
    spans = []
    for policy in ("asap", "alap"):
        steps = schedule(circuit, TIMING, policy=policy, feed_forward_seconds=latency)
        last: dict[int, float] = {}
        for step in steps:
            waiting = dict(zip(step.waiting.tolist(), step.waiting_seconds.tolist(), strict=True))
            for row, begin, end in zip(step.targets.tolist(), step.begin_seconds, step.end_seconds, strict=True):
                for qubit in row:
                    gap = begin - last.get(qubit, begin)
                    assert gap >= -1e-9
                    assert waiting.get(qubit, 0.0) == pytest.approx(gap, abs=1e-9)
                    last[qubit] = end
        times = [t for step in steps for t in (*step.begin_seconds, *step.end_seconds)]
        spans.append(max(times, default=0.0) - min(times, default=0.0))
    assert spans[0] == pytest.approx(spans[1], abs=1e-9)


@given(circuits(), st.sampled_from(["asap", "alap"]))
def test_removing_idle_noise_gives_the_circuit_back(circuit, policy):
    assert with_idle_noise(circuit, TIMING, policy=policy).without_noise() == circuit.flattened()


@given(circuits(), st.sampled_from(["asap", "alap"]))
def test_zero_times_mean_no_waits(circuit, policy):
    still = Timing(0.0, 0.0, 0.0, 0.0, t1_seconds=1.0, t2_seconds=1.0)
    assert with_idle_noise(circuit, still, policy=policy) == circuit.flattened()


def test_gates_with_a_time_of_zero_are_the_virtual_ones():
    free = {name for name in ONE_QUBIT_GATES if not TIMING.seconds(name, np.array([[0]]))[0]}
    assert free == VIRTUAL_GATES


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
DOCUMENT = json.loads(load_device("torino").to_json())


@given(
    st.sampled_from([(key,) for key in DOCUMENT] + [(k, f) for k in ("qubits", "couplers") for f in DOCUMENT[k]]), JSON
)
def test_any_wrong_field_is_a_clear_error(path, value):
    changed = json.loads(json.dumps(DOCUMENT))
    where = changed
    for key in path[:-1]:
        where = where[key]
    where[path[-1]] = value
    with contextlib.suppress(QloakError):  # some values are as good as what was there
        Device.from_json(json.dumps(changed))


@given(st.binary(max_size=200) | JSON.map(json.dumps))
def test_any_other_file_is_a_clear_error(data):
    with pytest.raises(QloakError):
        Device.from_json(data)
