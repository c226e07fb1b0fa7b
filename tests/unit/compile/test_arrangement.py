from __future__ import annotations

from itertools import product

from qloak.compile.arrangement import arranged, chain_from, extensions, matchings, parts

PATH = ((0, 1), (1, 2), (2, 3), (3, 4))


def test_layers_of_a_path():
    assert set(matchings(PATH)) == {
        *(((a, a + 1),) for a in range(4)),
        ((0, 1), (2, 3)),
        ((0, 1), (3, 4)),
        ((1, 2), (3, 4)),
    }


def test_every_order_of_gates_is_built_once_by_extensions():
    """All words of four gates, put into layers, are all arrangements of four gates that extensions make."""
    built, waiting = [], [()]
    while waiting:
        here = waiting.pop()
        size = sum(map(len, here))
        if size == 4:
            built.append(here)
        waiting += [(*here, layer) for layer in extensions(here, matchings(PATH)) if size + len(layer) <= 4]
    assert len(built) == len(set(built))
    assert set(built) == {arranged(word) for word in product(PATH, repeat=4)}


def test_parts():
    whole = arranged([(0, 1), (2, 3), (1, 2), (0, 1)])
    assert whole == (((0, 1), (2, 3)), ((1, 2),), ((0, 1),))
    assert set(parts(whole, 3)) == {
        arranged([(2, 3), (1, 2), (0, 1)]),
        arranged([(0, 1), (1, 2), (0, 1)]),
        (((0, 1), (2, 3)), ((0, 1),)),
        (((0, 1), (2, 3)), ((1, 2),)),
    }


def test_chain_from_a_qubit():
    arrangement = arranged([(0, 1), (3, 4), (1, 2), (2, 3), (3, 4)])
    assert [chain_from(arrangement, qubit) for qubit in range(5)] == [4, 4, 3, 3, 3]
    assert chain_from((), 0) == 0
