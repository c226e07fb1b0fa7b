"""Error suppression: what decoupling and twirling could do, as far as Pauli noise tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ..errors import UsageError
from ..noise import Device
from .arms import our_arm, paper_arm
from .bench import Bench
from .experiment import Arm, RowPlan, TableExperiment
from .ladders import chain

__all__ = ["decoupled_device", "suppression_experiment"]

_NAME = "suppression"
DECOUPLED = "ideal decoupling"


def decoupled_device(device: Device) -> Device:
    """The device without pure dephasing, T2 = 2 T1, and decoupling pulses without errors: what no sequence can beat."""
    return replace(device, name=DECOUPLED, t2_seconds=2 * device.t1_seconds)


def suppression_experiment(bench: Bench, sizes: Sequence[int]) -> TableExperiment:
    """Rows by `clones`: both circuits as they are, and in `robustness` with ideal dynamical decoupling.

    T2 of a calibration is that of an echo; how much of the rest a sequence such as XY4 removes depends on the noise's
    spectrum, which no calibration tells, so that the truth lies between the two. Pauli twirling turns coherent errors
    into Pauli errors of the same strength; this model has them in that form already, so that twirling does nothing
    here. The paper saw no significant gain from either.
    """
    if not bench.is_exact:
        raise UsageError.of("engine", bench.engine, "exact for error suppression")
    wanted = replace(bench, scales=(), compared=(decoupled_device(bench.device),))
    return TableExperiment(_NAME, wanted, lambda bench: (_plan(bench, size) for size in sizes))


def _plan(bench: Bench, size: int) -> RowPlan:
    point = {"clones": size}
    arms: dict[str, Arm] = {
        "paper_circuit": paper_arm(bench, _NAME, point, partial(chain, size)),
        "our_circuit": our_arm(bench, _NAME, point, size),
    }
    return RowPlan({"clones": size, "twirling": "no effect in a model of Pauli noise"}, arms)
