"""The statements of the theory page on the compiler, each against an independent computation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from qloak.compile.encoder import PauliGate, layers_of
from qloak.compile.unit import SHAPES, Unit, load_units
from qloak.core import EncryptedCloning, IteratedCloning, PauliTable
from tests import oracles
from tests.ranks import (
    assert_clones,
    assert_full_weight_pair,
    generators,
    information,
    supported_on,
    with_reference,
)

LETTERS = "IXYZ"
UNITS = load_units(*SHAPES)


def encoded_reference(code) -> PauliTable:
    """The code's state with a reference behind its last qubit."""
    rows = [f"{row}I" for row in code.stabilizers.to_strings()]
    rows += [f"{code.logical_x.to_strings()[0]}X", f"{code.logical_z.to_strings()[0]}Z"]
    return PauliTable.from_strings(row.replace("_", "I") for row in rows)


# --- uniqueness ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 4, 6, 10])
def test_even_scheme_has_two_stabilizers_of_full_weight(n):
    scheme = EncryptedCloning(n)
    table = encoded_reference(scheme.code)
    assert_full_weight_pair(table, [*scheme.clones.tolist(), 2 * n + 1])
    assert_clones(table, reference=2 * n + 1, clones=scheme.clones.tolist(), key=range(n + 1, 2 * n + 1))


@pytest.mark.parametrize(("levels", "num_clones"), [(1, 9), (2, 27)])
def test_tree_of_small_units_is_the_flat_scheme(levels, num_clones):
    """8 and 26 key qubits for 9 and 27 clones, and the two stabilizers that fix all the rest."""
    scheme = IteratedCloning(2, levels)
    clones = scheme.clones.tolist()
    reference = len(scheme.qubits)
    key = sorted(set(range(reference)) - set(clones))
    assert (len(clones), len(key)) == (num_clones, num_clones - 1)
    table = encoded_reference(scheme.code)
    assert_full_weight_pair(table, [*clones, reference])
    assert_clones(table, reference=reference, clones=clones, key=key)


@pytest.mark.parametrize("num_sites", [3, 4, 5, 6])
def test_two_such_stabilizers_exist_on_an_even_number_of_sites_only(num_sites):
    """So n + 1 clones and the reference on n key qubits need an even n."""
    letters = [pair for pair in product("XYZ", repeat=2) if pair[0] != pair[1]]
    for choice in product(letters[:3], repeat=num_sites):
        first, second = ("".join(column) for column in zip(*choice, strict=True))
        assert anticommute(first, second) == (num_sites % 2 == 1)


CLIFFORDS = [np.eye(2, dtype=complex)]
"""The 24 unitaries that permute the Paulis, up to phase."""
_STEPS = (np.array([[1, 1], [1, -1]]) / np.sqrt(2), np.diag([1, 1j]))
for _each in CLIFFORDS:
    for _next in (step @ _each for step in _STEPS):
        if not any(np.isclose(abs(np.vdot(_next, other)), 2) for other in CLIFFORDS):
            CLIFFORDS.append(_next)


def rotation(source: tuple[str, str], target: tuple[str, str]) -> np.ndarray:
    """The Clifford that takes two letters to two others, signs included."""

    def fits(clifford: np.ndarray) -> bool:
        pairs = zip(source, target, strict=True)
        letters = oracles.LETTERS
        return all(np.allclose(clifford @ letters[a] @ clifford.conj().T, letters[b]) for a, b in pairs)

    return next(clifford for clifford in CLIFFORDS if fits(clifford))


def dense_unit(unit: Unit) -> np.ndarray:
    """The state of five qubits and the reference, qubit 5, from the definition of the gates."""
    vector = oracles.joint([(oracles.PHI, [unit.input, 5]), *[(np.array([1, 0j]), [q]) for q in others(unit.input)]])
    for a, b, letters in unit.gates:
        first, second = (oracles.LETTERS[letter] for letter in letters)
        one = oracles.tensor([first, oracles.IDENTITY])
        other = oracles.tensor([oracles.IDENTITY, second])
        vector = oracles.apply((np.eye(4) + one + other - one @ other) / 2, [a, b], vector)
    return vector


