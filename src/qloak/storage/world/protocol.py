"""The world as vaults and providers see it: in the same process or behind HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .operations import Applied, Operation, Result

__all__ = ["Custodian", "HolderInfo", "World"]


@dataclass(frozen=True, slots=True)
class HolderInfo:
    """A party that can hold qubits, with what its memory and the way to it do to them.

    Attributes:
        name: at most 64 characters.
        t1_seconds: relaxation time of its memory, inf for a perfect one.
        t2_seconds: coherence time, at most 2 T1.
        link_error: total probability of X, Y, Z (equal parts) for each qubit on the way to it.
        link_loss: probability that a parcel to it is lost, which is noticed.
    """

    name: str
    t1_seconds: float = float("inf")
    t2_seconds: float = float("inf")
    link_error: float = 0.0
    link_loss: float = 0.0


@dataclass(frozen=True, slots=True)
class Custodian:
    """Where one qubit of an encrypted register (of every block) is.

    Attributes:
        holder: name, or None for a qubit that is lost or discarded.
        since: world time at which it arrived, seconds.
    """

    holder: str | None
    since: float


class World(Protocol):
    """Nature. Exactly one component per deployment; see `operations` for what can be asked."""

    def apply(self, operations: Sequence[Operation], *, epoch: int = 0) -> list[Result]:
        """Do operations in order, all in one transaction; a refused one leaves the others alone.

        Args:
            operations: any kinds, of one holder or several.
            epoch: of the acting vault; 0 for providers. A lower one than seen before from a holder is fenced.

        Raises:
            FencedError: if a newer epoch of a holder has begun.
            UnavailableError: if the world cannot be reached; whether anything happened is then unknown.
        """
        ...

    def results(self, op_ids: Sequence[str]) -> dict[str, Applied]:
        """The logged results of those of the operations that have happened."""
        ...

    def register_holder(self, info: HolderInfo) -> None:
        """Make a holder known, or change its parameters from now on."""
        ...

    def holders(self) -> list[HolderInfo]:
        """All holders, by name."""
        ...

    def custody(self, stored: Sequence[str], *, holder: str) -> dict[str, dict[int, Custodian]]:
        """Where `holder` itself holds qubits of encrypted registers: name -> qubit number -> custodian.

        Only what the holder has in hand: nobody can see from afar.
        """
        ...

    def open_epoch(self, holder: str) -> int:
        """Begin a new epoch of a vault; operations of older ones are fenced from now on."""
        ...

    def now(self) -> float:
        """World time, seconds since the world began; never goes back."""
        ...

    def history(self, stored: str) -> list[Mapping[str, object]]:
        """The append-only log of one encrypted register, oldest first (scope `emulator` for its input)."""
        ...

    def export(self, stored: str, *, form: str, with_input: bool = False) -> str | bytes:
        """The life of an encrypted register as one circuit: `stim`, `qasm3` or `qpy`.

        The input is open: a qubit that enters, with a reference pair for `stim`, unless `with_input`.
        """
        ...

    def peek(self, handle: str) -> bytes:
        """The state of a plain register as `codec.encode_register` writes it. No device can do this: emulator only."""
        ...
