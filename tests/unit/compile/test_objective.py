"""What is made small: gates of the dearest clone above all that a promise allows cost, and nothing below."""

from itertools import product

import pytest

from qloak.compile.graph_sources import load_graph
from qloak.compile.objective import Objective
from qloak.compile.unit import load_units
from qloak.compile.unit_cost import needed_layers

GRAPH = load_graph("kingston")


def value(gates, goal="fidelity"):
    return Objective(goal).value([0.1] * len(gates), layers=6, gates=gates, late=0)


def test_gates_within_the_promise_are_free():
    # 3.3 gates for each of 8 clones are 26.
    assert value([25] * 8) == value([25] * 6 + [26] * 2) == pytest.approx(0.1 + 6 * 2e-4)


@pytest.mark.parametrize("place", range(8))
def test_the_dearest_clone_decides(place):
    gates = [25] * 8
    gates[place] = 28
    excess = value(gates) - value([25] * 8)
    assert excess > 0
    gates[place] = 27
    assert value(gates) - value([25] * 8) == pytest.approx(excess / 2)


def test_the_goal_gates_counts_all_of_them():
    assert value([25, 27], "gates") == pytest.approx(value([26, 26], "gates"))


def clones_with_a_gate(num_units):
    """Fewest clones, the spare one left out, that need a gate to be read, over all trees of units with one B clone."""
    trees = {(0,)}  # by clone the gates of its decryption
    for _ in range(num_units):
        grown = set()
        for tree, place in product(trees, range(2 * num_units)):
            if place < len(tree):
                rest, gates = tree[:place] + tree[place + 1 :], tree[place]
                grown.add(tuple(sorted((*rest, gates, gates, gates + 1))))
        trees = grown
    return min(sum(gates > 0 for gates in tree) for tree in trees) - 1


@pytest.mark.parametrize("num_clones", [4, 6, 8, 10])
def test_four_and_six_clones_cannot_all_do_with_the_gates_that_others_can(num_clones):
    """Trees of k units have at most k + 1 clones that are read without a gate; the encoder alone takes 6 k + 1."""
    fewest = min(len(unit.gates) for unit in load_units())
    assert fewest == 6
    num_units = num_clones // 2
    encoder = 1 + fewest * num_units
    needy = clones_with_a_gate(num_units)
    assert needy == num_units - 1
    assert (encoder + 1 <= 3.3 * num_clones) == (num_clones >= 8)


def test_no_unit_with_five_gates_would_fit_on_a_heavy_hex_graph():
    """Its input would be the centre of a star whose three arms it takes, or the next qubit of the long one.

    Such an input needs a coupler more, to the reference or to its own unit. But a qubit has at most three, and of
    two neighbours one has at most two.
    """
    degrees = [len(around) for around in GRAPH.neighbors]
    assert max(degrees) <= 3
    assert all(min(degrees[a], degrees[b]) <= 2 for a, b in GRAPH.couplers.tolist())


@pytest.mark.parametrize(("shape", "layers"), [("P5", 5), ("T5", 6), ("Q5", 4)])
def test_layers_after_which_every_clone_of_a_unit_is_read(shape, layers):
    """With the input from the gate with the reference, in layer 1. The library has all units of up to four layers."""
    assert min(needed_layers(unit)[1] for unit in load_units(shape)) == layers
