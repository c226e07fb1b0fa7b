"""Trees that fill a processor, found in hours once and for all: `data/trees.json`.

A tree fits wherever its couplers exist. `benchmarks/trees.py` makes the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from ..errors import IntegrityError, UsageError
from .embedding import Embeddings
from .tree import UnitTree
from .unit import Unit

__all__ = ["SCHEMA", "known_trees", "tree_from_json", "tree_to_json", "trees_from_json"]

SCHEMA = "qloak.trees/1"


def known_trees(embeddings: Embeddings, num_units: int) -> Iterator[UnitTree]:
    """The known trees that fit on a graph, cut down to a number of units; none that are smaller.

    Raises:
        IntegrityError: if the file that comes with the package has been damaged.
    """
    for values in _file():
        if len(values["units"]) >= num_units and _fits(values, embeddings):
            yield _cut(tree_from_json(values, embeddings), num_units)


def tree_to_json(tree: UnitTree) -> dict[str, object]:
    """A tree as JSON values: reference, source, and the units, parents first, with their qubits by position."""
    units = [unit.unit.to_entry() | {"qubits": list(unit.qubits)} for unit in tree.units]
    return {"reference": tree.reference, "source": tree.source, "units": units}


def tree_from_json(values: Mapping[str, Any], embeddings: Embeddings) -> UnitTree:
    """The tree that `tree_to_json` wrote.

    Raises:
        KeyError: if a unit needs a coupler that does not exist, or no clone is where it begins.
    """
    units = (embeddings.embed(_unit(entry), entry["qubits"]) for entry in values["units"])
    return UnitTree(embeddings, values["reference"], values["source"], units)


def trees_from_json(data: str | bytes) -> tuple[dict[str, Any], ...]:
    """The trees of a file, each as JSON values, their parts checked.

    Raises:
        IntegrityError: for a file that has no trees, or whose trees contradict themselves.
    """
    try:
        document = json.loads(data)
        if document["schema"] != SCHEMA:
            raise IntegrityError(f"known trees: got schema {document['schema']!r}, expected {SCHEMA!r}.")
        for values in document["trees"]:
            _check(values)
    except (ValueError, LookupError, TypeError, AttributeError, UsageError) as error:
        raise IntegrityError(f"known trees: not readable ({type(error).__name__}: {error}).") from error
    return tuple(document["trees"])


@cache
def _file() -> tuple[dict[str, Any], ...]:
    return trees_from_json((resources.files(__package__) / "data" / "trees.json").read_bytes())


def _unit(entry: Mapping[str, Any]) -> Unit:
    low, high = entry["key"]
    return Unit.from_text((entry["shape"], entry["input"], (low, high)), entry["clones"], entry["gates"])


def _check(values: Mapping[str, Any]) -> None:
    """Refuse a tree whose units do not hang together or overlap."""
    open_clones, used = {values["source"]}, {values["source"], values["reference"]}
    for entry in values["units"]:
        unit, qubits = _unit(entry), entry["qubits"]
        new = {qubit for qubit in qubits if qubit != qubits[unit.input]}
        if len(qubits) != 5 or len(new) != 4 or new & used or not all(type(q) is int and q >= 0 for q in qubits):
            raise ValueError(f"qubits {qubits} are not free")
        open_clones.remove(qubits[unit.input])
        open_clones |= {qubits[position] for position, _ in unit.clones}
        used |= new


def _fits(values: Mapping[str, Any], embeddings: Embeddings) -> bool:
    """Whether the graph has all couplers of a tree."""
    pairs = [(values["reference"], values["source"])]
    for entry in values["units"]:
        pairs += [(entry["qubits"][a], entry["qubits"][b]) for a, b in _unit(entry).edges]
    return all(embeddings.graph.couples(a, b) for a, b in pairs)


def _cut(tree: UnitTree, num_units: int) -> UnitTree:
    """The tree without the units at its ends whose clones lose most."""
    while len(tree.units) > num_units:
        lost = {leaf.qubit: leaf.infidelity for leaf in tree.leaves()}
        ends = [i for i in range(len(tree.units)) if len(tree.subtree(i)) == 1]
        worst = max(ends, key=lambda i: sum(lost[clone] for clone in tree.units[i].clones))
        tree = tree.without({worst})
    return tree
