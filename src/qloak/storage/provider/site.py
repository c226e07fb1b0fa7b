"""A storage site: what a provider keeps on disk, and how it acts in the world.

The site owns access (which deposits it has, how much room is left, which faults are rehearsed); the qubits
themselves are the world's. Whoever loses the disk has lost the qubits: nobody can name them any more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine, Update, delete, insert, select, update

from ...errors import QloakError, UsageError
from ..database import read, write
from ..world.protocol import HolderInfo, World
from . import shelves
from .incarnation import begin_incarnation, holder_name
from .protocol import Deposit, DepositState, Fault, ProviderInfo
from .rehearsal import strongest
from .schema import deposits as deposit_table
from .schema import sites

__all__ = ["SiteConfig", "StorageSite"]

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """How a site is built.

    Attributes:
        name: 1 to 48 characters without "#".
        capacity: qubits it can keep.
        t1_seconds: relaxation time of its memory, inf for a perfect one.
        t2_seconds: coherence time, at most 2 T1.
        link_error: total Pauli error probability of each qubit on the way here.
        link_loss: probability that a parcel is lost on the way here.
    """

    name: str
    capacity: int = 10_000_000
    t1_seconds: float = float("inf")
    t2_seconds: float = float("inf")
    link_error: float = 0.0
    link_loss: float = 0.0

    def __post_init__(self) -> None:
        """Check the name and the capacity; the world checks the rest."""
        if not 0 < len(self.name) <= 48 or "#" in self.name or not self.name.isprintable():
            raise UsageError.of("name", self.name, "1 to 48 printable characters without '#'")
        if self.capacity < 0:
            raise UsageError.of("capacity", self.capacity, "at least 0 qubits")

    def holder(self, name: str) -> HolderInfo:
        """The site as a holder of the world, under some name."""
        return HolderInfo(name, self.t1_seconds, self.t2_seconds, self.link_error, self.link_loss)


class StorageSite:
    """One provider's site; implements `protocol.Provider`.

    Args:
        engine: the database, with the tables of `schema`.
        world: where the qubits are.
        number: of its row.
        name: of the provider.
    """

    def __init__(self, engine: Engine, world: World, *, number: int, name: str) -> None:
        self.shelf = shelves.Shelf(engine, world, number, name)

    @classmethod
    def open(cls, engine: Engine, world: World, config: SiteConfig) -> Self:
        """Open a site, or found it where the disk does not know it.

        A site that is founded under a name that the world knows begins a new incarnation, and the qubits of
        the old ones are lost: their disk is gone. One that is there takes the capacity and the memory that it is
        given now; what it keeps above a smaller capacity stays.
        """
        with read(engine) as connection:
            row = connection.execute(select(sites).where(sites.c.name == config.name)).one_or_none()
        values = {
            "capacity": config.capacity,
            "t1_seconds": config.t1_seconds,
            "t2_seconds": config.t2_seconds,
            "link_error": config.link_error,
            "link_loss": config.link_loss,
        }
        if row is None:
            incarnation = begin_incarnation(world, config.holder(config.name))
            founded = {"name": config.name, "incarnation": incarnation, "used": 0, "faults": "{}"}
            with write(engine) as connection:
                added = insert(sites).values({**values, **founded}).returning(sites.c.number)
                number = connection.execute(added).scalar_one()
            return cls(engine, world, number=int(number), name=config.name)
        if any(getattr(row, key) != value for key, value in values.items()):
            world.register_holder(config.holder(holder_name(config.name, row.incarnation)))
            with write(engine) as connection:
                connection.execute(update(sites).where(sites.c.number == row.number).values(values))
        return cls(engine, world, number=int(row.number), name=config.name)

    def close(self) -> None:
        """Close the database, also for the other sites in it; whoever calls again opens it again."""
        self.shelf.engine.dispose()

    @property
    def name(self) -> str:
        """As the vault knows it."""
        return self.shelf.name

    @property
    def is_remote(self) -> bool:
        """It is in this process."""
        return False

    def info(self) -> ProviderInfo:
        """Its own account of itself."""
        info = shelves.infos([self.shelf])[self.shelf]
        if isinstance(info, QloakError):
            raise info
        return info

    def accept(self, deposits: Sequence[Deposit]) -> list[QloakError | None]:
        """Promise room; see `protocol.Provider`."""
        return self._mine(shelves.accept({self.shelf: deposits}))

    def release(self, deposits: Sequence[str], *, to: str) -> list[QloakError | None]:
        """Ship deposits away; see `protocol.Provider`."""
        return self._mine(shelves.release({self.shelf: deposits}, to=to))

    def discard(self, deposits: Sequence[str]) -> list[QloakError | None]:
        """Reset deposits; see `protocol.Provider`."""
        return self._mine(shelves.discard({self.shelf: deposits}))

    def states(self, deposits: Sequence[str]) -> list[DepositState]:
        """What the site knows of deposits."""
        return self._mine(shelves.states({self.shelf: deposits}))

    def rehearse(self, fault: Fault, strength: float) -> None:
        """Switch a fault on or off; works while the site is offline, as by its operator."""
        most = strongest(fault)
        if not 0 <= strength <= most:
            raise UsageError.of("strength", strength, f"a number from 0 to {most:g}")
        with write(self.shelf.engine) as connection:
            faults = {**self._info(connection).faults, Fault(fault): strength}
            kept = {key.value: value for key, value in faults.items() if value}
            connection.execute(self._update().values(faults=json.dumps(kept)))

    def destroy(self) -> None:
        """Lose the disk and every qubit: an empty new incarnation, which is offline until it is recovered."""
        with read(self.shelf.engine) as connection:
            row = connection.execute(select(sites).where(sites.c.number == self.shelf.number)).one()
        memory = (row.t1_seconds, row.t2_seconds, row.link_error, row.link_loss)
        incarnation = begin_incarnation(self.shelf.world, HolderInfo(self.name, *memory))
        with write(self.shelf.engine) as connection:
            faults = json.dumps({Fault.OFFLINE.value: 1.0})
            values = {"used": 0, "incarnation": incarnation, "faults": faults}
            # First its row, for which whoever promises room waits or is waited for: then no promise is overlooked.
            connection.execute(self._update().values(values))
            connection.execute(delete(deposit_table).where(deposit_table.c.site == self.shelf.number))

    def _info(self, connection: Connection) -> ProviderInfo:
        """What the row says, whatever fault is rehearsed."""
        row = connection.execute(select(sites).where(sites.c.number == self.shelf.number)).one_or_none()
        if row is None:
            raise shelves.gone(self.shelf)
        return shelves.site_info(row)

    def _update(self) -> Update:
        return update(sites).where(sites.c.number == self.shelf.number)

    def _mine(self, answers: shelves.Answers[_Answer]) -> list[_Answer]:
        answer = answers[self.shelf]
        if isinstance(answer, QloakError):
            raise answer
        return answer
