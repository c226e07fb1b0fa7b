"""What a partial set can be made to tell: circuits that read a leaking component of the state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import stim

from ..core.access import classify
from ..core.logicals import VisibleLogical, representative, visible_logicals
from ..core.qubits import parse_holding
from ..core.recovery import describe_holding
from ..core.scheme import Scheme
from ..core.types import BitArray, IntArray
from ..errors import NotAuthorizedSetError
from .decrypt import choice
from .layers import LayeredCircuit, MeasureProducts

__all__ = ["Attack", "AttackMethod", "attack_circuit"]


class AttackMethod(StrEnum):
    """How a leak operator is measured.

    Attributes:
        JOINT: as one observable with one outcome, which disturbs nothing that commutes with it.
        LOCAL: each qubit alone; the parity of the outcomes counts. Holders at different places need only
            tell each other their outcomes.
    """

    JOINT = "joint"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, eq=False)
class Attack:
    """A circuit that measures one logical Pauli of the encoded state.

    Attributes:
        circuit: acts on the scheme's qubits; touches the holding only.
        reads: the logical Pauli that it measures and the physical operator, sign included.
        records: the record numbers whose parity is the outcome.
        minus: whether that parity is still to be inverted.
    """

    circuit: stim.Circuit
    reads: VisibleLogical
    records: IntArray
    minus: bool

    def outcome(self, outcomes: BitArray) -> BitArray:
        """The outcome for the logical Pauli, True for -1.

        Its mean over many runs, +1 for False and -1 for True, estimates the mean value of the component.

        Args:
            outcomes: shape (..., num_measurements), True for outcome -1.

        Returns:
            Shape (...).
        """
        parity: BitArray = np.bitwise_xor.reduce(outcomes[..., self.records], axis=-1) ^ self.minus
        return parity


def attack_circuit(
    scheme: Scheme,
    holding: str | Iterable[str] | IntArray,
    *,
    logical: str | None = None,
    method: AttackMethod | str = AttackMethod.JOINT,
) -> Attack:
    """Read what leaks to a holding.

    Args:
        scheme: any scheme.
        holding: names or numbers of the qubits held.
        logical: the logical Pauli to read, one letter for each logical qubit; default: the first that is
            visible. An authorized holding shows every one of them, and can do better: `recovery_circuit`.
        method: "joint" for one observable with one outcome, "local" for one-qubit measurements.

    Raises:
        NotAuthorizedSetError: if the holding shows nothing, or not this component.
        UnknownNameError: for a qubit that does not exist.
        UsageError: for a qubit given twice, an unknown method, or a text that is no logical Pauli.

    Examples:
        >>> print(attack_circuit(EncryptedCloning(3), "S1,N2,N3").circuit)
        MPP !Y1*Y5*Y6
    """
    chosen = choice(AttackMethod, "method", method)
    members = parse_holding(scheme.qubits, holding)
    if logical is None:
        visible = visible_logicals(scheme, members)
        if not visible:
            shown = describe_holding(scheme, members, classify(scheme, members))
            raise NotAuthorizedSetError(f"holding: got {shown}, expected a set that shows something.")
        reads = visible[0]
    else:
        reads = VisibleLogical(logical, representative(scheme, members, logical))
    circuit = LayeredCircuit()
    if chosen is AttackMethod.JOINT:
        circuit.layers.append(MeasureProducts((reads.operator,)))
        return Attack(circuit.to_stim(), reads, np.array([0]), minus=False)
    for letter, name in (("X", "MX"), ("Y", "MY"), ("Z", "M")):
        circuit.measure(name, np.array(reads.operator.pauli_indices(letter), dtype=np.int64))
    return Attack(circuit.to_stim(), reads, np.arange(circuit.num_measurements), minus=reads.sign == -1)
