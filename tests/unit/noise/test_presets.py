from __future__ import annotations

import numpy as np
import pytest

from qloak.errors import UsageError
from qloak.noise import ion_trap, pauli_strength, superconducting, symmetric_flip, uniform_depolarizing

PAIR, QUBIT = np.array([[0, 1]]), np.array([0])


def strengths(model) -> tuple[float, ...]:
    """Two-qubit, one-qubit, readout and reset strength of a model that is the same everywhere."""
    gate = [noise.strengths[0] for noise in (model.after("CZ", PAIR), model.after("H", QUBIT[:, None]))]
    reset = model.after_reset("R", QUBIT)
    return (*gate, model.readout("M", QUBIT)[0], 0.0 if reset is None else reset.strengths[0])


def test_uniform():
    assert strengths(uniform_depolarizing(0.1, 0.2, readout=0.3, reset=0.4)) == pytest.approx((0.1, 0.2, 0.3, 0.4))


def test_superconducting_has_the_ratios_of_si1000():
    assert strengths(superconducting(0.001)) == pytest.approx((0.001, 0.0001, 0.005, 0.002))


def test_ion_trap_has_the_published_infidelities():
    two, one, readout, reset = strengths(ion_trap())
    assert (readout, reset) == (1.6e-3, 0)
    # Average fidelity of a depolarizing channel with Pauli probability p: 1 - p d/(d + 1).
    assert two * 4 / 5 == pytest.approx(1.84e-3)
    assert one * 2 / 3 == pytest.approx(2.5e-5)
    assert ion_trap().after("S", QUBIT[:, None]) is None


@pytest.mark.parametrize("model", [superconducting(0.001), ion_trap()])
def test_models_with_a_source_say_so_and_refuse_foreign_gates(model):
    assert "arXiv" in model.source
    with pytest.raises(UsageError, match="SWAP"):
        model.after("SWAP", PAIR)


def test_preset_out_of_range():
    with pytest.raises(UsageError, match="readout error"):
        superconducting(0.3)


@pytest.mark.parametrize("num_qubits", [1, 2])
def test_pauli_strength_has_the_average_fidelity_asked_for(num_qubits):
    """Exact average over the pure states: for Paulis tr(P)^2 is d^2 for I and 0 else, so F = (d p_I + 1)/(d + 1)."""
    d = 2**num_qubits
    strength = pauli_strength(0.01, num_qubits=num_qubits)
    assert (d * (1 - strength) + 1) / (d + 1) == pytest.approx(0.99, rel=1e-15)


@pytest.mark.parametrize("agree", [True, False])
def test_what_symmetrising_costs_for_a_correlation_of_two_records(agree):
    """Bits that are uniform each, and equal or opposite: the formula of the documentation, by enumeration."""
    first, second = np.array([0.01, 0.2]), np.array([0.3, 0.05])  # chance of a wrong record, by true bit

    def product_wrong(a: float, b: float) -> float:
        return a * (1 - b) + b * (1 - a)

    exact = np.mean([product_wrong(first[bit], second[bit if agree else 1 - bit]) for bit in (0, 1)])
    symmetric = product_wrong(symmetric_flip(*first), symmetric_flip(*second))
    expected = -(first[0] - first[1]) * (second[0] - second[1]) / 2
    assert exact - symmetric == pytest.approx(expected if agree else -expected, rel=1e-12)


def test_symmetric_flip():
    assert symmetric_flip(0.1, 0.3) == pytest.approx(0.2)
    assert symmetric_flip(np.array([0.1]), np.array([0.3])).tolist() == pytest.approx([0.2])
