from __future__ import annotations

import numpy as np
import pytest

from qloak.errors import UsageError
from qloak.noise import (
    AfterOneQubit,
    AfterTwoQubit,
    BeforeMeasurement,
    CouplerTable,
    Idle,
    NoiseModel,
    OnReadout,
    noiseless,
    uniform_depolarizing,
)

PAIRS = np.array([[0, 1], [1, 2], [2, 0]])
QUBITS = np.array([0, 2])
UNIFORM = uniform_depolarizing(0.15, 0.03, readout=0.2, reset=0.4)


def test_rows_come_back_in_order():
    noise = UNIFORM.after("CX", PAIRS)
    assert noise.targets is PAIRS
    assert noise.strengths == pytest.approx([0.15])


def test_first_rule_that_names_the_gate_decides():
    model = NoiseModel((AfterOneQubit(0.1, frozenset({"H"})), AfterOneQubit(0.2), AfterOneQubit(0.3)))
    assert model.after("H", QUBITS[:, None]).strengths == pytest.approx([0.1])
    assert model.after("S", QUBITS[:, None]).strengths == pytest.approx([0.2])


@pytest.mark.parametrize("name", ["CX", "SWAP"])
def test_gate_without_a_rule_raises(name):
    model = NoiseModel((AfterTwoQubit(0.1, frozenset({"CZ"})),), name="cz only")
    with pytest.raises(UsageError, match=f"circuit: got '{name}', expected .* 'cz only' has a rule for"):
        model.after(name, PAIRS)


def test_measurement_and_reset_without_a_rule_raise():
    model = NoiseModel((AfterOneQubit(0.1),))
    for name in ("M", "MR", "MXX"):
        with pytest.raises(UsageError, match=f"got '{name}'"):
            model.readout(name, QUBITS)
    for name in ("R", "MR"):
        with pytest.raises(UsageError, match=f"got '{name}'"):
            model.after_reset(name, QUBITS)


def test_waiting_and_products_are_perfect_without_a_rule():
    model = NoiseModel()
    assert model.after("I", QUBITS[:, None]) is None
    assert model.readout("MPP", QUBITS).tolist() == [0, 0]
    assert model.before_measurement("M", QUBITS) is None


def test_waiting_and_products_with_a_rule():
    model = NoiseModel((Idle(np.array([0.1, 0.0, 0.0])), OnReadout(0.2, frozenset({"MPP", "MXX"}))))
    assert model.after("I", QUBITS[:, None]).strengths == [0.1]
    assert model.readout("MPP", QUBITS).tolist() == [0.2, 0.2]
    assert model.readout("MXX", QUBITS).tolist() == [0.2, 0.2]


def test_uniform_model_leaves_waiting_alone():
    assert UNIFORM.after("I", QUBITS[:, None]) is None


def test_strength_zero_is_perfect():
    model = uniform_depolarizing(0.0)
    assert model.after("CX", PAIRS) is None
    assert model.after("H", QUBITS[:, None]) is None
    assert model.readout("M", QUBITS).tolist() == [0, 0]
    assert model.after_reset("R", QUBITS) is None


def test_readout_and_reset():
    assert UNIFORM.readout("MX", QUBITS).tolist() == [0.2, 0.2]
    assert UNIFORM.after_reset("R", QUBITS).probabilities.tolist() == [[0.4, 0, 0]]
    model = NoiseModel((BeforeMeasurement(0.3),))
    assert model.before_measurement("M", QUBITS).strengths == pytest.approx([0.3])


def test_exempt_qubit_makes_its_gates_perfect():
    model = UNIFORM.with_edits(exempt=frozenset({2}))
    noise = model.after("CX", PAIRS)
    assert noise.targets is PAIRS
    assert noise.strengths == pytest.approx([0.15, 0.0, 0.0])
    assert model.after("CX", PAIRS[1:]) is None
    assert model.readout("M", QUBITS).tolist() == [0.2, 0]
    assert model.after_reset("R", QUBITS).strengths.tolist() == [0.4, 0]
    assert model.after("H", QUBITS[1:, None]) is None


def test_exempt_qubit_need_not_be_a_qubit_of_the_device():
    model = NoiseModel(
        (AfterTwoQubit(CouplerTable.from_pairs({(0, 1): 0.15})), OnReadout(np.array([0.1, 0.1]))),
        exempt=frozenset({2}),
    )
    assert model.after("CX", PAIRS).strengths == pytest.approx([0.15, 0, 0])
    assert model.readout("M", np.array([2, 1])).tolist() == [0, 0.1]


def test_exempt_name_is_perfect_with_and_without_a_rule():
    model = UNIFORM.with_edits(exempt=frozenset({"CX", "M", "R", "MXX"}))
    assert model.after("CX", PAIRS) is None
    assert model.after("CZ", PAIRS) is not None
    assert model.readout("M", QUBITS).tolist() == [0, 0]
    assert model.readout("MXX", QUBITS).tolist() == [0, 0]
    assert model.after_reset("R", QUBITS) is None
    assert model.after_reset("RX", QUBITS) is not None


def test_noiseless_is_perfect_everywhere():
    model = noiseless()
    assert model.after("ISWAP", PAIRS) is None
    assert model.readout("MYY", QUBITS).tolist() == [0, 0]
    assert model.after_reset("MRX", QUBITS) is None


def test_wrong_width_of_targets():
    with pytest.raises(UsageError, match=r"shape \(g, 2\) for CX"):
        UNIFORM.after("CX", QUBITS[:, None])


def test_scaled():
    model = UNIFORM.scaled(2)
    assert model.after("CX", PAIRS).strengths == pytest.approx([0.3])
    assert model.readout("M", QUBITS).tolist() == [0.4, 0.4]
    assert model.name == "uniform depolarizing x 2"
    assert UNIFORM.scaled(0).after("CX", PAIRS) is None


@pytest.mark.parametrize("factor", [-1.0, float("nan"), float("inf")])
def test_scaling_by_nonsense_is_refused(factor):
    with pytest.raises(UsageError, match="factor"):
        UNIFORM.scaled(factor)


def test_scaling_beyond_a_channel_is_refused():
    with pytest.raises(UsageError, match=r"two-qubit error: got 1\.05"):
        UNIFORM.scaled(7)


def test_edits_keep_the_rest():
    edited = UNIFORM.with_edits(name="mine", source="a guess")
    assert (edited.name, edited.source, edited.rules) == ("mine", "a guess", UNIFORM.rules)
    assert UNIFORM.with_edits(rules=()).rules == ()
