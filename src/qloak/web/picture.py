"""Where a vault and its providers stand in a picture of an object."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["MOST_DRAWN", "Spot", "ring"]

MOST_DRAWN: Final = 12
"""More clones than these are shown as a field of dots."""

_CENTRE: Final = (180.0, 156.0)
_RADII: Final = (136.0, 112.0)
_HOME: Final = 0.5
_BELOW: Final = 29.0
_ABOVE: Final = -22.0
_LONGEST: Final = 13


@dataclass(frozen=True, slots=True)
class Spot:
    """One clone in the picture, 360 wide and 312 high, y downwards.

    Attributes:
        clone, provider, state: as the gateway says.
        label: the provider's name, cut if it is long.
        x, y: of the provider.
        label_y: of the provider's name, out of the way of the line to the vault.
        at_x, at_y: of the clone: at the provider, or half way home.
    """

    clone: str
    provider: str
    state: str
    label: str
    x: float
    y: float
    label_y: float
    at_x: float
    at_y: float


def ring(clones: Sequence[Mapping[str, Any]]) -> list[Spot]:
    """Clones around the vault, the first on top, clockwise; none if there are more than MOST_DRAWN."""
    if len(clones) > MOST_DRAWN:
        return []
    spots = []
    for number, each in enumerate(clones):
        angle = math.tau * number / len(clones)
        dx, dy = _RADII[0] * math.sin(angle), -_RADII[1] * math.cos(angle)
        part = _HOME if each["state"] == "home" else 1.0
        name = each["provider"]
        spots.append(
            Spot(
                clone=each["clone"],
                provider=name,
                state=each["state"],
                label=name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…",
                x=round(_CENTRE[0] + dx, 1),
                y=round(_CENTRE[1] + dy, 1),
                label_y=round(_CENTRE[1] + dy + (_BELOW if dy > -_RADII[1] / 2 else _ABOVE), 1),
                at_x=round(_CENTRE[0] + part * dx, 1),
                at_y=round(_CENTRE[1] + part * dy, 1),
            )
        )
    return spots
