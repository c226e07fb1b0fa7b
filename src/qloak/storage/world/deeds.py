"""What an operation did, as the log of the world keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...core.types import BitArray
from ...errors import IntegrityError
from ...simulators.encrypted_blocks import Projection
from .codec import decode_frames, encode_frames

__all__ = ["Deed", "Drawn"]


@dataclass(slots=True, eq=False)
class Drawn:
    """What nature drew for an encrypted register and no holder sees.

    Attributes:
        noise: Paulis of waiting and travelling, shape (blocks, 2, 2n + 1), None for none; before anything else.
        projections: measurements with random outcomes, in order.
    """

    noise: BitArray | None = None
    projections: list[Projection] = field(default_factory=list)

    def add(self, errors: BitArray | None) -> None:
        """More noise."""
        if errors is not None:
            self.noise = errors if self.noise is None else self.noise ^ errors

    def to_json(self) -> dict[str, object] | None:
        """For the log; None for nothing."""
        out: dict[str, object] = {}
        if self.noise is not None and self.noise.any():
            out["noise"] = encode_frames(self.noise).hex()
        if self.projections:
            out["projections"] = [
                [p.operator, "".join("01"[bit] for bit in p.outcomes.tolist())] for p in self.projections
            ]
        return out or None

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None, shape: tuple[int, int, int], what: str) -> Drawn:
        """The inverse of `to_json`.

        Args:
            data: from the log.
            shape: (blocks, 2, 2n + 1).
            what: for messages.

        Raises:
            IntegrityError: if it does not fit.
        """
        drawn = cls()
        try:
            if data and "noise" in data:
                drawn.noise = decode_frames(bytes.fromhex(data["noise"]), shape, what)
            for operator, bits in (data or {}).get("projections", []):
                outcomes = np.array([bit == "1" for bit in bits], dtype=np.bool_)
                if len(outcomes) != shape[0]:
                    raise IntegrityError(f"{what}: the log has outcomes of {len(outcomes)} blocks, not {shape[0]}.")
                drawn.projections.append(Projection(operator, outcomes))
        except (ValueError, TypeError) as error:
            raise IntegrityError(f"{what}: the log is damaged.") from error
        return drawn


@dataclass(frozen=True, slots=True)
class Deed:
    """An operation that happened.

    Attributes:
        subject: name of the register that it is about, "" for none.
        result: what the holder is told.
        drawn: what nature drew, None for nothing.
        number: of the encrypted register in whose history it belongs, None for none.
        logged: False for what changes nothing and is answered the same whenever it is asked again.
    """

    subject: str
    result: Mapping[str, object]
    drawn: Drawn | None = None
    number: int | None = None
    logged: bool = True
