"""Greatest sizes of what is answered while somebody waits."""

from __future__ import annotations

from typing import Final

from ..core import EncryptedCloning
from ..core.cloning import check_num_clones
from ..errors import LimitError

__all__ = ["MAX_CHANNEL_CLONES", "MAX_DRAWN_CLONES", "MAX_PLACED_CLONES", "small_scheme"]

MAX_DRAWN_CLONES: Final = 30
"""Circuits are drawn, and every qubit is looked at: 61 qubits, which a screen can still show."""

MAX_CHANNEL_CLONES: Final = 500
"""Channels are computed in a tenth of a second up to here."""

MAX_PLACED_CLONES: Final = 40
"""Placements are searched for within the time that somebody waits."""


def small_scheme(clones: int, most: int) -> EncryptedCloning:
    """The canonical scheme, of a size that is answered at once.

    Args:
        clones: n.
        most: greatest n.

    Raises:
        UsageError: below 2.
        LimitError: above `most`.
    """
    check_num_clones(clones, argument="clones")
    if clones > most:
        raise LimitError.of("clones", clones, f"a whole number from 2 to {most} here", "The command line takes more.")
    return EncryptedCloning(clones)
