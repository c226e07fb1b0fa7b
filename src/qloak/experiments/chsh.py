"""Experiment 2: the CHSH value of reference and clone, for each order of reading them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from .arms import our_arm, paper_arm
from .bench import Bench
from .experiment import RowPlan, TableExperiment
from .ladders import chain
from .measured import measured_row
from .noisy import ORDERS, Order

__all__ = ["chsh_experiment"]

_NAME = "chsh"


def chsh_experiment(bench: Bench, sizes: Sequence[int]) -> TableExperiment:
    """Rows by `clones`, for both read together; the parts "reference-first" and "clone-first" are the other orders.

    Reading takes the device's own time, in which everything else waits. "reference-first" reads the reference between
    encryption and decryption: the pair is projected before there is a decrypted clone.
    """
    return TableExperiment(_NAME, bench, lambda bench: (_row(bench, size) for size in sizes))


def _row(bench: Bench, size: int) -> RowPlan:
    plans = {order: _plan(bench, size, order) for order in ORDERS}
    main = plans.pop("together")
    return RowPlan({"clones": size, **main.values}, main.arms, {str(order): plan for order, plan in plans.items()})


def _plan(bench: Bench, size: int, order: Order) -> RowPlan:
    known = measured_row("chsh", clones=size)
    values = {"paper_measured": None}
    if known is not None:
        values = {"paper_measured": known[order]["value"], "paper_error": known[order]["error"]}
    point = {"clones": size, "order": order}
    arms = {
        "paper_circuit": paper_arm(bench, _NAME, point, partial(chain, size), figure="chsh", order=order),
        "our_circuit": our_arm(bench, _NAME, point, size, figure="chsh", order=order),
    }
    return RowPlan(values, arms)
