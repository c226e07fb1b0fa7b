"""The verifier of encoders: each property, and a circuit that breaks it alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qloak.compile.encoder import Encoder, PauliGate
from qloak.compile.graph_sources import all_to_all
from qloak.compile.verify import verify_encoder
from qloak.errors import IntegrityError
from tests.encoders import ENCODERS, KINGSTON

ANY = all_to_all(8)


def encoder(gates: str, *, clones: tuple[int, ...], key: tuple[int, ...]) -> Encoder:
    """Reference 0, source 1; gates such as "0X1X 1X2X"."""
    parsed = (PauliGate(int(g[0]), int(g[2]), g[1] + g[3]) for g in gates.split())
    return Encoder(0, 1, tuple(parsed), clones, key)


@pytest.mark.parametrize("name", ENCODERS)
def test_encoders_that_work_pass(name: str):
    verify_encoder(ENCODERS[name], KINGSTON)


def test_spare_outputs_need_not_be_clones():
    unit = ENCODERS["two units"]
    verify_encoder(replace(unit, clones=unit.clones[:-1]), KINGSTON)


def test_a_gate_off_the_couplers_is_refused():
    unit = ENCODERS["one unit"]
    gates = (*unit.gates, PauliGate(138, 148, "ZZ"))
    with pytest.raises(IntegrityError, match="138 and 148 are not coupled"):
        verify_encoder(replace(unit, gates=gates), KINGSTON)


@pytest.mark.parametrize(
    ("gates", "clones", "key", "message"),
    [
        # A key qubit that nothing touched is pure.
        ("0X1X 1X2X", (1, 2), (3,), "the key is not maximally mixed"),
        # The source itself is the key.
        ("0X1X", (), (1,), "the key alone knows something"),
        # Two key qubits entangled with two clones, and the input with neither.
        ("0X1X 2X3X", (2, 1), (3,), "do not determine the input, for the clone on qubit 2"),
        # Nothing encrypted: the source holds the input.
        ("0X1X", (1,), (), "qubit 1 alone knows something"),
    ],
)
def test_each_property_is_named(gates: str, clones: tuple[int, ...], key: tuple[int, ...], message: str):
    with pytest.raises(IntegrityError, match=message):
        verify_encoder(encoder(gates, clones=clones, key=key), ANY)


def test_secrecy_concerns_all_outputs_not_only_clones():
    """A Bell pair beside a good encoder: two outputs more, without one of which all clones are still there."""
    unit = ENCODERS["one unit"]
    gates = (*unit.gates, PauliGate(130, 131, "XX"))
    assert not {130, 131} & set(unit.qubits)
    with pytest.raises(IntegrityError, match="outputs without qubit 130"):
        verify_encoder(replace(unit, gates=gates), all_to_all(156))
