"""Noisy circuits, written by hand."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.errors import UsageError
from qloak.noise import (
    AfterGate,
    AfterOneQubit,
    AfterTwoQubit,
    BeforeMeasurement,
    CouplerTable,
    NoiseModel,
    OnReadout,
    OnReset,
    PauliNoise,
    load_device,
    noiseless,
    uniform_depolarizing,
)
from qloak.noise.write import noise_text

MODEL = uniform_depolarizing(0.01, 0.001, readout=0.02, reset=0.003)


def noisy(text: str, model: NoiseModel = MODEL) -> stim.Circuit:
    return model.noisy_circuit(stim.Circuit(text))


def same(found: stim.Circuit, text: str) -> bool:
    return found.approx_equals(stim.Circuit(text), atol=1e-15)


@pytest.mark.parametrize(
    ("clean", "expected"),
    [
        ("H 0 1", "H 0 1\nDEPOLARIZE1(0.001) 0 1"),
        ("H 0 0", "H 0\nDEPOLARIZE1(0.001) 0\nH 0\nDEPOLARIZE1(0.001) 0"),
        ("CX 0 1 2 3", "CX 0 1 2 3\nDEPOLARIZE2(0.01) 0 1 2 3"),
        ("CX 0 1 1 2", "CX 0 1\nDEPOLARIZE2(0.01) 0 1\nCX 1 2\nDEPOLARIZE2(0.01) 1 2"),
        ("I 0\nII 0 1", "I 0\nII 0 1"),
        ("R 0 1", "R 0 1\nX_ERROR(0.003) 0 1"),
        ("RX 0 0", "RX 0\nZ_ERROR(0.003) 0\nRX 0\nZ_ERROR(0.003) 0"),
        ("M 0 !1 0", "M(0.02) 0 !1 0"),
        ("MRY 0", "MRY(0.02) 0\nX_ERROR(0.003) 0"),
        ("MR 0 0", "MR(0.02) 0\nX_ERROR(0.003) 0\nMR(0.02) 0\nX_ERROR(0.003) 0"),
        ("MPP X0*X1 !Z2\nMPAD 0 1", "MPP X0*X1 !Z2\nMPAD 0 1"),
        ("M 0\nCX rec[-1] 1 sweep[3] 2", "M(0.02) 0\nCX rec[-1] 1 sweep[3] 2"),
        (
            "M 0\nCZ rec[-1] 1 1 2 2 rec[-1]",
            "M(0.02) 0\nCZ rec[-1] 1\nCZ 1 2\nDEPOLARIZE2(0.01) 1 2\nCZ 2 rec[-1]",
        ),
        ("M 0\nXCZ 1 rec[-1]", "M(0.02) 0\nXCZ 1 rec[-1]"),
        (
            "TICK\nM 0\nDETECTOR(1, 2) rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]\nQUBIT_COORDS(1) 0",
            "TICK\nM(0.02) 0\nDETECTOR(1, 2) rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]\nQUBIT_COORDS(1) 0",
        ),
        (
            "REPEAT 3 {\nCZ 0 1\nREPEAT 2 {\nH 0\n}\n}",
            "REPEAT 3 {\nCZ 0 1\nDEPOLARIZE2(0.01) 0 1\nREPEAT 2 {\nH 0\nDEPOLARIZE1(0.001) 0\n}\n}",
        ),
        ("H[a tag] 0", "H[a tag] 0\nDEPOLARIZE1(0.001) 0"),
        ("M[m] 0", "M[m](0.02) 0"),
        ("", ""),
    ],
)
def test_noise_stands_where_it_belongs(clean, expected):
    found = noisy(clean)
    assert same(found, expected)
    assert found.without_noise() == stim.Circuit(clean)


def test_noise_that_was_there_stays():
    # A record wrong with 0.1 and with 0.02: 0.1 * 0.98 + 0.9 * 0.02.
    assert same(
        noisy("X_ERROR(0.25) 0\nM(0.1) 0\nPAULI_CHANNEL_2[a](0.1,0,0,0,0,0,0,0,0,0,0,0,0,0,0.2) 0 1"),
        "X_ERROR(0.25) 0\nM(0.116) 0\nPAULI_CHANNEL_2[a](0.1,0,0,0,0,0,0,0,0,0,0,0,0,0,0.2) 0 1",
    )


def test_noiseless_changes_nothing():
    circuit = stim.Circuit("R 0\nH 0\nSPP X0*Y1\nCX 0 1 1 2\nM 0\nMXX 1 2\nCX rec[-1] 0")
    assert noiseless().noisy_circuit(circuit) == circuit


def test_different_readout_errors_keep_the_order_of_records():
    model = NoiseModel((OnReadout(np.array([0.1, 0.2, 0.1, 0.0])),))
    assert same(noisy("M 0 2 1 !0 3 3", model), "M(0.1) 0 2\nM(0.2) 1\nM(0.1) !0\nM 3 3")


def test_readout_of_products_by_their_first_qubit():
    model = NoiseModel((OnReadout(np.array([0.1, 0.2, 0.1]), frozenset({"MPP", "MZZ"})),))
    assert same(
        noisy("MPP !X0*Z1 Y1 X2\nMZZ 0 1 !1 2", model),
        "MPP(0.1) !X0*Z1\nMPP(0.2) Y1\nMPP(0.1) X2\nMZZ(0.1) 0 1\nMZZ(0.2) !1 2",
    )


def test_different_couplers_and_qubits():
    couplers = CouplerTable.from_pairs({(1, 0): 0.01, (2, 3): 0.02, (4, 5): 0.01, (1, 2): 0.0})
    model = NoiseModel((AfterTwoQubit(couplers), AfterOneQubit(np.array([0.003, 0.0]))))
    assert same(
        noisy("CZ 0 1 3 2 4 5 1 2", model),
        "CZ 0 1 3 2 4 5\nDEPOLARIZE2(0.01) 0 1 4 5\nDEPOLARIZE2(0.02) 3 2\nCZ 1 2",
    )
    assert same(noisy("H 0 1 0", model), "H 0 1\nDEPOLARIZE1(0.003) 0\nH 0\nDEPOLARIZE1(0.003) 0")


def test_noise_before_measurements():
    model = NoiseModel((BeforeMeasurement(0.03), OnReadout(0.0), OnReset(0.0)))
    assert same(noisy("M 0 1 0", model), "DEPOLARIZE1(0.03) 0 1\nM 0 1\nDEPOLARIZE1(0.03) 0\nM 0")


def test_general_pauli_channels():
    model = NoiseModel(
        (AfterGate(np.array([0.1, 0, 0.2]), frozenset({"H"})), AfterGate(np.arange(15) / 1000, frozenset({"CX"})))
    )
    arguments = ",".join(str(k / 1000) for k in range(15))
    assert same(noisy("H 1", model), "H 1\nPAULI_CHANNEL_1(0.1, 0, 0.2) 1")
    assert same(noisy("CX 1 0", model), f"CX 1 0\nPAULI_CHANNEL_2({arguments}) 1 0")


def test_arguments_keep_their_digits():
    strength = 0.001234567890123456
    (*_, last) = noisy("CZ 0 1", uniform_depolarizing(strength))
    assert last.gate_args_copy()[0] == pytest.approx(strength, rel=4e-16)


def test_rotations_about_products_have_no_rule():
    with pytest.raises(UsageError, match=r"got 'SPP'.*decomposed"):
        noisy("SPP X0*X1")


def test_exempt_qubits_in_a_star():
    model = MODEL.with_edits(exempt=frozenset({2}))
    assert same(noisy("CX 0 1 0 2 0 3", model), "CX 0 1\nDEPOLARIZE2(0.01) 0 1\nCX 0 2 0 3\nDEPOLARIZE2(0.01) 0 3")


def test_text_of_noise_groups_equal_rows_and_skips_zeros():
    noise = PauliNoise.depolarizing(np.array([[0], [1], [2], [3]]), np.array([0.2, 0.0, 0.1, 0.2]))
    assert same(stim.Circuit(noise_text(noise, "t")), "DEPOLARIZE1[t](0.1) 2\nDEPOLARIZE1[t](0.2) 0 3")


def test_measurement_error_is_put_in_once():
    """Simulators of fake backends apply it twice: as a quantum error on the measurement and on the record."""
    device = load_device("kingston")
    found = device.noise_model().noisy_circuit(stim.Circuit("M 1"))
    assert len(found) == 1
    assert found[0].gate_args_copy() == pytest.approx([(0.230224609375 + 0.106201171875) / 2])
