"""Which logical operators the holder of some qubits can measure, and by which physical operator.

A closed form for the canonical scheme, linear in the number of clones, and GF(2) elimination for any
scheme. Signs are exact: the mean value of the physical operator is that of the logical one, for every
encoded state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import stim

from ..errors import NotAuthorizedSetError, UsageError
from .access import classify
from .canonical import CanonicalHolding
from .cloning import EncryptedCloning
from .qubits import parse_holding
from .scheme import Scheme
from .supported import SupportedOperators
from .types import BitArray, IntArray

__all__ = ["VisibleLogical", "representative", "visible_logicals"]


@dataclass(frozen=True, slots=True, eq=False)
class VisibleLogical:
    """A logical Pauli and a physical one that measures it.

    Attributes:
        logical: one letter for each logical qubit, such as "Y" or "XI".
        operator: acts on the holding only; on every encoded state it has the mean value of `logical`,
            sign included.
    """

    logical: str
    operator: stim.PauliString

    @property
    def sign(self) -> int:
        """+1 or -1: the sign in front of the operator's letters."""
        return 1 if self.operator.sign == 1 else -1

    @property
    def qubits(self) -> IntArray:
        """The qubits that it takes to measure it, ascending."""
        return np.array(self.operator.pauli_indices(), dtype=np.int64)


def visible_logicals(
    scheme: Scheme,
    holding: str | Iterable[str] | IntArray,
    *,
    method: Literal["auto", "closed", "rank"] = "auto",
) -> tuple[VisibleLogical, ...]:
    """Independent logical operators that a holding can measure, each with its physical operator.

    None for an uninformative holding, X_1 .. X_k and Z_1 .. Z_k for an authorized one. Products of them are
    visible too; `representative` gives those. The operators are chosen to act on few qubits.

    Args:
        scheme: any scheme.
        holding: qubit names ("S1,N2" or a sequence) or numbers.
        method: "closed" is the closed form of the canonical scheme, "rank" works for every scheme, "auto"
            takes the closed form where there is one.

    Raises:
        UnknownNameError: for a qubit that does not exist.
        UsageError: for a qubit given twice, or the closed form for a scheme that has none.
        LimitError: for the rank method above MAX_CODE_QUBITS qubits.

    Examples:
        >>> [leak] = visible_logicals(EncryptedCloning(3), "S1,N2,N3")
        >>> leak.logical, str(leak.operator)
        ('Y', '-_Y___YY')
    """
    members = parse_holding(scheme.qubits, holding)
    if method not in ("auto", "closed", "rank"):
        raise UsageError.of("method", method, "auto, closed or rank")
    if isinstance(scheme, EncryptedCloning) and method != "rank":
        found = CanonicalHolding.of(scheme.num_clones, members).operators()
        return tuple(VisibleLogical(logical, operator) for logical, operator in found.items())
    if method == "closed":
        raise UsageError.of("method", method, "rank", "The closed form holds for the canonical scheme only.")
    visible, checks = SupportedOperators.on(scheme.code, members).split()
    light = visible.lightened(checks)
    return tuple(VisibleLogical(_to_text(part), light.operator(row)) for row, part in enumerate(light.logical_parts()))


def representative(scheme: Scheme, holding: str | Iterable[str] | IntArray, logical: str) -> stim.PauliString:
    """The physical operator on a holding that acts as one given logical Pauli, sign included.

    Args:
        scheme: any scheme.
        holding: qubit names or numbers.
        logical: one letter I, X, Y or Z for each logical qubit, not all I.

    Raises:
        UsageError: if `logical` is no such string.
        NotAuthorizedSetError: if the holding cannot measure it.
    """
    visible = visible_logicals(scheme, holding)
    num_logical = len(visible[0].logical) if visible else classify(scheme, []).num_logical
    if len(logical) != num_logical or set(logical) - set("IXYZ") or set(logical) <= {"I"}:
        raise UsageError.of("logical", logical, f"{num_logical} of the letters I, X, Y, Z, not all I")
    # In reduced echelon form each generator is due iff its first set bit is wanted.
    wanted = _to_bits(logical)
    due = [item for item in visible if wanted[np.argmax(_to_bits(item.logical))]]
    left = wanted.copy()
    product, meaning = stim.PauliString(len(scheme.qubits)), stim.PauliString(num_logical)
    for item in due:
        left ^= _to_bits(item.logical)
        product *= item.operator
        meaning *= stim.PauliString(item.logical)
    if left.any():
        names = ", ".join(item.logical for item in visible) or "nothing"
        raise NotAuthorizedSetError(
            f"logical: got {logical!r}, expected an operator that the holding can measure; it can measure {names}."
        )
    # The same product of letters gives the same phase on both sides; +-i cannot stay, for both are Hermitian.
    return product * np.conj(meaning.sign)


def _to_text(part: BitArray) -> str:
    """Letters of a logical Pauli from its bits x_1 .. x_k, z_1 .. z_k."""
    k = len(part) // 2
    return "".join("IXZY"[x + 2 * z] for x, z in zip(part[:k] * 1, part[k:] * 1, strict=True))


def _to_bits(logical: str) -> BitArray:
    """The inverse of `_to_text`."""
    return np.array([letter in "XY" for letter in logical] + [letter in "YZ" for letter in logical])
