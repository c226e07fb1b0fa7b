from __future__ import annotations

from itertools import combinations

import pytest
import stim

from qloak.compile.local_class import LocalClasses
from tests.ranks import GATES, entropy, generators


def graph_state(classes: LocalClasses, index: int) -> stim.Circuit:
    n = classes.num_qubits
    circuit = stim.Circuit()
    circuit.append("H", range(n))
    for a, b in combinations(range(n), 2):
        if int(classes.smallest[index]) & classes.edge(a, b):
            circuit.append("CZ", [a, b])
    return circuit


def profile(circuit: stim.Circuit, n: int) -> tuple[int, ...]:
    table = generators(circuit, n)
    return tuple(entropy(table, each) for size in range(1, n) for each in combinations(range(n), size))


@pytest.mark.parametrize(
    ("n", "count"),
    [
        (2, 2),  # product, Bell pair
        (3, 5),  # product, three places for a Bell pair, GHZ
        (4, 18),  # product, 6 pairs, 3 double pairs, 4 GHZ of three, GHZ, 3 lines by which pairs are its ends
    ],
)
def test_number_of_classes(n, count):
    assert len(LocalClasses.of(n)) == count


def test_six_qubits():
    classes = LocalClasses.of(6)
    assert len(classes) == 760
    assert LocalClasses.of(6) is classes


@pytest.mark.parametrize("n", [3, 4])
def test_reached_classes_are_those_of_all_nine_gates(n):
    """Every gate on the state of every class, compared by entropies, which tell these classes apart."""
    classes = LocalClasses.of(n)
    profiles = [profile(graph_state(classes, index), n) for index in range(len(classes))]
    assert len(set(profiles)) == len(classes)
    for index in range(len(classes)):
        for a, b in combinations(range(n), 2):
            reached = set()
            for name in GATES.values():
                circuit = graph_state(classes, index)
                circuit.append(name, [a, b])
                reached.add(profiles.index(profile(circuit, n)))
            expected = set(classes.reached(a, b)[index].nonzero()[0].tolist())
            assert reached - {index} == expected - {index}
            assert set(classes.changes(a, b)[index].nonzero()[0].tolist()) == expected - {index}
            assert expected <= reached


def test_some_gates_on_six_qubits(rng):
    """Random gates on random classes: the entropies after it are those of a class that is reached, or as before."""
    classes = LocalClasses.of(6)
    for _ in range(30):
        index = int(rng.integers(len(classes)))
        a, b = (int(q) for q in rng.choice(6, 2, replace=False))
        circuit = graph_state(classes, index)
        circuit.append(str(rng.choice(list(GATES.values()))), [a, b])
        found = profile(circuit, 6)
        allowed = {index, *classes.reached(a, b)[index].nonzero()[0].tolist()}
        assert found in {profile(graph_state(classes, each), 6) for each in allowed}


def test_entropies_are_those_of_the_state(rng):
    classes = LocalClasses.of(6)
    for index in rng.choice(len(classes), 20):
        table = generators(graph_state(classes, int(index)), 6)
        for size in (1, 2, 3):
            for qubits in combinations(range(6), size):
                assert classes.entropy(int(index), qubits) == entropy(table, qubits)
    assert classes.information(0, [0], [1]) == 0


def test_edges_and_neighbours():
    classes = LocalClasses.of(4)
    bits = [classes.edge(a, b) for a, b in combinations(range(4), 2)]
    assert bits == [1, 2, 4, 8, 16, 32]
    assert classes.edge(3, 1) == classes.edge(1, 3)
    assert classes.neighbours(classes.edge(0, 2) | classes.edge(2, 3), 2) == (0, 3)


def test_letters_on_a_qubit():
    """A GHZ state of three: Z Z on two of them, X X X on all."""
    classes = LocalClasses.of(3)
    ghz = int(classes.of_graph[classes.edge(0, 1) | classes.edge(1, 2)])
    assert classes.letters_on(ghz, 0, [0, 1]) == 2
    assert classes.letters_on(ghz, 0, [0, 1, 2]) == 4
    assert classes.letters_on(ghz, 0, [0]) == 1
