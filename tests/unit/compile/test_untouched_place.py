"""Placing two-armed paths: first-order costs against exact fidelities, and the cheapest place against all places."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from qloak.compile.embedding import Embeddings
from qloak.compile.estimate import clone_fidelities
from qloak.compile.graph import DeviceGraph
from qloak.compile.graph_sources import all_to_all, graph_from_edges, grid, line, load_graph
from qloak.compile.operators import clone_operators
from qloak.compile.untouched_arms import Arms
from qloak.compile.untouched_cost import noise_weights
from qloak.compile.untouched_place import find_placements
from qloak.compile.untouched_plan import UntouchedPlan
from qloak.compile.untouched_schedule import Schedules


def draw(arms, seed=0):
    schedules = Schedules.shallowest(arms.ready(strict=True), arms.source)
    return UntouchedPlan.draw(arms, schedules, Random(seed))


def edges_of(arms):
    return [step for side in (0, 1) for step in arms.growth(side)] + [(arms.source, arms.reference)]


def quiet(graph, **changes):
    """The same graph without any noise but what is given."""
    none, never = np.zeros(graph.num_qubits), np.full(graph.num_qubits, np.inf)
    silent = {"one_qubit_errors": none, "one_given_zero": none, "zero_given_one": none}
    silent |= {"t1_seconds": never, "t2_seconds": never, "two_qubit_errors": np.zeros(len(graph.couplers))}
    return DeviceGraph(replace(graph.device, **(silent | changes)), graph.couplers)


def infidelity(encoder, graph):
    found = clone_fidelities(encoder, graph.device)
    return 1 - sum(found.values()) / len(found)


def test_weights_are_the_exact_sensitivities():
    arms, small = Arms(2, 2), 1e-6
    graph = graph_from_edges(edges_of(arms))
    encoder = draw(arms).to_encoder()
    weights, operators = noise_weights(encoder), clone_operators(encoder)
    b_type = [clone for clone in encoder.clones if operators[clone].conflicts]
    assert b_type
    for pair in graph.couplers.tolist():
        if any(set(pair) <= set(operators[clone].conflicts) for clone in b_type):
            continue  # the gates of B-type decryption are left out
        errors = np.where((graph.couplers == pair).all(axis=1), small, 0.0)
        # Average infidelity e is depolarizing strength 5/4 e, which flips what it touches with factor 16/15.
        expected = 5 / 4 * 16 / 15 * small * weights.couplers[tuple(pair)]
        assert infidelity(encoder, quiet(graph, two_qubit_errors=errors)) == pytest.approx(expected, rel=1e-4)
    for qubit in range(arms.num_qubits):
        flips = np.where(np.arange(arms.num_qubits) == qubit, small, 0.0)
        noisy = quiet(graph, one_given_zero=flips, zero_given_one=flips)
        assert infidelity(encoder, noisy) == pytest.approx(small * weights.readout[qubit], rel=1e-4)


def test_total_is_the_cost_where_all_places_are_alike():
    arms = Arms(2, 0)
    graph = graph_from_edges(edges_of(arms))
    noise = Embeddings(graph, ())
    weights = noise_weights(draw(arms).to_encoder())
    (error,), (flip,), (wait,) = (set(each) for each in (noise.gate_errors.values(), noise.readout, noise.waiting))
    (best,) = find_placements(noise, arms, weights, most=1)
    assert best.cost == pytest.approx(weights.total(error, flip, wait))


@pytest.mark.parametrize("lengths", [(1, 1), (2, 0), (2, 2), (3, 1)])
def test_cheapest_of_all_embeddings(lengths):
    arms = Arms(*lengths)
    graph = grid(3, 4) if arms.num_qubits <= 6 else _sun()
    random = np.random.default_rng(3)
    device = replace(
        graph.device,
        two_qubit_errors=random.uniform(1e-3, 1e-2, len(graph.couplers)),
        one_given_zero=random.uniform(1e-3, 5e-2, graph.num_qubits),
    )
    noise = Embeddings(DeviceGraph(device, graph.couplers), ())
    weights = noise_weights(draw(arms).to_encoder())
    best = find_placements(noise, arms, weights, most=3)
    costs = [_cost(noise, arms, weights, row) for row in _embeddings(noise.graph, arms)]
    assert best[0].cost == pytest.approx(min(costs))
    for placement in best:
        assert placement.cost == pytest.approx(_cost(noise, arms, weights, placement.qubits))
        assert len(set(placement.qubits)) == arms.num_qubits
    assert best == sorted(best)


def _sun():
    """A ring of twelve with six rays of two."""
    ring = [(i, (i + 1) % 12) for i in range(12)]
    rays = [(2 * i, 12 + i) for i in range(6)] + [(12 + i, 18 + i) for i in range(6)]
    return graph_from_edges([*ring, *rays])


def _embeddings(graph, arms):
    """Every injective map of the local numbers that puts coupled ones on coupled qubits."""
    needed = [(arms.reference, arms.source), *(step for side in (0, 1) for step in arms.growth(side))]

    def extend(places, left):
        if not left:
            yield tuple(places[local] for local in range(arms.num_qubits))
            return
        known, new = left[0] if left[0][0] in places else left[0][::-1]
        for qubit in graph.neighbors[places[known]]:
            if qubit not in places.values():
                yield from extend({**places, new: qubit}, left[1:])

    for start in range(graph.num_qubits):
        yield from extend({arms.reference: start}, needed)


def _cost(noise, arms, weights, qubits):
    couplers = sum(
        weights.couplers[min(pair), max(pair)] * noise.gate_errors[tuple(sorted((qubits[pair[0]], qubits[pair[1]])))]
        for pair in edges_of(arms)
    )
    singles = sum(
        weights.readout[local] * noise.readout[q] + weights.waiting[local] * noise.waiting[q]
        for local, q in enumerate(qubits)
    )
    return couplers + singles


@pytest.mark.parametrize(
    ("graph", "num_clones"), [(load_graph("kingston"), 15), (grid(8, 8), 9), (all_to_all(40), 9), (line(8), 3)]
)
def test_placements_are_on_couplers(graph, num_clones):
    arms = Arms.for_clones(num_clones)
    plan = draw(arms)
    found = find_placements(Embeddings(graph.thinned(), ()), arms, noise_weights(plan.to_encoder()), most=4)
    assert found
    for placement in found:
        assert len(set(placement.qubits)) == arms.num_qubits
        assert all(graph.couples(placement.qubits[a], placement.qubits[b]) for a, b in edges_of(arms))


def test_a_line_has_no_room_for_two_pumps_with_a_reference():
    arms = Arms(2, 2)
    assert find_placements(Embeddings(line(40), ()), arms, noise_weights(draw(arms).to_encoder()), most=1) == []
