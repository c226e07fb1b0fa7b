from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from qloak.compile.letters import iter_letters, start_class
from qloak.compile.local_class import LocalClasses
from tests.ranks import entropy, generators, with_reference

CLASSES = LocalClasses.of(4)
SUBSETS = [each for size in (1, 2) for each in combinations(range(4), size)]


@pytest.mark.parametrize("edges", [[(0, 1)], [(0, 1), (1, 2)], [(1, 2), (0, 1), (1, 2)], [(0, 1), (1, 2), (0, 1)]])
def test_letters_lead_to_the_class(edges):
    """Reference 3, input 0: for every class, each circuit found has the entropies of that class."""
    found = 0
    for target in range(len(CLASSES)):
        for gates in iter_letters(CLASSES, edges, start=(0, 3), target=target):
            assert [gate[:2] for gate in gates] == edges
            table = generators(with_reference(0, gates, 4), 4)
            assert [entropy(table, each) for each in SUBSETS] == [CLASSES.entropy(target, each) for each in SUBSETS]
            found += 1
    assert found


def test_out_of_reach():
    far = next(
        index for index in range(len(CLASSES)) if CLASSES.entropy(index, [2]) and not CLASSES.entropy(index, [3])
    )
    assert list(iter_letters(CLASSES, [(0, 1)], start=(0, 3), target=far)) == []


def test_no_gates():
    start = start_class(CLASSES, (0, 3))
    assert CLASSES.entropy(start, [0]) == 1
    assert CLASSES.information(start, [0], [3]) == 2
    assert list(iter_letters(CLASSES, [], start=(0, 3), target=start)) == [()]
    assert np.flatnonzero(CLASSES.changes(1, 2)[start]).size == 1
