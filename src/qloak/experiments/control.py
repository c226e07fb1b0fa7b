"""Controls: without the key there is nothing to see, so that noise cannot be mistaken for success."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import stim

from .arms import paper_arm
from .bench import Bench
from .case import Case
from .correlators import noiseless_correlators
from .experiment import Arm, RowPlan, TableExperiment, build_arm
from .ladders import LogicalCircuit, chain
from .measured import measured

__all__ = ["control_experiment"]

_NAME = "control"
_OTHER = 2  # number of S2


def control_experiment(bench: Bench, sizes: Sequence[int]) -> TableExperiment:
    """Rows by `clones`: CHSH of the reference with S2 before any decryption, and with S1 after its own.

    Without decryption every correlator of the two is 0, and no Pauli noise changes that; so is S.
    """
    return TableExperiment(_NAME, bench, lambda bench: (_plan(bench, size) for size in sizes))


def _plan(bench: Bench, size: int) -> RowPlan:
    known = measured()["control"]
    values: dict[str, object] = {"clones": size, "clone": "S2", "paper_measured": None}
    if known["clones"] == size:
        values |= {"paper_measured": known["value"], "paper_error": known["error"]}
    point = {"clones": size}
    arms = {
        "undecrypted": build_arm(lambda: _undecrypted(bench, chain(size).encrypted_only(_OTHER), size)),
        "decrypted": paper_arm(bench, _NAME, {**point, "key": True}, partial(chain, size), figure="chsh"),
    }
    return RowPlan(values, arms)


def _undecrypted(bench: Bench, logical: LogicalCircuit, size: int) -> Arm:
    if bench.is_exact:
        circuit = sum(logical.stages, stim.Circuit())
        zz, xx = (noiseless_correlators(circuit, *logical.ends)[letters] for letters in ("ZZ", "XX"))
        return Arm((), {"chsh": 2**0.5 * (zz + xx)})
    placed = bench.paper(logical, f"{size} clones without decryption")
    return Arm((Case(_NAME, {"clones": size, "key": False}, placed.physical, "none", figure="chsh"),))
