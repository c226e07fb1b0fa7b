"""Fill processors with units and keep the best trees in src/qloak/compile/data/trees.json.

Usage: python benchmarks/trees.py [--windows 60] [--seed 0] boston pittsburgh

Each tree begins from the one in the file that fits, or from a new tiling, and is improved window by window. Run again
with another seed, it goes on from there; a tree is replaced only by one whose clones lose less.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from qloak.compile import load_graph, load_units
from qloak.compile.embedding import Embeddings
from qloak.compile.known_trees import SCHEMA, known_trees, tree_to_json
from qloak.compile.tiling import Tiler
from qloak.compile.tree import UnitTree

FILE = Path(__file__).parents[1] / "src" / "qloak" / "compile" / "data" / "trees.json"
MAX_LAYERS = 12


def mean_infidelity(tree: UnitTree) -> float:
    leaves = tree.leaves()
    return sum(leaf.infidelity for leaf in leaves) / len(leaves)


def best_tree(name: str, windows: int, seed: int) -> UnitTree:
    graph = load_graph(name).largest_piece()
    num_units = (len(graph.pieces[0]) - 2) // 4
    embeddings = Embeddings(graph, load_units())
    tiler = Tiler(embeddings, load_units(), num_units, max_layers=MAX_LAYERS)
    known = sorted(known_trees(embeddings, num_units), key=mean_infidelity)
    start = tiler.tiling_of(known[0]) if known else tiler.find(seed=seed)
    if start is None:
        raise SystemExit(f"{name}: {num_units} units do not fit, or not in this time.")
    tree = tiler.improve(start, windows, seed=seed).to_tree(embeddings)
    best = min([tree, *known[:1]], key=mean_infidelity)
    print(f"{name}: {num_units} units, {best.layers(best.open)} layers, mean F_e about {1 - mean_infidelity(best):.4f}")
    return best


def to_text(trees: list[UnitTree]) -> str:
    """JSON with one unit in a line."""
    text = []
    for tree in trees:
        values = tree_to_json(tree)
        lines = ",\n".join(json.dumps(unit) for unit in values.pop("units"))
        text.append(json.dumps(values)[:-1] + ', "units": [\n' + lines + "\n]}")
    return f'{{"schema": "{SCHEMA}", "trees": [\n' + ",\n".join(text) + "\n]}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("devices", nargs="+")
    parser.add_argument("--windows", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    FILE.write_text(to_text([best_tree(name, options.windows, options.seed) for name in options.devices]))
