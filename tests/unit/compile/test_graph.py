"""Device graphs: what is coupled, and what is refused."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from qloak.compile.graph import DeviceGraph
from qloak.compile.graph_sources import (
    all_to_all,
    graph_from_backend,
    graph_from_edges,
    grid,
    line,
    load_graph,
    parse_edges,
)
from qloak.errors import LimitError, UnknownNameError, UsageError
from qloak.noise import load_device


def test_dead_couplers_and_qubits_are_left_out():
    device = load_device("kingston")
    graph = DeviceGraph.from_device(device)
    dead = {tuple(pair) for pair in device.couplers[device.dead_couplers].tolist()}
    dead_qubits = set(np.flatnonzero(device.dead_qubits).tolist())
    assert dead
    assert not dead & graph.edges
    assert not dead_qubits & {q for edge in graph.edges for q in edge}


def test_neighbors_are_the_couplers():
    graph = load_graph("kingston")
    pairs = {(a, b) for a, others in enumerate(graph.neighbors) for b in others if a < b}
    assert pairs == graph.edges
    a, b = next(iter(pairs))
    assert graph.couples(a, b)
    assert graph.couples(b, a)
    assert not graph.couples(a, a)


def test_reliable_keeps_what_is_below_the_limits():
    graph = load_graph("kingston").reliable(max_two_qubit_error=0.002, max_readout_error=0.01)
    assert 0 < len(graph.couplers) < len(load_graph("kingston").couplers)
    assert graph.coupler_errors.max() <= 0.002
    assert graph.device.readout_flips[graph.couplers].max() <= 0.01


def test_pieces_are_the_connected_components():
    graph = graph_from_edges([(0, 1), (1, 2), (4, 5), (7, 6), (7, 8), (8, 9)])
    assert graph.pieces == ((6, 7, 8, 9), (0, 1, 2), (4, 5))
    assert graph.largest_piece().edges == {(6, 7), (7, 8), (8, 9)}


def test_too_small_a_graph_says_the_sizes_of_its_pieces():
    graph = graph_from_edges([(0, 1), (1, 2), (4, 5)], name="mine")
    graph.require(3, "something")
    with pytest.raises(UsageError, match=r"'mine', expected at least 6 connected qubits for 2 clones\..* 3, 2 qubits"):
        graph.require(6, "2 clones")


@pytest.mark.parametrize(("rows", "columns"), [(10, 12), (1, 5), (3, 3)])
def test_grid(rows, columns):
    graph = grid(rows, columns)
    assert len(graph.couplers) == rows * (columns - 1) + columns * (rows - 1)
    assert all(b - a in (1, columns) for a, b in graph.edges)
    assert len(graph.pieces[0]) == rows * columns


def test_line_and_all_to_all():
    assert line(5).edges == {(0, 1), (1, 2), (2, 3), (3, 4)}
    assert len(all_to_all(7).edges) == 21


def test_thinned_keeps_pieces_and_bounds_the_degree():
    thin = all_to_all(30).thinned()
    assert len(thin.pieces[0]) == 30
    assert max(map(len, thin.neighbors)) <= 5
    assert thin.edges <= all_to_all(30).edges
    star = graph_from_edges([(0, q) for q in range(1, 9)])
    assert star.thinned().edges == star.edges


def test_names():
    assert load_graph("ibm_kingston").name == "kingston"
    assert load_graph("grid-2x3").edges == grid(2, 3).edges
    assert load_graph("line-4").edges == line(4).edges
    assert load_graph("all-to-all-4").edges == all_to_all(4).edges
    with pytest.raises(UnknownNameError, match=r"kingston.*grid-ROWSxCOLUMNS"):
        load_graph("nowhere")


def test_edge_list_text():
    graph = parse_edges("# my chip\n0 1\n2,1  # comma\n\n1 0\n")
    assert graph.edges == {(0, 1), (1, 2)}


@pytest.mark.parametrize("text", ["0", "0 1 2", "0 x", "-1 0", "0 ٣", "0 12345678", "1 1", ""])
def test_bad_edge_lists_are_refused(text):
    with pytest.raises(UsageError, match="edges"):
        parse_edges(text)


@pytest.mark.parametrize(
    "make", [lambda: grid(0, 3), lambda: grid(200, 200), lambda: line(1), lambda: all_to_all(9999)]
)
def test_impossible_sizes_are_refused(make):
    with pytest.raises(LimitError):
        make()


def test_too_high_a_qubit_number_is_refused():
    with pytest.raises(LimitError, match="below 10000"):
        graph_from_edges([(0, 10_000)])


@pytest.mark.parametrize("edge", [(0, 1, 2), (0.0, 1), "01", (True, 2)])
def test_edges_must_be_pairs_of_numbers(edge):
    with pytest.raises(UsageError, match="edges"):
        graph_from_edges([edge])


def test_uniform_graphs_have_the_medians_of_a_device():
    device = line(4).device
    medians = load_device("kingston").medians()
    assert set(device.two_qubit_errors) == {medians.two_qubit_error}
    assert set(device.readout_flips) == {medians.readout_error}
    assert "medians of kingston" in device.source


def test_backend_with_a_coupling_map_only():
    coupling = SimpleNamespace(get_edges=lambda: [(0, 1), (1, 0), (1, 2)])
    by_map = SimpleNamespace(name="toy", coupling_map=coupling)
    by_target = SimpleNamespace(name="toy", target=SimpleNamespace(build_coupling_map=lambda: coupling))
    for backend in (by_map, by_target):
        graph = graph_from_backend(backend)
        assert graph.name == "toy"
        assert graph.edges == {(0, 1), (1, 2)}


def test_backend_without_couplers_is_refused():
    with pytest.raises(UsageError, match="coupling map"):
        graph_from_backend(SimpleNamespace(name="simulator", coupling_map=None))


def test_qiskit_backend_with_a_calibration():
    fake_provider = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    graph = graph_from_backend(fake_provider.FakeTorino())
    assert graph.edges == load_graph("torino").edges
