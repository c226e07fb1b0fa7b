"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Severity"]


class Severity(StrEnum):
    """How bad it is.

    ERROR: a promise of the vault does not hold.
    WARNING: a loss that the vault was made to survive, or something that cannot be looked at.
    NOTE: something is under way.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing.

    Attributes:
        code: stable name of its kind.
        severity: how bad it is.
        subject: an object's id, a provider, a tenant or the ledger.
        message: one sentence.
    """

    code: str
    severity: Severity
    subject: str
    message: str
