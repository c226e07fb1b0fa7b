"""The picture of a layout and the coordinates it uses."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from qloak.compile.coordinates import coordinates
from qloak.compile.graph import DeviceGraph
from qloak.compile.graph_sources import all_to_all, graph_from_edges, grid, line
from qloak.compile.layout_svg import layout_svg
from qloak.errors import UsageError
from qloak.noise import available_devices, load_device
from tests.encoders import ENCODERS, KINGSTON

SVG = "{http://www.w3.org/2000/svg}"


def lengths(graph: DeviceGraph) -> np.ndarray:
    at = coordinates(graph)
    first, second = graph.device.couplers.T
    return np.linalg.norm(at[first] - at[second], axis=1)


@pytest.mark.parametrize("name", available_devices())
def test_a_heavy_hex_lattice_is_drawn_with_equal_couplers(name: str):
    graph = DeviceGraph.from_device(load_device(name))
    assert np.allclose(lengths(graph), 1)
    assert len(np.unique(coordinates(graph), axis=0)) == graph.num_qubits


@pytest.mark.parametrize("graph", [grid(4, 5), line(7)])
def test_grids_and_lines_are_drawn_with_equal_couplers(graph: DeviceGraph):
    assert np.allclose(lengths(graph), 1)


def test_a_grid_has_its_shape():
    at = coordinates(grid(4, 5))
    assert at.max(axis=0).tolist() == [4, 3]


@pytest.mark.parametrize("graph", [all_to_all(9), graph_from_edges([(0, 5), (5, 2), (2, 7), (7, 0), (1, 3)])])
def test_other_graphs_keep_their_qubits_apart(graph: DeviceGraph):
    at = coordinates(graph)
    assert np.isfinite(at).all()
    distances = np.linalg.norm(at[:, None] - at[None], axis=2) + np.eye(graph.num_qubits)
    assert distances.min() > 0.3


def test_every_role_is_named_once():
    encoder = ENCODERS["seven units"]
    root = ElementTree.fromstring(layout_svg(encoder, KINGSTON, num_clones=14))
    labels = [text.text for text in root.findall(f"{SVG}g[@class='qubit']/{SVG}text")]
    wanted = ["R", *(f"S{i}" for i in range(1, 16)), *(f"K{i}" for i in range(1, 15))]
    assert sorted(labels) == sorted(wanted)
    shapes = [element.get("class") for element in root.iter() if element.get("class")]
    # One of each more, in the legend.
    assert (shapes.count("clone"), shapes.count("key"), shapes.count("reference")) == (15, 15, 2)
    assert (shapes.count("spare"), shapes.count("source")) == (2, 2)
    assert len(root.findall(f"{SVG}line")) == len(KINGSTON.device.couplers)
    assert len(root.findall(f"{SVG}line[@class='coupler used']")) == len({frozenset(g.qubits) for g in encoder.gates})


def test_it_is_accessible_and_needs_nothing_from_elsewhere():
    svg = layout_svg(ENCODERS["one unit"], KINGSTON, title='a <b> & "c"\x00')
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == root.findtext(f"{SVG}title") == 'a <b> & "c"\N{REPLACEMENT CHARACTER}'
    assert "reference on qubit 152" in root.findtext(f"{SVG}desc", "")
    assert "prefers-color-scheme:dark" in svg
    assert not re.search(r"(href|src|url\()", svg)


@pytest.mark.parametrize("num_clones", [0, 4])
def test_a_wrong_number_of_clones_is_refused(num_clones: int):
    with pytest.raises(UsageError, match="num_clones"):
        layout_svg(ENCODERS["one unit"], KINGSTON, num_clones=num_clones)


def test_a_device_that_is_too_small_is_refused():
    with pytest.raises(UsageError, match="qubits below 7"):
        layout_svg(ENCODERS["one unit"], line(7))
