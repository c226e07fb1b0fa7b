"""Circuits as text without loss."""

from __future__ import annotations

import pytest
import stim

from qloak.circuits.formats import circuit_text

TEXTS = [
    "",
    "H 0\nCX 0 1 rec[-1] 2\nTICK",
    "DEPOLARIZE1(0.123456789012345) 0 1",
    "PAULI_CHANNEL_2(0.0123456789, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1e-17) 0 1",
    "M(0.00123456789) !0 1\nMPP(0.00123456789) X0*Z1 !Y3\nOBSERVABLE_INCLUDE(3) rec[-1] X5",
    "X_ERROR[a (b) \\C(0.1)](0.123456789) 1\nI[R_X(theta=0.123456789*pi)] 0",
    "REPEAT[some tag] 3 {\n X_ERROR(0.123456789) 0\n REPEAT 2 {\n M(0.123456789) 0\n}\n}",
    "QUBIT_COORDS(0.123456789, 2) 0\nM 0\nDETECTOR(1.5, 2.123456789) rec[-1]\nSHIFT_COORDS(0, 1)",
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20])
def test_text_gives_the_same_circuit(text):
    text = "M 0\n" + text
    circuit = stim.Circuit(text)
    assert stim.Circuit(circuit_text(circuit)) == circuit


def test_without_noise_it_is_stims_own_text():
    circuit = stim.Circuit("H 0\nREPEAT 3 {\n CX 0 1\n REPEAT 2 {\n M 0\n}\n}\nDETECTOR(1) rec[-1]")
    assert circuit_text(circuit) == str(circuit)


def test_stim_alone_loses_digits():
    # Should this fail one day, `circuit_text` is no longer needed.
    circuit = stim.Circuit("X_ERROR(0.123456789) 0")
    assert stim.Circuit(str(circuit)) != circuit
