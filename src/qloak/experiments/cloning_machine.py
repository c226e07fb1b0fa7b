"""Comparison with the best machine that clones without encryption."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..errors import UsageError
from .arms import our_arm, paper_arm
from .bench import Bench
from .experiment import Row, RowPlan, TableExperiment
from .fidelity import paper_values
from .ladders import chain, num_leaves
from .measured import measured_row

__all__ = ["cloning_machine", "cloning_machine_experiment"]

_NAME = "cloning-machine"


def cloning_machine(copies: int) -> dict[str, float]:
    """The optimal symmetric universal cloning machine of a qubit, 1 -> M copies.

    Each copy's Bloch vector shrinks by eta = (M + 2)/(3 M): average fidelity (1 + eta)/2 = (2 M + 1)/(3 M),
    entanglement fidelity (1 + 3 eta)/4 = (M + 1)/(2 M), CHSH value 2 sqrt 2 eta with a reference.

    Args:
        copies: M, at least 1.

    References:
        [BuzekHillery1996] for M = 2, [GisinMassar1997] for all M and optimality.
    """
    if type(copies) is not int or copies < 1:
        raise UsageError.of("copies", copies, "a whole number of at least 1")
    eta = (copies + 2) / (3 * copies)
    return {"fidelity": (1 + 3 * eta) / 4, "average_fidelity": (1 + eta) / 2, "chsh": 2 * 2**0.5 * eta}


def cloning_machine_experiment(bench: Bench, sizes: Sequence[int]) -> TableExperiment:
    """Rows by `clones`: the machine that makes as many copies as there are encrypted clones, n + 1 for even n.

    The comparison is between one encrypted clone decrypted, and all copies of the machine at hand at once.
    """
    return TableExperiment(_NAME, bench, lambda bench: (_plan(bench, size) for size in sizes), finish=_finish)


def _plan(bench: Bench, size: int) -> RowPlan:
    known = measured_row("fidelity", clones=size)
    copies = num_leaves(size, 0)
    point = {"clones": size}
    arms = {
        "paper_circuit": paper_arm(bench, _NAME, point, partial(chain, size)),
        "our_circuit": our_arm(bench, _NAME, point, size),
    }
    values = {"clones": size, "copies": copies, "cloning_machine": cloning_machine(copies)}
    return RowPlan({**values, **paper_values(known and known["parity"])}, arms)


def _finish(row: Row) -> Row:
    """Average fidelities, and who is above the machine."""
    limit = row["cloning_machine"]["fidelity"]
    for name in ("paper_circuit", "our_circuit"):
        if "fidelity" in row[name]:
            fidelity = row[name]["fidelity"]
            row[name] |= {"average_fidelity": (2 * fidelity + 1) / 3, "above_cloning_machine": bool(fidelity > limit)}
    return row
