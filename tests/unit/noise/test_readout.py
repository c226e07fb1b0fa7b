"""Where directional readout errors may be symmetrised: for every decoder of Qloak, with the proof's conditions."""

from __future__ import annotations

import pytest
import stim

from qloak.circuits import roundtrip_circuit
from qloak.core import EncryptedCloning, IteratedCloning
from qloak.errors import UsageError
from qloak.noise import records_are_uniform

EVERY_CLONE = [(n, int(clone)) for n in range(2, 10) for clone in EncryptedCloning(n).clones]


@pytest.mark.parametrize(("n", "clone"), EVERY_CLONE)
def test_measured_decryption_of_every_clone(n, clone):
    """All 2^n strings of outcomes are equally likely for every input state."""
    circuit = roundtrip_circuit(EncryptedCloning(n), clone, method="measured")
    assert circuit.num_measurements == n
    assert records_are_uniform(circuit)


def test_measured_decryption_of_an_iterated_clone():
    scheme = IteratedCloning(2, 1)
    assert records_are_uniform(roundtrip_circuit(scheme, int(scheme.clones[-1]), method="measured"))


@pytest.mark.parametrize(
    ("text", "uniform"),
    [
        ("H 0", True),
        ("M 1", False),
        ("H 1\nM 1", True),
        ("MX 1", True),
        ("MY 1", True),
        ("RX 1\nMX 1", False),
        ("H 1\nCX 1 2\nM 1 2", False),
        ("H 1\nM 1 1", False),
        ("H 1\nMR 1\nM 1", False),
        ("H 1\nMR 1\nMX 1", True),
        ("M 0", False),  # a coin for |+>, certain for |0>
        ("H 1\nCX 1 2\nCX 0 1\nH 0\nM 0 1\nCX rec[-1] 2\nCZ rec[-2] 2", True),  # teleportation
        ("H 1\nCX 1 2\nCX 0 1\nH 0\nM 0 1 2", False),
        ("MPP Z1", True),  # a final check does not count
    ],
)
def test_small_circuits(text, uniform):
    assert records_are_uniform(stim.Circuit(text)) is uniform


def test_circuit_with_its_own_reference():
    held = "H 3\nCX 3 0\n"
    assert records_are_uniform(stim.Circuit(held + "H 1\nCX 1 2\nCX 0 1\nH 0\nM 0 1"), reference=3)
    assert not records_are_uniform(stim.Circuit(held + "M 0"), reference=3)


def test_product_measurements_are_refused():
    with pytest.raises(UsageError, match="MXX"):
        records_are_uniform(stim.Circuit("MXX 0 1"))
