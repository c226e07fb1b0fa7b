"""Which holder a site is in the world: its name and the number of its disk.

Qubits belong to a disk: a site whose disk is new begins a new incarnation, and whatever the old ones held is lost,
because nobody can name it any more.
"""

from __future__ import annotations

from ..world.operations import Ruin
from ..world.protocol import HolderInfo, World

__all__ = ["begin_incarnation", "holder_name"]


def holder_name(name: str, incarnation: int) -> str:
    """The holder of one incarnation."""
    return f"{name}#{incarnation}"


def begin_incarnation(world: World, info: HolderInfo) -> int:
    """Make a new holder known, and see to it that all older ones have lost what they held.

    Comes before the disk takes notice: whoever is interrupted in between has skipped a number.

    Args:
        world: nature.
        info: the new holder, named as its site.

    Returns:
        The number of the incarnation, 1 for the first.
    """
    old = _incarnations(world, info.name)
    # A name of its own for each end: an incarnation whose successor was never noted has gone on after the first.
    number = max(old, default=0) + 1
    world.apply([Ruin(op_id=f"{holder_name(info.name, k)}:{number}", holder=holder_name(info.name, k)) for k in old])
    holder = HolderInfo(
        holder_name(info.name, number), info.t1_seconds, info.t2_seconds, info.link_error, info.link_loss
    )
    world.register_holder(holder)
    return number


def _incarnations(world: World, name: str) -> list[int]:
    """Numbers of the holders that a site has been."""
    ends = [holder.name.removeprefix(f"{name}#") for holder in world.holders() if holder.name.startswith(f"{name}#")]
    return [int(end) for end in ends if end.isdecimal()]
