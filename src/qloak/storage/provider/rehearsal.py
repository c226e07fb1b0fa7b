"""Failures that a site rehearses: how it answers, and what it does to deposits before it gives them back."""

from __future__ import annotations

import hashlib
import time
from typing import Final

from ...errors import UnavailableError
from ..world.operations import Discard, Measure, Operation, Strike
from .protocol import Deposit, Fault, ProviderInfo

__all__ = ["MAX_SLOW_SECONDS", "behave", "misdeeds", "strongest"]

MAX_SLOW_SECONDS: Final = 60.0
_LETTERS: Final = "XYZ"


def strongest(fault: Fault) -> float:
    """The greatest strength of a fault: seconds for slow, a probability otherwise."""
    return MAX_SLOW_SECONDS if fault is Fault.SLOW else 1.0


def behave(info: ProviderInfo) -> None:
    """Be offline or slow, if that is rehearsed.

    Raises:
        UnavailableError: when offline.
    """
    if Fault.OFFLINE in info.faults:
        raise UnavailableError(f"provider {info.name}: it does not answer (rehearsed failure: offline).")
    if Fault.SLOW in info.faults:
        time.sleep(info.faults[Fault.SLOW])


def misdeeds(info: ProviderInfo, deposit: Deposit) -> list[Operation]:
    """What a faulty site does to a deposit before its release.

    A deposit's name alone decides, with the fault's strength as probability, so that a retry does nothing new.
    """
    name, acts = deposit.deposit, list[Operation]()
    if _chance(name, Fault.MEASURING) < info.faults.get(Fault.MEASURING, 0):
        acts.append(
            Measure(
                op_id=f"{name}:look",
                holder=info.holder,
                target=deposit.stored,
                letters={deposit.qubits[0]: _letter(name, "letter")},
            )
        )
    if _chance(name, Fault.TAMPERING) < info.faults.get(Fault.TAMPERING, 0):
        acts.append(
            Strike(
                op_id=f"{name}:hit",
                holder=info.holder,
                stored=deposit.stored,
                letters={deposit.qubits[0]: _letter(name, "pauli")},
            )
        )
    if _chance(name, Fault.LOSSY) < info.faults.get(Fault.LOSSY, 0):
        acts.append(Discard(op_id=f"{name}:drop", holder=info.holder, stored=deposit.stored, qubits=deposit.qubits))
    return acts


def _letter(deposit: str, what: str) -> str:
    return _LETTERS[int(3 * _chance(deposit, what))]


def _chance(deposit: str, what: str) -> float:
    """A number in [0, 1) that looks random and belongs to this deposit for ever."""
    digest = hashlib.sha256(f"{what}|{deposit}".encode()).digest()
    # 53 bits: more would be rounded, to 1 at worst.
    return (int.from_bytes(digest[:7]) >> 3) / 2**53
