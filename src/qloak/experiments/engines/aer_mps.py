"""Counts from Aer's matrix product states: as `aer`, for more qubits, as long as little entanglement crosses any cut.

`task.point["bond"]`, 64 if absent, bounds the bond dimension. The result is exact where no larger one would occur;
run a task with twice the bond to see whether it has converged.
"""

from __future__ import annotations

from ...errors import UsageError
from ..task import Outcome, Task
from .aer import run_with

__all__ = ["DEFAULT_BOND", "MAX_BOND", "run"]

DEFAULT_BOND = 64
MAX_BOND = 4096


def run(task: Task) -> Outcome:
    """Evaluate a task of the engine "aer-mps"; errors as for `aer.run`, and UsageError for an impossible bond."""
    bond = task.point.get("bond", DEFAULT_BOND)
    if isinstance(bond, bool) or not isinstance(bond, int) or not 1 <= bond <= MAX_BOND:
        raise UsageError.of("bond", bond, f"a whole number from 1 to {MAX_BOND}")
    options = {
        "matrix_product_state_max_bond_dimension": bond,
        # Aer drops by this weight too; so small that the bond decides.
        "matrix_product_state_truncation_threshold": 1e-14,
    }
    return run_with(task, "matrix_product_state", options=options)
