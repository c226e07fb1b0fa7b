"""Where the vault and its providers stand in the picture of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["MOST_DRAWN", "Server", "around"]

MOST_DRAWN: Final = 12
"""More providers than these are listed and not drawn."""

_CENTRE: Final = (260.0, 190.0)
_RADII: Final = (200.0, 146.0)
_SHELVES: Final = 5
_LONGEST: Final = (14, 10)
_FEW: Final = 8
"""Names are cut to the first of these lengths among so many servers, to the second among more."""


@dataclass(frozen=True, slots=True)
class Server:
    """One provider in the picture, 520 wide and 390 high, y downwards.

    Attributes:
        name: the provider's.
        label: its name, cut if it is long.
        x, y: of its middle.
        shelves: how many of five shelves are full; at least one with anything on it.
        state: up, faulty (up, with a rehearsed fault) or down.
    """

    name: str
    label: str
    x: float
    y: float
    shelves: int
    state: str


def around(providers: Sequence[Mapping[str, Any]]) -> list[Server]:
    """Providers around the vault, the first on top, clockwise; none if there are more than MOST_DRAWN.

    Args:
        providers: documents "qloak.provider/1".
    """
    if len(providers) > MOST_DRAWN:
        return []
    servers = []
    longest = _LONGEST[len(providers) > _FEW]
    for number, each in enumerate(providers):
        angle = math.tau * number / len(providers)
        name = each["name"]
        servers.append(
            Server(
                name=name,
                label=name if len(name) <= longest else name[: longest - 1] + "…",
                x=round(_CENTRE[0] + _RADII[0] * math.sin(angle), 1),
                y=round(_CENTRE[1] - _RADII[1] * math.cos(angle), 1),
                shelves=_full_shelves(each),
                state="down" if not each["up"] else "faulty" if each["faults"] else "up",
            )
        )
    return servers


def _full_shelves(provider: Mapping[str, Any]) -> int:
    if not provider["up"] or not provider["used"]:
        return 0
    used, capacity = int(provider["used"]), int(provider["capacity"])
    return max(1, math.ceil(_SHELVES * min(1.0, used / max(1, capacity))))
