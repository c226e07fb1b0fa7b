"""How few gates encoders on a heavy-hex graph can have: the bounds of the theory page, by enumeration.

A tree below is a nested tuple: the subtrees of its root. Each subtree hangs on one coupler.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, combinations_with_replacement, permutations, product

import numpy as np
import pytest
import stim

from qloak.compile.unit import SHAPES, TREES
from qloak.compile.unit_search import find_bounds
from qloak.core import EncryptedCloning, PauliTable
from tests.ranks import assert_clones, entropy, generators, with_reference

# --- entropies of parts, and gates on couplers ---------------------------------------------------------------


def least_entropy(num_clones, num_keys):
    """The lemma: of any part with so many clones and key qubits."""
    more = num_clones - num_keys
    return max(abs(more), abs(more - 2), 1 + (num_clones % 2 == 0)) if num_clones else num_keys


def least_gates(size):
    """On a coupler with so many qubits on its far side, whichever of them are clones."""
    return min(least_entropy(clones, size - clones) for clones in range(size + 1))


def rooted(edges, root, parent=-1):
    """The tree of some edges, as seen from a root."""
    ends = [b if a == root else a for a, b in edges if root in (a, b)]
    return tuple(sorted(rooted(edges, end, root) for end in ends if end != parent))


def size(tree):
    return 1 + sum(map(size, tree))


def bound(tree):
    """Fewest gates of an encoder whose source is the root, without that of the reference."""
    return sum(least_gates(size(part)) + bound(part) for part in tree)


@pytest.mark.parametrize(("n", "seed"), [(2, 0), (2, 1), (4, 0), (4, 1), (4, 2)])
def test_entropies_of_all_parts(n, seed):
    """The one encrypted state there is, with a random Clifford on its key."""
    scheme, rng = EncryptedCloning(n), np.random.default_rng(seed)
    clones = scheme.clones.tolist()
    key = sorted(set(range(2 * n + 1)) - set(clones))
    turned = stim.Circuit()
    for name, pair in zip(rng.choice(["H", "S", "CZ"], 20 * n), rng.permuted([key] * (20 * n), axis=1), strict=True):
        turned.append(name, pair[: 1 + (name == "CZ")])
    rows = [f"{row}_" for row in scheme.code.stabilizers.to_strings()]
    rows += [f"{scheme.code.logical_x.to_strings()[0]}X", f"{scheme.code.logical_z.to_strings()[0]}Z"]
    table = PauliTable.from_stim((stim.PauliString(row).after(turned) for row in rows), 2 * n + 2)
    for number in range(1, 2 * n + 2):
        for part in combinations(range(2 * n + 1), number):
            inside = len(set(part) & set(clones))
            assert entropy(table, part) >= least_entropy(inside, number - inside)


def test_it_is_what_one_unit_needs():
    """The exhaustive search over all circuits on five qubits finds the same numbers."""
    found = {(each.shape, each.input): each.gates for each in find_bounds() if not each.adjacent_key}
    for shape, source in product(TREES, range(5)):
        assert found[shape, source] == bound(rooted(SHAPES[shape], source))


# --- trees on a heavy-hex graph ------------------------------------------------------------------------------


@cache
def trees(num_qubits, *, corner):
    """Rooted trees around a qubit of three couplers or of two; one of them leads to where the tree comes from."""
    found = set()
    for number in (0, 1, 2) if corner else (0, 1):
        for sizes in combinations_with_replacement(range(1, num_qubits), number):
            if sum(sizes) == num_qubits - 1:
                found |= {tuple(sorted(each)) for each in product(*(trees(s, corner=not corner) for s in sizes))}
    return frozenset(found)


def cheapest(num_units):
    """All trees with the fewest gates that the bound allows, and their number."""
    every = trees(4 * num_units + 1, corner=True) | trees(4 * num_units + 1, corner=False)
    fewest = min(map(bound, every))
    return fewest, [tree for tree in every if bound(tree) == fewest]


def parts_of_one_gate(tree):
    """Sizes of subtrees of several qubits that a single gate may connect."""
    sizes = [size(part) for part in tree if size(part) > 1 and least_gates(size(part)) == 1]
    return sizes + [each for part in tree for each in parts_of_one_gate(part)]


@pytest.mark.parametrize("num_units", [1, 2, 3])
def test_six_gates_a_unit_are_the_least(num_units):
    assert cheapest(num_units)[0] == 6 * num_units


def test_cheapest_encoders_for_six_clones_consist_of_smaller_ones():
    """Where five or nine qubits hang on a single gate, they are an encoder of their own, and so is the rest."""
    assert all(parts_of_one_gate(tree) for tree in cheapest(3)[1])
    assert sum(not parts_of_one_gate(tree) for tree in cheapest(2)[1]) == 2


# --- four clones read without a gate -------------------------------------------------------------------------

PAIRS = tuple(combinations(range(4), 2))


def clashes(choice):
    """Which of x_i, z_i anticommute with which of x_j, z_j on one key qubit, as bits."""
    clash = (a and b and a != b for i, j in PAIRS for a in choice[i] for b in choice[j])
    return sum(bool(bit) << k for k, bit in enumerate(clash))


@cache
def choices():
    """What four clones may need of a key qubit that is measured alone: one letter for x, for z, for both, or none.

    Up to a Clifford on the qubit the clashes say all, unless there are none, but eight independent operators cannot
    do without a qubit.
    """
    single = [(0, 0), *(pair for letter in (1, 2, 3) for pair in ((letter, 0), (0, letter), (letter, letter)))]
    found = {clashes(choice): choice for choice in product(single, repeat=4)}
    return {code: choice for code, choice in found.items() if code}


def keys_for_four():
    """All keys of four qubits, up to Cliffords on each and the names of qubits and clones, that are read alone."""
    codes = np.array(sorted(choices()))
    first, second = np.triu_indices(len(codes))
    sums = codes[first] ^ codes[second]
    order = np.argsort(sums, kind="stable")
    values, starts, counts = np.unique(sums[order], return_index=True, return_counts=True)
    # All x commute, all z do, and x anticommutes with every z but its own.
    wanted = values ^ clashes([(1, 3)] * 4)
    place = np.minimum(np.searchsorted(values, wanted), len(values) - 1)
    found = set()
    for here in np.flatnonzero(values[place] == wanted):
        one, other = (order[starts[each] : starts[each] + counts[each]] for each in (here, place[here]))
        found |= {tuple(sorted(codes[[first[a], second[a], first[b], second[b]]])) for a, b in product(one, other)}
    orders = list(permutations(range(4)))
    renamed = {code: [clashes([choice[i] for i in order]) for order in orders] for code, choice in choices().items()}
    return {min(tuple(sorted(renamed[code][k] for code in key)) for k in range(24)) for key in found}


def entropies(key):
    """By bit mask of parts of the five clones and the four key qubits, of the state that the key belongs to."""
    x, z = [0] * 5, [0] * 5
    for qubit, code in enumerate(key, start=5):
        for clone, letters in enumerate(choices()[code]):
            for operators, letter in zip((x, z), letters, strict=True):
                operators[clone] ^= (letter & 1) << qubit | (letter >> 1) << qubit + 10
    # The fifth clone's are the products of the others'.
    x[4], z[4] = x[0] ^ x[1] ^ x[2] ^ x[3], z[0] ^ z[1] ^ z[2] ^ z[3]
    rows = [x[j] | 1 << j | 1 << 9 for j in range(5)] + [z[j] | 1 << j + 10 | 1 << 19 for j in range(5)]
    assert all(
        ((a >> 10 & b & 1023).bit_count() + (b >> 10 & a & 1023).bit_count()) % 2 == 0 for a in rows for b in rows
    )
    assert rank(rows) == 10
    return [rank([row & (part | part << 10) for row in rows]) - part.bit_count() for part in range(512)]


def rank(rows):
    left, found = list(rows), 0
    while left:
        pivot = left.pop()
        found += pivot > 0
        left = [row ^ pivot if row & pivot & -pivot else row for row in left]
    return found


def fewest_on_any_tree(entropy_of):
    """The least sum of entropies over the couplers of any tree of nine qubits on a heavy-hex graph."""

    @cache
    def below(part, corner):
        if part & part - 1 == 0:
            return 0
        options = []
        for root in (1 << qubit for qubit in range(9) if part >> qubit & 1):
            rest = part ^ root
            options.append(on_coupler(rest, corner))
            one = rest - 1 & rest if corner else 0
            while one > rest ^ one:
                options.append(on_coupler(one, corner) + on_coupler(rest ^ one, corner))
                one = one - 1 & rest
        return min(options)

    def on_coupler(part, corner):
        return entropy_of[part] + below(part, not corner)

    return min(below(511, True), below(511, False))


def test_four_clones_that_need_no_gate_need_thirteen_in_the_encoder():
    keys = keys_for_four()
    assert keys
    assert min(fewest_on_any_tree(entropies(key)) for key in keys) == 13
    # With the reference's, or with twelve, the reference's, and one to read a clone: 14, where 3.3 n would be 13.
    assert cheapest(2)[0] + 2 == 13 + 1 == 14 > 3.3 * 4


def test_a_ring_of_nine_couplers_spares_a_gate():
    """Eleven gates and the reference's for four clones; found by annealing. A heavy-hex graph has no such ring."""
    words = ["7X-8Y", "4X-5Y", "8Z-0Y", "3X-4Y", "1X-2X", "0X-1Z", "2Y-3X", "5Z-6X", "6Y-7Z", "8Y-0Y", "0X-1Y"]
    gates = [(int(word[0]), int(word[3]), word[1] + word[4]) for word in words]
    assert {(b - a) % 9 for a, b, _ in gates} == {1}
    assert len(gates) == 11 == cheapest(2)[0] - 1
    table = generators(with_reference(0, gates, 10), 10)
    assert_clones(table, reference=9, clones=[1, 2, 4, 5, 7], key=[0, 3, 6, 8])
