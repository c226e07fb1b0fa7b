"""Experiment 3: clones that are encrypted and cloned again, whole trees and one clone per level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from .arms import our_arm, paper_arm
from .bench import Bench
from .experiment import Arm, RowPlan, TableExperiment
from .fidelity import paper_values
from .ladders import LogicalCircuit, chain, num_leaves, partial_tree
from .measured import measured_row
from .task import Scalar

__all__ = ["iterated_experiment"]

_NAME = "iterated"
_TREES = ("0", "1", "2", "2*", "3")
_PARTIAL = {"2*": (49, 11, False), "3": (77, 25, True)}
"""Trees of n = 2 that are not full: clones, clones of level 2 encrypted again, whether one of theirs is decrypted."""
_CHAIN_LEVELS = {2: 6, 4: 3}
_FALLBACKS = (63, 45, 27)
"""Clones that are tried where those of the paper's full chip do not fit."""


def iterated_experiment(bench: Bench, levels: Sequence[int] | None = None) -> TableExperiment:
    """Rows by `levels` and `kind`: "tree" as in Table III, "chain", one clone per level, as in Table VI.

    Level 2 occurs twice among the trees: full, and with some clones encrypted once more (`label` 2*); level 3 is the
    tree that fills the chip.

    Args:
        bench: the setting.
        levels: the ones wanted; default all of the paper.
    """

    def plan(bench: Bench) -> Iterator[RowPlan]:
        for label in _TREES:
            if levels is None or int(label[0]) in levels:
                yield _tree(bench, label)
        for num_clones, most in _CHAIN_LEVELS.items():
            for level in range(most + 1):
                if levels is None or level in levels:
                    yield _chain(bench, num_clones, level)

    return TableExperiment(_NAME, bench, plan)


def _tree(bench: Bench, label: str) -> RowPlan:
    level = int(label[0])
    clones = _PARTIAL[label][0] if label in _PARTIAL else num_leaves(2, level)
    point: dict[str, Scalar] = {"kind": "tree", "label": label}
    extra, decrypt_extra = _PARTIAL.get(label, (0, 0, False))[1:]
    fitting = _fitting(bench, extra) if decrypt_extra else extra
    note = ""
    if fitting < extra:
        note = f"{clones} clones take {2 * clones} connected qubits, the device has fewer."

    def build() -> LogicalCircuit:
        return partial_tree(2, level if label not in _PARTIAL else 2, extra=fitting, decrypt_extra=decrypt_extra)

    paper = paper_arm(bench, _NAME, point, build)
    if paper.cases:
        paper = replace(paper, facts={**paper.facts, "clones": clones - 2 * (extra - fitting)}, limited_by=note)
    arms = {"paper_circuit": paper, "our_circuit": _most_clones(bench, point, clones)}
    values = {"levels": level, "kind": "tree", "label": label, "clones": clones}
    return RowPlan({**values, **paper_values(measured_row("tree", label=label))}, arms)


def _chain(bench: Bench, num_clones: int, level: int) -> RowPlan:
    point: dict[str, Scalar] = {"kind": "chain", "n": num_clones, "levels": level}
    arms = {
        "paper_circuit": paper_arm(bench, _NAME, point, partial(chain, num_clones, level)),
        # As many clones as there really are, encrypted once or more often as it suits the device.
        "our_circuit": our_arm(bench, _NAME, point, num_clones * (level + 1) + 1),
    }
    known = measured_row("chain", num_clones=num_clones, levels=level)
    values = {"levels": level, "kind": "chain", "n": num_clones, "virtual_clones": num_leaves(num_clones, level)}
    return RowPlan({**values, **paper_values(known)}, arms)


def _fitting(bench: Bench, extra: int) -> int:
    """How many of the 27 clones of level 2 can be encrypted once more on the device, at least one."""
    largest = len(bench.graph.pieces[0]) if bench.graph.pieces else 0
    return max(1, min(extra, (largest - 2 * num_leaves(2, 2)) // 4))


def _most_clones(bench: Bench, point: dict[str, Scalar], clones: int) -> Arm:
    """Our circuit for so many clones, or for as many of some smaller numbers as fit."""
    arm = our_arm(bench, _NAME, point, clones)
    reason = arm.limited_by
    for fewer in _FALLBACKS:
        if arm.cases or fewer >= clones:
            continue
        arm = our_arm(bench, _NAME, {**point, "clones": fewer}, fewer)
        arm = replace(arm, limited_by=f"{reason} These are {fewer} clones." if arm.cases else reason)
    return arm
