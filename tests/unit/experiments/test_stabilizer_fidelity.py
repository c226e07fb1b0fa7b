"""Exact fidelities of noisy stabilizer states."""

from __future__ import annotations

from itertools import product
from math import log, sqrt

import numpy as np
import pytest
import stim

from qloak.errors import ProgramError, UsageError
from qloak.experiments.physical import ghz_checks
from qloak.experiments.stabilizer_fidelity import independent_errors, stabilizer_fidelity


def ghz(size: int, noise: str) -> stim.Circuit:
    """A GHZ state with the same noise on every qubit."""
    lines = ["H 0", *(f"CX 0 {i}" for i in range(1, size)), *(f"{noise} {i}" for i in range(size))]
    for number, check in enumerate(ghz_checks(size)):
        product_ = "*".join(f"{letter}{i}" for i, letter in enumerate(check) if letter != "_")
        lines += [f"MPP {product_}", f"OBSERVABLE_INCLUDE({number}) rec[-1]"]
    return stim.Circuit("\n".join(lines))


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_depolarized_qubits_have_the_closed_form(size: int):
    """Each Bloch vector shrinks by eta = 1 - 4p/3: F = ((1+eta)/2)^r / 2 + ((1-eta)/2)^r / 2 + eta^r / 2."""
    p = 0.12
    eta = 1 - 4 * p / 3
    expected = (((1 + eta) / 2) ** size + ((1 - eta) / 2) ** size + eta**size) / 2
    found = stabilizer_fidelity(ghz(size, f"DEPOLARIZE1({p})"))
    assert found == pytest.approx(expected if size > 1 else (1 + eta) / 2, abs=1e-12)


def test_flips_of_one_kind():
    """Phase flips leave populations: F = (1 + (1 - 2p)^r)/2. Bit flips: all or none, (1-p)^r + p^r."""
    assert stabilizer_fidelity(ghz(3, "Z_ERROR(0.1)")) == pytest.approx((1 + 0.8**3) / 2, abs=1e-12)
    assert stabilizer_fidelity(ghz(3, "X_ERROR(0.1)")) == pytest.approx(0.9**3 + 0.1**3, abs=1e-12)
    assert stabilizer_fidelity(ghz(2, "Z_ERROR(0.5)")) == pytest.approx(0.5, abs=1e-12)


def test_sampling_agrees():
    """Hoeffding: a deviation of sqrt(log(2e9) / 2N) has a chance below 1e-9."""
    circuit, shots = ghz(4, "PAULI_CHANNEL_1(0.01, 0.01, 0.03)"), 50_000
    flips = circuit.compile_detector_sampler(seed=3).sample(shots, separate_observables=True)[1]
    assert abs((~flips.any(axis=1)).mean() - stabilizer_fidelity(circuit)) < sqrt(log(2e9) / (2 * shots))


def test_waiting_is_written_as_independent_errors():
    """Composed again, the three errors are the channel."""
    channel = (0.01, 0.01, 0.04)
    circuit = independent_errors(stim.Circuit("PAULI_CHANNEL_1({}, {}, {}) 0".format(*channel)))
    found = dict.fromkeys(product((0, 1), repeat=2), 0.0) | {(0, 0): 1.0}
    for instruction in circuit:
        (p,) = instruction.gate_args_copy()
        x, z = {"X_ERROR": (1, 0), "Y_ERROR": (1, 1), "Z_ERROR": (0, 1)}[instruction.name]
        found = {(a, b): (1 - p) * value + p * found[a ^ x, b ^ z] for (a, b), value in found.items()}
    np.testing.assert_allclose([found[1, 0], found[1, 1], found[0, 1]], channel, atol=1e-15)


def test_six_digits_are_enough_where_nothing_dephases():
    """T2 = 2 T1 leaves no Z error beside X and Y; rounded, it would come out below 0 by a hair."""
    found = independent_errors(stim.Circuit("PAULI_CHANNEL_1(0.00643542, 0.00643542, 4.19564e-05) 0"))
    assert [instruction.name for instruction in found][:2] == ["X_ERROR", "Y_ERROR"]


@pytest.mark.parametrize("channel", ["0.3, 0, 0.3", "0.5, 0, 0"])
def test_other_channels_are_refused(channel: str):
    with pytest.raises(ProgramError, match="independent"):
        stabilizer_fidelity(ghz(2, f"PAULI_CHANNEL_1({channel})"))


def test_observables_must_be_there_and_determined():
    with pytest.raises(UsageError, match="observables"):
        stabilizer_fidelity(stim.Circuit("M 0"))
    with pytest.raises(UsageError, match="observables"):
        stabilizer_fidelity(stim.Circuit("M 0\nOBSERVABLE_INCLUDE(16) rec[-1]"))
    with pytest.raises(ProgramError, match="determined"):
        stabilizer_fidelity(stim.Circuit("H 0\nM 0\nOBSERVABLE_INCLUDE(0) rec[-1]"))
