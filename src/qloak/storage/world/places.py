"""Who can hold qubits, what their memories do to them, and which sites have been ruined."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
import sqlalchemy as sa

from ...core.types import FloatArray
from ...errors import IntegrityError, UnknownNameError, UsageError
from ...noise import idle_pauli
from ...noise.idle import check_relaxation
from .protocol import HolderInfo
from .schema import holders as holder_table
from .schema import memories as memory_table
from .schema import nature as nature_table
from .schema import places as place_table

__all__ = ["MAX_NAME", "NOWHERE", "Memory", "Places", "check_holder"]

MAX_NAME: Final = 64
NOWHERE: Final = -1
"""The place of a qubit that is lost or discarded."""

_MOST_LINK_ERROR: Final = 0.75


@dataclass(frozen=True, slots=True)
class Memory:
    """A holder's parameters from some moment on.

    Attributes:
        since: world time, seconds.
        relaxation: 1 / T1.
        decoherence: 1 / T2.
        link_error, link_loss: as in `HolderInfo`.
    """

    since: float
    relaxation: float
    decoherence: float
    link_error: float
    link_loss: float

    @classmethod
    def of(cls, info: HolderInfo, since: float) -> Self:
        """From what a holder says of itself."""
        return cls(since, 1 / info.t1_seconds, 1 / info.t2_seconds, info.link_error, info.link_loss)

    def to_info(self, name: str) -> HolderInfo:
        """The inverse of `of`."""
        t1, t2 = (1 / rate if rate else math.inf for rate in (self.relaxation, self.decoherence))
        return HolderInfo(name, t1, t2, self.link_error, self.link_loss)


@dataclass(slots=True, eq=False)
class Places:
    """All holders and sites, as of one revision of them.

    Attributes:
        revision: grows with every change of holders.
        current: holder -> its present place.
        epochs: holder -> the newest epoch opened, 0 for none.
        memories: holder -> parameters, oldest first.
        holder_of: place -> holder.
        ruined: places that are gone with everything in them.
    """

    revision: int
    current: dict[str, int] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    memories: dict[str, list[Memory]] = field(default_factory=dict)
    holder_of: dict[int, str] = field(default_factory=dict)
    ruined: set[int] = field(default_factory=set)

    @classmethod
    def load(cls, connection: sa.Connection, revision: int) -> Self:
        """Everything, from the database."""
        loaded = cls(revision)
        for name, place, epoch in connection.execute(
            sa.select(holder_table.c.name, holder_table.c.place, holder_table.c.epoch)
        ):
            loaded.current[name], loaded.epochs[name], loaded.memories[name] = place, epoch, []
        columns = memory_table.c
        rows = connection.execute(sa.select(memory_table).order_by(columns.id))
        for row in rows:
            memory = Memory(row.since, row.relaxation, row.decoherence, row.link_error, row.link_loss)
            loaded.memories[row.holder].append(memory)
        for row in connection.execute(sa.select(place_table)):
            loaded.holder_of[row.id] = row.holder
            if row.ruined:
                loaded.ruined.add(row.id)
        return loaded

    def of(self, holder: str) -> int:
        """The present place of a holder.

        Raises:
            UnknownNameError: if the world does not know it.
        """
        try:
            return self.current[holder]
        except KeyError:
            hint = "register_holder makes one known."
            raise UnknownNameError.of("holder", holder, "a holder that the world knows", hint) from None

    def holder(self, place: int, what: str) -> str | None:
        """Who holds what is at a place; None for nobody.

        Raises:
            IntegrityError: for a place that does not exist.
        """
        if place == NOWHERE or place in self.ruined:
            return None
        try:
            return self.holder_of[place]
        except KeyError:
            raise IntegrityError(f"{what}: the stored place {place} does not exist.") from None

    def link(self, holder: str) -> tuple[float, float]:
        """Error and loss of the way to a holder."""
        memory = self.memories[holder][-1]
        return memory.link_error, memory.link_loss

    def idle_errors(self, place: int, start: float, end: float) -> FloatArray | None:
        """Probabilities of X, Y, Z from waiting at a place, shape (3,); None where nothing can happen.

        A memory whose parameters changed in between counts with each for its time: the twirled channels
        of all of them commute and multiply.
        """
        versions = self.memories[self.holder_of[place]]
        relaxed = decohered = 0.0
        for i, memory in enumerate(versions):
            until = versions[i + 1].since if i + 1 < len(versions) else end
            span = min(end, until) - max(start, memory.since)
            if span > 0:
                relaxed += span * memory.relaxation
                decohered += span * memory.decoherence
        if not (relaxed or decohered):
            return None
        t1, t2 = (1 / exponent if exponent else math.inf for exponent in (relaxed, decohered))
        # 1/x rounds: T2 at the limit 2 T1 must not end up beyond it.
        return idle_pauli(1.0, t1, min(t2, 2 * t1))

    def infos(self) -> list[HolderInfo]:
        """All holders, by name."""
        return [self.memories[name][-1].to_info(name) for name in sorted(self.current)]

    # --- changes ---------------------------------------------------------------------------------------------

    def register(self, connection: sa.Connection, info: HolderInfo, now: float) -> None:
        """Make a holder known, or change its parameters from now on."""
        memory = Memory.of(info, now)
        if info.name not in self.current:
            self._settle(connection, info.name)
            self.epochs[info.name], self.memories[info.name] = 0, []
            values = {"name": info.name, "place": self.current[info.name], "epoch": 0}
            connection.execute(sa.insert(holder_table), values)
        elif self.memories[info.name][-1].to_info(info.name) == info:
            return
        self.memories[info.name].append(memory)
        connection.execute(
            sa.insert(memory_table),
            {
                "holder": info.name,
                "since": now,
                "relaxation": memory.relaxation,
                "decoherence": memory.decoherence,
                "link_error": memory.link_error,
                "link_loss": memory.link_loss,
            },
        )
        self._revise(connection)

    def ruin(self, connection: sa.Connection, holder: str) -> None:
        """Everything at a holder's place is lost; it begins again at a new one."""
        old = self.of(holder)
        connection.execute(sa.update(place_table).where(place_table.c.id == old).values(ruined=True))
        self.ruined.add(old)
        self._settle(connection, holder)
        connection.execute(
            sa.update(holder_table).where(holder_table.c.name == holder).values(place=self.current[holder])
        )
        self._revise(connection)

    def set_epochs(self, connection: sa.Connection, epochs: Iterable[tuple[str, int]]) -> None:
        """Note that newer epochs have begun."""
        for holder, epoch in epochs:
            self.epochs[holder] = epoch
            connection.execute(sa.update(holder_table).where(holder_table.c.name == holder).values(epoch=epoch))
        self._revise(connection)

    def _settle(self, connection: sa.Connection, holder: str) -> None:
        place = max(self.holder_of, default=-1) + 1
        connection.execute(sa.insert(place_table), {"id": place, "holder": holder, "ruined": False})
        self.holder_of[place] = holder
        self.current[holder] = place

    def _revise(self, connection: sa.Connection) -> None:
        self.revision += 1
        connection.execute(sa.update(nature_table).values(holders_revision=self.revision))


def check_holder(info: HolderInfo) -> None:
    """Refuse a holder that cannot be.

    Raises:
        UsageError: for a name, a time or a probability that is none.
    """
    if not 0 < len(info.name) <= MAX_NAME or not info.name.isprintable():
        raise UsageError.of("name", info.name, f"1 to {MAX_NAME} printable characters")
    check_relaxation(np.float64(info.t1_seconds).reshape(1), np.float64(info.t2_seconds).reshape(1))
    for name, value, most in (
        ("link_error", info.link_error, _MOST_LINK_ERROR),
        ("link_loss", info.link_loss, 1.0),
    ):
        if not 0 <= value <= most:
            raise UsageError.of(name, value, f"a probability of at most {most:g}")
