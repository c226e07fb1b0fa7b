"""Channels as documents, against the closed forms."""

from __future__ import annotations

import json

import pytest

from qloak.errors import LimitError, UnknownNameError, UsageError
from qloak.lab.channel import Noise, decoders_document


@pytest.mark.parametrize("n", [2, 3, 14, 15])
@pytest.mark.parametrize("factor", [1.0, 0.97, 0.0])
def test_storage_noise_alone_has_the_closed_form(n, factor):
    # Reference 1.8: even n (1 + 3 L^(n+1))/4, odd n (1 + L^n + 2 L^(n+1))/4, for either decoder.
    expected = (1 + (factor**n if n % 2 else factor ** (n + 1)) + 2 * factor ** (n + 1)) / 4
    found = json.loads(json.dumps(decoders_document(n, "S1", "both", Noise(memory_depolarizing=factor))))
    assert set(found["decoders"]) == {"unitary", "measured"}
    for each in found["decoders"].values():
        assert each["schema"] == "qloak.channel/1"
        assert each["entanglement_fidelity"] == pytest.approx(expected)
        assert each["average_fidelity"] == pytest.approx((2 * expected + 1) / 3)
        assert sum(each["pauli"].values()) == pytest.approx(1)
        assert each["num_qubits"] == 2 * n + 1
    assert found["better"] is None


def test_the_better_decoder_is_named():
    gates = decoders_document(6, "S1", "both", Noise(two_qubit_error=0.01))
    assert gates["better"] == "measured"  # 3 gates against 13, and readouts are perfect
    readouts = decoders_document(6, "S1", "both", Noise(readout_error=0.01))
    assert readouts["better"] == "unitary"
    assert readouts["decoders"]["unitary"]["entanglement_fidelity"] == pytest.approx(1)


def test_one_decoder_is_a_document_of_its_own():
    found = decoders_document(4, "A", "measured", Noise.of("kingston", memory_depolarizing=0.99))
    assert (found["clone"], found["method"], found["clones"]) == ("A", "measured", 4)
    assert found["sources"][0]["entanglement_infidelity"] >= found["sources"][-1]["entanglement_infidelity"]


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: Noise(two_qubit_error=0.95), UsageError),
        (lambda: Noise(one_qubit_error=-0.1), UsageError),
        (lambda: Noise(readout_error=float("nan")), UsageError),
        (lambda: Noise(memory_depolarizing=1.01), UsageError),
        (lambda: Noise.of("kingston", readout_error=0.1), UsageError),
        (lambda: Noise.of("nowhere"), UnknownNameError),
        (lambda: decoders_document(4, "S5", "both", Noise()), UnknownNameError),
        (lambda: decoders_document(501, "S5", "both", Noise()), LimitError),
        (lambda: decoders_document(4, "S1", "magic", Noise()), UsageError),
    ],
)
def test_what_cannot_be_computed_is_refused(make, error):
    with pytest.raises(error):
        make()