def others(qubit: int) -> list[int]:
    return [each for each in range(5) if each != qubit]


def signed_pair(vector: np.ndarray, letters: list[str], sites: list[int]) -> list[int]:
    """Mean values of full-weight Paulis on some sites; each is a stabilizer up to sign."""
    signs = []
    for text in letters:
        moved = vector
        for letter, site in zip(text, sites, strict=True):
            moved = oracles.apply(oracles.LETTERS[letter], [site], moved)
        signs.append(round(np.vdot(vector, moved).real))
    return signs


@pytest.mark.parametrize("index", range(0, len(UNITS), 23))
def test_unit_is_the_dense_protocol(index):
    """Local Cliffords on reference and clones and one unitary on the key turn a unit into U_enc(2) on Bell pairs."""
    unit = UNITS[index]
    clones = [position for position, _ in unit.clones]
    sites = [*clones, 5]
    ours = supported_on(generators(with_reference(unit.input, unit.gates, 6), 6), sites)
    vector = dense_unit(unit)
    target = oracles.encrypted_reference_state(2)
    theirs = supported_on(encoded_reference(EncryptedCloning(2).code), [0, 1, 2, 5])
    for place, site in enumerate(sites):
        clifford = rotation((ours[0][place], ours[1][place]), (theirs[0][place], theirs[1][place]))
        vector = oracles.apply(clifford, [site], vector)
    have, want = signed_pair(vector, theirs, sites), signed_pair(target, theirs, [0, 1, 2, 5])
    assert {abs(sign) for sign in have + want} == {1}
    # A letter on the first clone flips the sign of the stabilizer that anticommutes with it.
    if have[0] != want[0]:
        vector = oracles.apply(oracles.LETTERS[theirs[1][0]], [sites[0]], vector)
    if have[1] != want[1]:
        vector = oracles.apply(oracles.LETTERS[theirs[0][0]], [sites[0]], vector)
    # Uhlmann: the best unitary on the key reaches the trace norm of the overlap on the key.
    order = [*clones, *unit.key, 5]
    bits = np.arange(64)
    moved = vector[sum((bits >> place & 1) << qubit for place, qubit in enumerate(order))]
    ours_matrix, theirs_matrix = (each.reshape(2, 4, 8).transpose(0, 2, 1).reshape(16, 4) for each in (moved, target))
    overlap = np.linalg.norm(ours_matrix.conj().T @ theirs_matrix, ord="nuc")
    assert overlap == pytest.approx(1, abs=1e-12)


# --- types of clones -----------------------------------------------------------------------------------------


def anticommute(first: str, second: str) -> bool:
    return sum("I" not in pair and pair[0] != pair[1] for pair in zip(first, second, strict=True)) % 2 == 1


def times(first: str, second: str) -> str:
    bits = {"I": 0, "X": 1, "Z": 2, "Y": 3}
    return "".join("IXZY"[bits[a] ^ bits[b]] for a, b in zip(first, second, strict=True))


def test_three_clones_on_two_key_qubits_have_one_of_type_b_or_three():
    """All choices of key operators x_1, z_1, x_2, z_2 with their commutation relations; x_3, z_3 are the products."""
    letters = ["".join(each) for each in product(LETTERS, repeat=2)][1:]
    seen = set()
    for x1, z1, x2, z2 in product(letters, repeat=4):
        apart = anticommute(x1, z2) and anticommute(x2, z1)
        together = not any(anticommute(*pair) for pair in ((x1, x2), (z1, z2), (x1, z1), (x2, z2)))
        if apart and together:
            columns = [(x1, z1), (x2, z2), (times(x1, x2), times(z1, z2))]
            kinds = ["B" if "I" not in (x[0], z[0]) and x[0] != z[0] else "L" for x, z in columns]
            seen.add("".join(sorted(kinds)))
    assert seen == {"BLL", "BBB"}


# --- trees of library units ----------------------------------------------------------------------------------


