"""The verifier of compiled circuits: everything that could be wrong with one."""

from __future__ import annotations

import pytest
import stim

from qloak.compile.decoders import roundtrips
from qloak.compile.encoder import PauliGate
from qloak.compile.lower import Lowering, stim_of
from qloak.compile.verify_circuit import verify_compiled
from qloak.errors import IntegrityError
from tests.encoders import ENCODERS, KINGSTON

TRIP = roundtrips(ENCODERS["one unit"], KINGSTON)[148]
LINES = str(TRIP.to_stim()).splitlines()


def changed(old: str, new: str) -> stim.Circuit:
    text = "\n".join(LINES)
    assert old in text
    return stim.Circuit(text.replace(old, new, 1))


def test_what_the_compiler_makes_passes():
    verify_compiled(TRIP.to_stim(), KINGSTON)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("CZ 149 148", "CZ 149 147", "not coupled"),
        ("CZ 149 148", "CX 149 148", "no native gate"),
        ("CZ 149 148", "CZ 149 148\nDEPOLARIZE1(0.1) 149", "no native gate"),
        ("CZ 149 148\n", "", "not always 0"),
        ("CZ 149 148", "CZ 149 148\nX 148", "not always 0"),
        ("CZ 149 148", "CZ 149 148\nCZ 151 152", "reference is not touched by one"),
        ("CZ 152 151", "CZ 151 150 152 151", "reference is not touched by one"),
        ("MPP X152*X148 Z152*Z148", "M 148\nMPP X152*X148 Z152*Z148", "measured before"),
        ("MPP X152*X148 Z152*Z148", "MPP X152*X148 Y152*Y148", "checks are not"),
        ("MPP X152*X148 Z152*Z148", "MPP X152*X148 !Z152*Z148", "checks are not"),
        ("MPP X152*X148 Z152*Z148", "MPP X152*X148 Z152*Z149", "checks are not"),
        ("MPP X152*X148 Z152*Z148", "MPP X152*X148 Z152*Z148\nX 150", "behind its checks"),
        ("M ", "M(0.1) ", "no native gate"),
    ],
)
def test_each_fault_is_named(old: str, new: str, message: str):
    with pytest.raises(IntegrityError, match=message):
        verify_compiled(changed(old, new), KINGSTON)


def without_observables() -> str:
    return "\n".join(line for line in LINES if not line.startswith("OBSERVABLE"))


@pytest.mark.parametrize(
    "observables",
    [
        "",
        "OBSERVABLE_INCLUDE(0) rec[-2]\nOBSERVABLE_INCLUDE(1) rec[-1]",  # the frame is missing
        "OBSERVABLE_INCLUDE(0) rec[-1] rec[-2]\nOBSERVABLE_INCLUDE(1) rec[-1]",
        "OBSERVABLE_INCLUDE(0) X152 X148\nOBSERVABLE_INCLUDE(1) Z152 Z148",
        "OBSERVABLE_INCLUDE(0) rec[-1]\nOBSERVABLE_INCLUDE(1) rec[-1]",
    ],
)
def test_observables_must_be_the_correlators_with_the_frame(observables: str):
    with pytest.raises(IntegrityError, match="observable"):
        verify_compiled(stim.Circuit(without_observables() + "\n" + observables), KINGSTON)


def test_a_circuit_without_checks_is_refused():
    with pytest.raises(IntegrityError, match="no checks"):
        verify_compiled(stim.Circuit("CZ 0 1"), KINGSTON)


def test_a_bell_pair_alone_is_no_fault_of_the_circuit():
    """The identity does bring the input through; that it does not encrypt is the encoder's fault."""
    lowering = Lowering.of_gates([PauliGate(152, 151, "XX")])
    lowering.settle(152, "+Z", "+X")
    lowering.settle(151, "+X", "+Z")
    checks = "MPP X152*X151 Z152*Z151\nOBSERVABLE_INCLUDE(0) rec[-2]\nOBSERVABLE_INCLUDE(1) rec[-1]"
    verify_compiled(stim_of(lowering.operations) + stim.Circuit(checks), KINGSTON)
