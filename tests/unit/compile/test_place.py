"""Placements: verified, as good as promised on a real calibration, and clear refusals."""

from __future__ import annotations

import itertools

import pytest

from qloak.compile.effort import Effort
from qloak.compile.estimate import clone_fidelities
from qloak.compile.graph_sources import graph_from_edges, grid, line, load_graph
from qloak.compile.objective import Objective
from qloak.compile.place import place
from qloak.compile.readout import read_clones
from qloak.compile.verify import verify_encoder
from qloak.errors import UsageError

QUICK = Effort(starts=60, moves=400, exact_moves=10)


@pytest.fixture(scope="module")
def kingston():
    return load_graph("kingston")


@pytest.mark.parametrize(("num_clones", "keys", "made"), [(2, 2, 3), (3, 2, 3), (4, 4, 5), (7, 6, 7)])
def test_counts_of_clones_and_keys(kingston, num_clones, keys, made):
    placement = place(kingston, num_clones, effort=QUICK)
    encoder = placement.encoder
    verify_encoder(encoder, kingston)
    assert len(encoder.key) == keys
    assert len(encoder.clones) == made
    assert len(encoder.qubits) == keys + made + 1
    assert placement.used_clones == encoder.clones[:num_clones]
    assert placement.layers <= 7


def test_clones_are_in_order_of_exact_fidelity(kingston):
    placement = place(kingston, 4, effort=QUICK)
    exact = clone_fidelities(placement.encoder, kingston.device)
    assert dict(placement.fidelities) == exact
    inside = [exact[clone] for clone in placement.encoder.clones]
    assert inside == sorted(inside, reverse=True)


def test_five_clones_meet_the_promise_on_kingston(kingston):
    # Layers, gates and mean fidelity that the compiler promises for five clones, at part of the normal effort.
    placement = place(kingston, 5, effort=Effort(starts=400, moves=3000, exact_moves=40))
    fidelities = placement.fidelities.values()
    assert placement.layers <= 7
    assert len(placement.encoder.gates) + 1 <= 3.3 * 5
    assert sum(fidelities) / len(fidelities) >= 0.925


@pytest.mark.parametrize("num_clones", [8, 15])
def test_every_clone_keeps_to_the_promised_gates(kingston, num_clones):
    placement = place(kingston, num_clones, effort=Effort(starts=200, moves=3000, exact_moves=40))
    readouts = read_clones(placement.encoder, kingston)
    gates = [len(placement.encoder.gates) + len(readouts[clone].gates) for clone in placement.used_clones]
    assert max(gates) <= 3.3 * num_clones


@pytest.mark.parametrize("num_clones", [2, 3])
def test_a_short_search_is_enough_for_one_unit(kingston, num_clones):
    def mean(effort):
        placement = place(kingston, num_clones, effort=effort)
        return sum(placement.fidelities[clone] for clone in placement.used_clones) / num_clones

    assert mean(Effort.normal(1)) >= mean(Effort(starts=1500, moves=5000, exact_moves=100)) - 1e-3


@pytest.mark.parametrize("num_clones", [2, 5, 9, 15])
def test_goal_depth_takes_five_layers(kingston, num_clones):
    assert place(kingston, num_clones, objective=Objective("depth"), effort=QUICK).layers <= 5


def test_goal_gates_takes_six_per_unit(kingston):
    assert len(place(kingston, 7, objective=Objective("gates"), effort=QUICK).encoder.gates) == 1 + 3 * 6


def test_worst_and_best_are_what_they_say(kingston):
    spread = {}
    for over in ("worst", "best"):
        placement = place(kingston, 5, objective=Objective(over=over), effort=Effort(200, 2000, 20))
        spread[over] = min(placement.fidelities.values()), max(placement.fidelities.values())
    assert spread["worst"][0] >= spread["best"][0]
    assert spread["best"][1] >= spread["worst"][1]


@pytest.mark.parametrize("graph", [line(14), grid(4, 4), load_graph("all-to-all-14")], ids=lambda graph: graph.name)
def test_other_graphs(graph):
    placement = place(graph, 7, effort=QUICK)
    verify_encoder(placement.encoder, graph)
    assert len(placement.encoder.clones) == 7


def test_same_seed_same_encoder(kingston):
    first, again = (place(kingston, 3, seed=7, effort=QUICK).encoder for _ in range(2))
    assert (first.gates, first.clones, first.key) == (again.gates, again.clones, again.key)


def test_a_time_budget_is_kept_to(kingston):
    placement = place(kingston, 5, effort=Effort.normal(2, seconds=0.3))
    assert placement.timed_out
    verify_encoder(placement.encoder, kingston)


def test_progress_ends_at_one(kingston):
    told = []
    place(kingston, 3, effort=QUICK, progress=told.append)
    assert told[-1] == 1
    assert all(a <= b for a, b in itertools.pairwise(told))


@pytest.mark.parametrize("num_clones", [-1, 0, 1, 10_000])
def test_impossible_numbers_of_clones_are_refused(kingston, num_clones):
    with pytest.raises(UsageError, match="clones"):
        place(kingston, num_clones)


def test_a_negative_seed_is_refused(kingston):
    with pytest.raises(UsageError, match="seed"):
        place(kingston, 3, seed=-1)


def test_too_small_a_graph_is_refused():
    with pytest.raises(UsageError, match=r"at least 10 connected qubits for 5 clones.* 9 qubits"):
        place(grid(3, 3), 5, effort=QUICK)


def test_a_graph_in_pieces_is_refused():
    pieces = graph_from_edges([*((q, q + 1) for q in range(5)), *((q, q + 1) for q in range(10, 17))])
    with pytest.raises(UsageError, match="8, 6 qubits"):
        place(pieces, 5, effort=QUICK)


def test_clones_that_do_not_fit_say_how_many_would():
    # A line of six with a brush at its end: big enough for two units, but only one has room.
    brush = graph_from_edges([*((q, q + 1) for q in range(5)), *((0, q) for q in range(6, 12))])
    with pytest.raises(UsageError, match=r"Trees of 2 units .* on 12 connected qubits.* 3 clones fit"):
        place(brush, 5, effort=QUICK)


def test_no_room_for_a_unit_says_so():
    star = graph_from_edges([(0, q) for q in range(1, 8)])
    with pytest.raises(UsageError, match="Not even one unit fits"):
        place(star, 2, effort=QUICK)
