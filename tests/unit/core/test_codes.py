"""Secret-sharing codes from the literature, written as schemes: who reads what, by ranks."""

from __future__ import annotations

import itertools

import pytest

from qloak.core import CodeScheme, EncryptedCloning, Scheme, classify, count_access


def scheme(stabilizers: str, logical_x: str, logical_z: str) -> CodeScheme:
    """A code from rows separated by blanks; qubits are called 0, 1, 2, …"""
    x, z = logical_x.split(), logical_z.split()
    names = [str(q) for q in range(len(x[0]))]
    return CodeScheme.from_strings("code", stabilizers.split(), logical_x=x, logical_z=z, names=names)


FIVE = scheme("XZZXI IXZZX XIXZZ ZXIXZ", "XXXXX", "ZZZZZ")
STEANE = scheme("IIIXXXX IXXIIXX XIXIXIX IIIZZZZ IZZIIZZ ZIZIZIZ", "XXXXXXX", "ZZZZZZZ")
FOUR_TWO = scheme("XXXX ZZZZ", "XXII XIXI", "ZIZI ZZII")
FOUR_ONE = scheme("XXXX ZZII IIZZ", "XXII", "ZIZI")
SIX_FOUR = scheme("XXXXXX ZZZZZZ", "XXIIII XIXIII XIIXII XIIIXI", "IZIIIZ IIZIIZ IIIZIZ IIIIZZ")
CUBE = scheme(
    "XXXXXXXX ZZZZIIII IIZZZZII IIIIZZZZ ZIZIZIZI",
    "XXIIXXII XIXIXIXI XIXIIXIX",
    "IZIZIIII IIIZIIZI IIIZIIIZ",
)
SHOR = scheme(
    "ZZIIIIIII IZZIIIIII IIIZZIIII IIIIZZIII IIIIIIZZI IIIIIIIZZ XXXXXXIII IIIXXXXXX", "ZIIZIIZII", "XXXIIIIII"
)
RAMP = scheme("YIY XYZ", "YZI", "-YXI")


def bits(code: Scheme, size: int) -> set[float]:
    """Information of all sets of one size."""
    return {
        classify(code, list(held)).information_bits for held in itertools.combinations(range(len(code.qubits)), size)
    }


@pytest.mark.parametrize(
    ("code", "by_size"),
    [
        pytest.param(FIVE, [0, 0, 0, 2, 2, 2], id="five-qubit code: any three"),
        pytest.param(FOUR_TWO, [0, 0, 2, 4, 4], id="[[4,2,2]]: any three, any two leak two of four bits"),
        pytest.param(FOUR_ONE, [0, 0, 1, 2, 2], id="[[4,1,2]]: any three, any two leak one bit"),
        pytest.param(SIX_FOUR, [0, 0, 2, 4, 6, 8, 8], id="[[6,4,2]]: any five, fewer leak"),
        pytest.param(CUBE, [0, 0, 1, 2, 3, 4, 5, 6, 6], id="[[8,3,2]]: any seven, s qubits leak s - 1 bits"),
    ],
)
def test_where_only_the_number_counts(code, by_size):
    assert [bits(code, size) for size in range(len(code.qubits) + 1)] == [{float(b)} for b in by_size]


def test_steane_code_is_read_by_the_lines_of_the_fano_plane():
    """The minimal authorized sets are the 7 lines, no set is partial."""
    generators = [{3, 4, 5, 6}, {1, 2, 5, 6}, {0, 2, 4, 6}]
    words = [set(), *generators]
    words += [a ^ b for a, b in itertools.combinations(generators, 2)] + [generators[0] ^ generators[1] ^ generators[2]]
    lines = {frozenset(set(range(7)) - word) for word in words if word}
    assert {len(line) for line in lines} == {3}
    for size in range(8):
        for held in itertools.combinations(range(7), size):
            expected = any(line <= set(held) for line in lines)
            assert classify(STEANE, list(held)).information_bits == 2 * expected
    assert count_access(STEANE).partial == 0


def test_shor_code():
    """27 minimal authorized sets of five qubits, 258 partial sets."""
    authorized = {
        frozenset(held): classify(SHOR, list(held)).authorized
        for size in range(10)
        for held in itertools.combinations(range(9), size)
    }
    smallest = [held for held, yes in authorized.items() if yes and not any(authorized[held - {q}] for q in held)]
    assert [len(held) for held in smallest] == [5] * 27
    assert count_access(SHOR).partial == 258


def test_three_qubit_ramp_is_encrypted_cloning_with_one_pair():
    """On (A, S, N): AS and SN recover, S and AN leak Y, which is why n = 1 is refused."""
    found = {
        held: classify(RAMP, list(held)).leaks for size in range(4) for held in itertools.combinations(range(3), size)
    }
    assert [held for held, leaks in found.items() if len(leaks) == 2] == [(0, 1), (1, 2), (0, 1, 2)]
    assert [held for held, leaks in found.items() if leaks == ("Y",)] == [(1,), (0, 2)]
    counts = count_access(RAMP)
    assert (counts.uninformative, counts.partial, counts.authorized) == (3, 2, 3)


def test_two_clones_are_the_five_qubit_code_in_place():
    """Any three of the five qubits, and the generators YXIZY, XZIYX, YIXYZ, XIZXY on (A, S1, S2, N1, N2)."""
    two = EncryptedCloning(2)
    assert [bits(two, size) for size in range(6)] == [{0.0}, {0.0}, {0.0}, {2.0}, {2.0}, {2.0}]
    written = scheme("YXIZY XZIYX YIXYZ XIZXY", "ZYYII", "YXXII").code
    table = two.code.stabilizers
    for row in range(4):
        string = written.stabilizers.to_stim(row)
        assert all(string.commutes(table.to_stim(other)) for other in range(4))
        assert all(string.commutes(logical.to_stim(0)) for logical in (two.code.logical_x, two.code.logical_z))
