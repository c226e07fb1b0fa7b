"""A scheme's code: what `validate` accepts and refuses, relation by relation."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.core import CodeScheme, EncryptedCloning, IteratedCloning, PauliTable, Role, Scheme, StabilizerCode, classify
from qloak.core.cloning import CloningScheme
from qloak.core.scheme import MAX_CODE_QUBITS, check_code_size
from qloak.errors import LimitError, UsageError

FIVE = {
    "stabilizers": ["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"],
    "logical_x": ["XXXXX"],
    "logical_z": ["ZZZZZ"],
    "names": list("abcde"),
}
FOUR_TWO_TWO = {
    "stabilizers": ["XXXX", "ZZZZ"],
    "logical_x": ["XXII", "XIXI"],
    "logical_z": ["ZIZI", "ZZII"],
    "names": list("abcd"),
}


def build(base: dict[str, list[str]], **changes: list[str]) -> CodeScheme:
    parts = base | changes
    return CodeScheme.from_strings("test", parts.pop("stabilizers"), **parts)


@pytest.mark.parametrize("parts", [FIVE, FOUR_TWO_TWO])
def test_sound_codes_are_accepted(parts):
    scheme = build(parts)
    assert scheme.code.num_qubits == len(scheme.qubits) == len(parts["names"])
    assert scheme.code.num_logical == len(parts["logical_x"])
    assert scheme.qubits.of_role(Role.SIGNAL).tolist() == list(range(len(parts["names"])))
    assert scheme.clones.tolist() == []
    assert scheme.code.logicals().to_strings() == [
        "+" + text.replace("I", "_") for text in [*parts["logical_x"], *parts["logical_z"]]
    ]


def test_signs_and_order_are_free():
    build(FIVE, stabilizers=["-ZXIXZ", "XIXZZ", "-IXZZX", "XZZXI"], logical_x=["-XXXXX"])


@pytest.mark.parametrize(
    ("parts", "changes", "message"),
    [
        pytest.param(FIVE, {"stabilizers": FIVE["stabilizers"][:3]}, "m - k generators", id="a generator too few"),
        pytest.param(FIVE, {"stabilizers": [*FIVE["stabilizers"], "ZZXIX"]}, "m - k generators", id="one too many"),
        pytest.param(FIVE, {"logical_z": []}, "m - k generators", id="logical X without Z"),
        pytest.param(FIVE, {"logical_x": [], "logical_z": []}, "k at least 1", id="nothing encoded"),
        pytest.param(FIVE, {"logical_x": ["XXXXXI"]}, "m = 5 qubits", id="rows of different lengths"),
        pytest.param(FIVE, {"logical_z": ["XXXXX"]}, "independent", id="Z equals X"),
        pytest.param(
            FIVE, {"stabilizers": ["XZZXI", "IXZZX", "XYIYX", "XIXZZ"]}, "independent", id="dependent generators"
        ),
        pytest.param(
            FIVE, {"stabilizers": ["XZZXI", "IXZZX", "XIXZZ", "ZIIII"]}, "commute", id="generators that do not"
        ),
        pytest.param(FIVE, {"logical_x": ["XIIII"]}, "commute", id="a logical operator that leaves the code"),
        pytest.param(
            FOUR_TWO_TWO, {"logical_z": ["ZZII", "ZIZI"]}, "each logical X with its Z", id="partners exchanged"
        ),
        pytest.param(
            FOUR_TWO_TWO, {"logical_x": ["XXII", "ZIZI"], "logical_z": ["ZIZI", "XXII"]}, "independent", id="repeated"
        ),
        pytest.param(FIVE, {"stabilizers": ["XZZXQ", "IXZZX", "XIXZZ", "ZXIXZ"]}, "Pauli strings such as", id="text"),
        pytest.param(FIVE, {"logical_x": ["iXXXXX"]}, "Pauli strings such as", id="a factor i"),
        pytest.param(FIVE, {"names": list("abcd")}, "names: got 4, expected 5 names", id="a name too few"),
        pytest.param(FIVE, {"names": list("abcda")}, "names that all differ", id="a name twice"),
    ],
)
def test_broken_codes_are_refused(parts, changes, message):
    with pytest.raises(UsageError, match=message):
        build(parts, **changes)


def test_dependence_up_to_a_sign_is_dependence():
    """Else -1 would be in the stabilizer group: no state at all."""
    with pytest.raises(UsageError, match="independent"):
        build(FIVE, stabilizers=["XZZXI", "-XZZXI", "XIXZZ", "ZXIXZ"])


@pytest.mark.parametrize("scheme", [EncryptedCloning(3), IteratedCloning(2, 1)])
def test_cloning_schemes_are_schemes(scheme):
    assert isinstance(scheme, Scheme)
    assert isinstance(scheme, CloningScheme)


def test_a_code_scheme_is_a_scheme_but_not_of_cloning():
    scheme = build(FIVE)
    assert isinstance(scheme, Scheme)
    assert not isinstance(scheme, CloningScheme)
    assert classify(scheme, "a,c,e").authorized


def test_validate_finds_the_fault_in_a_large_code():
    code = EncryptedCloning(40).code
    code.validate()
    swapped = StabilizerCode(code.stabilizers, code.logical_x, code.stabilizers[:1])
    with pytest.raises(UsageError):
        swapped.validate()
    flipped = PauliTable.from_letters(81, [("X", np.array([80]))], rows=1)
    with pytest.raises(UsageError, match="rows that commute"):
        StabilizerCode(code.stabilizers[1:].stacked(flipped), code.logical_x, code.logical_z).validate()


def test_codes_are_written_out_up_to_a_limit():
    check_code_size(MAX_CODE_QUBITS)
    with pytest.raises(LimitError, match="got 40001, expected at most 40000 qubits"):
        EncryptedCloning(MAX_CODE_QUBITS // 2).code  # noqa: B018
