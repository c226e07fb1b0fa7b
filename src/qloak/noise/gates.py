"""Families of stim's operations, as the rules and schedules need them."""

from __future__ import annotations

import stim

__all__ = [
    "CZ_LIKE_GATES",
    "MEASUREMENTS",
    "ONE_QUBIT_GATES",
    "PAIR_MEASUREMENTS",
    "RESETS",
    "TWO_QUBIT_GATES",
    "VIRTUAL_GATES",
    "WAITING",
    "flip_of_reset",
]

WAITING = frozenset({"I", "II"})
"""A qubit that is named but not touched: it waits."""

ONE_QUBIT_GATES = frozenset(n for n, g in stim.gate_data().items() if g.is_unitary and g.is_single_qubit_gate) - WAITING
TWO_QUBIT_GATES = frozenset(n for n, g in stim.gate_data().items() if g.is_unitary and g.is_two_qubit_gate) - WAITING

CZ_LIKE_GATES = frozenset(
    {"CX", "CY", "CZ", "XCX", "XCY", "XCZ", "YCX", "YCY", "YCZ"}
    | {f"SQRT_{pair}{end}" for pair in ("XX", "YY", "ZZ") for end in ("", "_DAG")}
)
"""Gates that are one CZ up to one-qubit gates; the others take two (ISWAP, CXSWAP) or three (SWAP)."""

VIRTUAL_GATES = frozenset({"Z", "S", "S_DAG"})
"""Rotations about Z, which hardware with a drive frame does in software: no time, no error."""

MEASUREMENTS = frozenset({"M", "MX", "MY", "MR", "MRX", "MRY"})
PAIR_MEASUREMENTS = frozenset({"MXX", "MYY", "MZZ"})
RESETS = frozenset({"R", "RX", "RY"})


def flip_of_reset(name: str) -> str:
    """The Pauli that turns the state a reset prepares into the opposite one: X for R and MR, Z for RX."""
    return "Z" if name.endswith("X") else "X"
