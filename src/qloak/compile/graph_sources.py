"""Where device graphs come from: calibrations, Qiskit backends, edge lists, regular lattices."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..core.types import FloatArray, IntArray
from ..errors import LimitError, UnknownNameError, UsageError
from ..noise import Device, available_devices, load_device
from .graph import DeviceGraph

__all__ = ["all_to_all", "graph_from_backend", "graph_from_edges", "grid", "line", "load_graph", "parse_edges"]

MAX_QUBITS = 10_000
MAX_EDGES = 100_000
_MAX_ALL_TO_ALL = 440
_LATTICE = re.compile(r"(grid-(?P<rows>\d{1,5})x(?P<columns>\d{1,5})|(?P<kind>line|all-to-all)-(?P<size>\d{1,5}))")
_LIKE = "kingston"


def load_graph(name: str) -> DeviceGraph:
    """A graph by name: a device, or "grid-10x12", "line-30", "all-to-all-30".

    Raises:
        UnknownNameError: listing the known names.
    """
    if (found := _LATTICE.fullmatch(name.lower())) is not None:
        if found["rows"]:
            return grid(int(found["rows"]), int(found["columns"]))
        return (line if found["kind"] == "line" else all_to_all)(int(found["size"]))
    if name.lower().removeprefix("ibm_") not in available_devices():
        known = ", ".join((*available_devices(), "grid-ROWSxCOLUMNS", "line-N", "all-to-all-N"))
        raise UnknownNameError.of("device", name, f"one of {known}")
    return DeviceGraph.from_device(load_device(name))


def grid(rows: int, columns: int) -> DeviceGraph:
    """A square lattice; qubit r * columns + c sits in row r, column c. Numbers: see `graph_from_edges`."""
    if min(rows, columns) < 1 or rows * columns > MAX_QUBITS:
        raise LimitError.of("grid", (rows, columns), f"at least one row and column and at most {MAX_QUBITS} qubits")
    numbers = np.arange(rows * columns).reshape(rows, columns)
    across = np.stack([numbers[:, :-1].ravel(), numbers[:, 1:].ravel()], axis=1)
    down = np.stack([numbers[:-1].ravel(), numbers[1:].ravel()], axis=1)
    return graph_from_edges(np.concatenate([across, down]).tolist(), name=f"grid-{rows}x{columns}")


def line(num_qubits: int) -> DeviceGraph:
    """Qubits in a row. Numbers: see `graph_from_edges`."""
    if not 2 <= num_qubits <= MAX_QUBITS:
        raise LimitError.of("line", num_qubits, f"2 to {MAX_QUBITS} qubits")
    return graph_from_edges([(q, q + 1) for q in range(num_qubits - 1)], name=f"line-{num_qubits}")


def all_to_all(num_qubits: int) -> DeviceGraph:
    """Every pair coupled. Numbers: see `graph_from_edges`."""
    if not 2 <= num_qubits <= _MAX_ALL_TO_ALL:
        raise LimitError.of("all_to_all", num_qubits, f"2 to {_MAX_ALL_TO_ALL} qubits")
    pairs = [(a, b) for b in range(num_qubits) for a in range(b)]
    return graph_from_edges(pairs, name=f"all-to-all-{num_qubits}")


def graph_from_edges(edges: Iterable[tuple[int, int]], *, name: str = "edges", like: str = _LIKE) -> DeviceGraph:
    """A graph from pairs of qubits. Every qubit and coupler gets the median errors and times of a device.

    Args:
        edges: pairs of qubit numbers in any order; repeated pairs count once.
        name: for messages and files.
        like: the device whose medians to take.

    Raises:
        UsageError: naming the first pair that is none.
        LimitError: for more qubits or pairs than any device has.
    """
    pairs: set[tuple[int, int]] = set()
    for edge in edges:
        pairs.add(_checked(edge))
        if len(pairs) > MAX_EDGES:
            raise LimitError.of("edges", f"more than {MAX_EDGES} pairs", f"at most {MAX_EDGES}")
    if not pairs:
        raise UsageError.of("edges", [], "at least one pair of qubits")
    couplers = np.array(sorted(pairs), dtype=np.int64)
    return DeviceGraph.from_device(_uniform_device(couplers, name=name, like=load_device(like)))


def parse_edges(text: str, *, name: str = "edges") -> DeviceGraph:
    """A graph from text: one pair of qubit numbers per line, apart by blanks or a comma; "#" starts a comment.

    Raises:
        UsageError: naming the first line that is no pair.
        LimitError: for more qubits or pairs than any device has.
    """
    edges = []
    for number, full in enumerate(text.splitlines(), start=1):
        words = full.split("#", 1)[0].replace(",", " ").split()
        if not words:
            continue
        if len(words) != 2 or not all(word.isascii() and word.isdigit() and len(word) <= 6 for word in words):
            raise UsageError.of(f"edges, line {number}", full, "two qubit numbers, such as 0 1")
        edges.append((int(words[0]), int(words[1])))
    return graph_from_edges(edges, name=name)


def graph_from_backend(backend: Any) -> DeviceGraph:  # noqa: ANN401 - many kinds of backend, none imported
    """The graph of a Qiskit backend: calibrated if it has a calibration, else by its coupling map alone.

    Args:
        backend: anything with `coupling_map`, or with a `target` that builds one.

    Raises:
        UsageError: if it has neither.
    """
    name = str(getattr(backend, "name", "backend"))
    if getattr(backend, "properties", None) is not None and backend.properties() is not None:
        from ..noise import device_from_backend

        return DeviceGraph.from_device(device_from_backend(backend))
    coupling = getattr(backend, "coupling_map", None)
    if coupling is None and getattr(backend, "target", None) is not None:
        coupling = backend.target.build_coupling_map()
    if coupling is None:
        raise UsageError.of("backend", name, "a backend with a coupling map", "qloak also reads plain edge lists.")
    return graph_from_edges(coupling.get_edges() if hasattr(coupling, "get_edges") else coupling, name=name)


def _checked(edge: object) -> tuple[int, int]:
    """One pair, smaller number first."""
    if not isinstance(edge, tuple | list) or len(edge) != 2 or not all(type(q) is int for q in edge):
        raise UsageError.of("edges", edge, "pairs of qubit numbers")
    a, b = sorted(edge)
    if a < 0 or a == b:
        raise UsageError.of("edges", edge, "two different qubit numbers from 0")
    if b >= MAX_QUBITS:
        raise LimitError.of("edges", edge, f"qubit numbers below {MAX_QUBITS}")
    return a, b


def _uniform_device(couplers: IntArray, *, name: str, like: Device) -> Device:
    """A device on which every qubit and coupler has the median numbers of another."""
    medians, size = like.medians(), int(couplers.max()) + 1

    def by_qubit(value: float) -> FloatArray:
        return np.full(size, value)

    return Device(
        name=name,
        source=f"no calibration: medians of {like.name}",
        snapshot=like.snapshot,
        num_qubits=size,
        t1_seconds=by_qubit(medians.t1_seconds),
        t2_seconds=by_qubit(min(medians.t2_seconds, 2 * medians.t1_seconds)),
        one_qubit_errors=by_qubit(medians.one_qubit_error),
        one_qubit_seconds=by_qubit(medians.one_qubit_seconds),
        one_given_zero=by_qubit(medians.readout_error),
        zero_given_one=by_qubit(medians.readout_error),
        readout_seconds=by_qubit(medians.readout_seconds),
        reset_seconds=by_qubit(medians.reset_seconds),
        couplers=couplers,
        two_qubit_errors=np.full(len(couplers), medians.two_qubit_error),
        two_qubit_seconds=np.full(len(couplers), medians.two_qubit_seconds),
    )