def grow(units: list[Unit], choices: list[int]) -> tuple[list[tuple[int, int, str]], dict[int, dict[int, str]]]:
    """Units one after the other, each on a clone that is there; qubit 0 is the input.

    Returns the gates, and for each clone the key qubits of its path with the type of the way through their unit.
    """
    gates: list[tuple[int, int, str]] = []
    paths: dict[int, dict[int, str]] = {0: {}}
    for step, (unit, choice) in enumerate(zip(units, choices, strict=True)):
        carrier = sorted(paths)[choice % len(paths)]
        fresh = iter(range(4 * step + 1, 4 * step + 5))
        place = {position: carrier if position == unit.input else next(fresh) for position in range(5)}
        gates += [(place[a], place[b], letters) for a, b, letters in unit.gates]
        path = paths.pop(carrier)
        paths |= {place[position]: path | {place[q]: kind for q in unit.key} for position, kind in unit.clones}
    return gates, paths


@pytest.mark.parametrize("num_units", [2, 3, 5, 7])
def test_any_tree_of_library_units_is_the_even_scheme(num_units, rng):
    """2k + 1 clones on 2k key qubits; a clone needs the key qubits of its path alone, and misses each of them."""
    library = UNITS
    for _ in range(4):
        units = [library[int(i)] for i in rng.integers(len(library), size=num_units)]
        gates, paths = grow(units, rng.integers(1000, size=num_units).tolist())
        key = sorted(set(range(4 * num_units + 1)) - set(paths))
        reference = 4 * num_units + 1
        table = generators(with_reference(0, gates, reference + 1), reference + 1)
        assert (len(paths), len(key)) == (2 * num_units + 1, 2 * num_units)
        assert_full_weight_pair(table, [*paths, reference])
        assert_clones(table, reference=reference, clones=list(paths), key=key)
        for clone, path in paths.items():
            assert information(table, [reference], [clone, *path]) == 2
            for missing in path:
                assert information(table, [reference], [clone, *(q for q in key if q != missing)]) < 2


def test_all_outputs_together_read_without_the_key():
    """What the even scheme says of A and all signals holds for the clones of every tree."""
    gates, paths = grow(list(load_units()[:3]), [0, 1, 4])
    table = generators(with_reference(0, gates, 14), 14)
    assert information(table, [13], list(paths)) == 2


@pytest.mark.parametrize("num_units", [1, 4, 13])
@pytest.mark.parametrize(("shape", "layers"), [("P5", 4), ("Q5", 3)])
def test_chain_of_units_has_constant_depth(shape, layers, num_units):
    """A clone that is ready after layer 1 is the input of a unit that wants it in layer 2: no layer is added."""
    unit = next(
        each
        for each in load_units(shape)
        if each.depth == layers and each.input_layer == 2 and min(each.last_layer[q] for q, _ in each.clones) == 1
    )
    ready = min(position for position, _ in unit.clones if unit.last_layer[position] == 1)
    gates: list[tuple[int, int, str]] = []
    paths = {0: 0}
    carrier = 0
    for step in range(num_units):
        place = {q: carrier if q == unit.input else 1 + 4 * step + q - (q > unit.input) for q in range(5)}
        gates += [(place[a], place[b], letters) for a, b, letters in unit.gates]
        paths.pop(carrier)
        paths |= {place[position]: step + 1 for position, _ in unit.clones}
        carrier = place[ready]
    reference = 4 * num_units + 1
    encoder = [PauliGate(reference, 0, "XX"), *(PauliGate(*gate) for gate in gates)]
    assert max(layers_of(encoder)) == layers
    table = generators(with_reference(0, gates, reference + 1), reference + 1)
    key = sorted(set(range(reference)) - set(paths))
    assert_clones(table, reference=reference, clones=list(paths), key=key)


def test_two_key_qubits_of_each_unit_are_read_as_its_type_says(rng):
    """In a tree the key operators of a clone have, on every unit of its path, the type of the way through it."""
    library = UNITS
    for _ in range(5):
        units = [library[int(i)] for i in rng.integers(len(library), size=4)]
        gates, paths = grow(units, [0, *rng.integers(100, size=3).tolist()])
        table = generators(with_reference(0, gates, 18), 18)
        for clone, path in paths.items():
            support = sorted([clone, 17, *path])
            first, second = supported_on(table, support)
            for qubit, kind in path.items():
                at = support.index(qubit)
                conflict = "_" not in (first[at], second[at]) and first[at] != second[at]
                assert conflict == (kind == "B")
