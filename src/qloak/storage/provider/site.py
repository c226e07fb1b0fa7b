"""A storage site: what a provider keeps on disk, and how it acts in the world.

The site owns access (which deposits it has, how much room is left, which faults are rehearsed); the qubits
themselves are the world's. Whoever loses the disk has lost the qubits: nobody can name them any more.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from sqlalchemy import Connection, Engine, delete, insert, select, update

from ...errors import (
    CapacityError,
    ConflictError,
    ForbiddenError,
    IntegrityError,
    LostError,
    QloakError,
    UnknownNameError,
    UsageError,
)
from ..database import read, write
from ..world.operations import Applied, Discard, Operation, Refused, Result, Ship
from ..world.protocol import HolderInfo, World
from .incarnation import begin_incarnation, holder_name
from .protocol import Deposit, DepositState, Fault, ProviderInfo
from .rehearsal import behave, misdeeds, strongest
from .schema import deposits as deposit_table
from .schema import sites

__all__ = ["SiteConfig", "StorageSite"]

_CHUNK: Final = 500


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
        self._engine = engine
        self._world = world
        self._number = number
        self._name = name
        # Room is counted in one row; bulk calls from several threads take turns.
        self._lock = threading.Lock()

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
        self._engine.dispose()

    @property
    def name(self) -> str:
        """As the vault knows it."""
        return self._name

    def info(self) -> ProviderInfo:
        """Its own account of itself."""
        with read(self._engine) as connection:
            info = self._info(connection)
        behave(info)
        return info

    def accept(self, deposits: Sequence[Deposit]) -> list[QloakError | None]:
        """Promise room; see `protocol.Provider`."""
        answers: list[QloakError | None] = [None] * len(deposits)
        self.info()
        with self._lock, write(self._engine) as connection:
            info = self._info(connection)
            known = self._rows(connection, [d.deposit for d in deposits])
            used, rows = info.used, []
            for i, deposit in enumerate(deposits):
                row = known.get(deposit.deposit)
                if row is not None:
                    if row.kept != deposit:
                        answers[i] = ConflictError(f"deposit {deposit.deposit}: this name is taken by another deposit.")
                    continue
                size = len(deposit.qubits) * deposit.num_blocks
                if used + size > info.capacity:
                    answers[i] = CapacityError(
                        f"provider {self._name}: {size} more qubits asked for, {info.capacity - used} of "
                        f"{info.capacity} are free. Choose another provider or remove objects."
                    )
                    continue
                used += size
                known[deposit.deposit] = _Row(deposit, None)
                rows.append(
                    {
                        "deposit": deposit.deposit,
                        "site": self._number,
                        "stored": deposit.stored,
                        "qubits": ",".join(map(str, deposit.qubits)),
                        "num_blocks": deposit.num_blocks,
                    }
                )
            if rows:
                connection.execute(insert(deposit_table), rows)
                connection.execute(update(sites).where(sites.c.number == self._number).values(used=used))
        return answers

    def release(self, deposits: Sequence[str], *, to: str) -> list[QloakError | None]:
        """Ship deposits away; see `protocol.Provider`."""
        with read(self._engine) as connection:
            info = self._info(connection)
            known = self._rows(connection, deposits)
        behave(info)
        answers: list[QloakError | None] = [None] * len(deposits)
        operations: list[Operation] = []
        asked: list[int] = []
        for i, name in enumerate(deposits):
            row = known.get(name)
            if row is None:
                answers[i] = UnknownNameError.of("deposit", name, f"a deposit of provider {self._name}")
            elif row.released_to not in (None, to):
                answers[i] = ConflictError(f"deposit {name}: it has been released to {row.released_to} already.")
            else:
                kept = row.kept
                operations += misdeeds(info, kept)
                operations.append(
                    Ship(op_id=f"{name}:out", holder=info.holder, stored=kept.stored, parcels=((kept.qubits, to),))
                )
                asked.append(i)
        results = {o.op_id: r for o, r in zip(operations, self._world.apply(operations), strict=True)}
        gone = []
        for i in asked:
            result = results[f"{deposits[i]}:out"]
            answers[i] = _shipped(deposits[i], result)
            if isinstance(result, Applied):
                gone.append(deposits[i])
        with write(self._engine) as connection:
            for chunk in _chunks(gone):
                connection.execute(
                    update(deposit_table)
                    .where(deposit_table.c.site == self._number, deposit_table.c.deposit.in_(chunk))
                    .values(released_to=to)
                )
        return answers

    def discard(self, deposits: Sequence[str]) -> list[QloakError | None]:
        """Reset deposits; see `protocol.Provider`."""
        with read(self._engine) as connection:
            info = self._info(connection)
            known = self._rows(connection, deposits)
        behave(info)
        here = [row.kept for row in known.values() if row.released_to is None]
        # What never arrived, or is junk by now, is refused by the world; there is nothing to reset then.
        self._world.apply(
            [
                Discard(op_id=f"{row.deposit}:bin", holder=info.holder, stored=row.stored, qubits=row.qubits)
                for row in here
            ]
        )
        with self._lock, write(self._engine) as connection:
            present = self._rows(connection, deposits)
            for chunk in _chunks(list(present)):
                connection.execute(
                    delete(deposit_table).where(
                        deposit_table.c.site == self._number, deposit_table.c.deposit.in_(chunk)
                    )
                )
            freed = sum(row.size for row in present.values())
            used = self._info(connection).used - freed
            connection.execute(update(sites).where(sites.c.number == self._number).values(used=used))
        return [None] * len(deposits)

    def states(self, deposits: Sequence[str]) -> list[DepositState]:
        """What the site knows of deposits."""
        with read(self._engine) as connection:
            info = self._info(connection)
            known = self._rows(connection, deposits)
        behave(info)
        return [_state(known.get(name)) for name in deposits]

    def rehearse(self, fault: Fault, strength: float) -> None:
        """Switch a fault on or off; works while the site is offline, as by its operator."""
        most = strongest(fault)
        if not 0 <= strength <= most:
            raise UsageError.of("strength", strength, f"a number from 0 to {most:g}")
        with write(self._engine) as connection:
            faults = {**self._info(connection).faults, Fault(fault): strength}
            kept = {key.value: value for key, value in faults.items() if value}
            connection.execute(update(sites).where(sites.c.number == self._number).values(faults=json.dumps(kept)))

    def destroy(self) -> None:
        """Lose the disk and every qubit: an empty new incarnation, which is offline until it is recovered."""
        with read(self._engine) as connection:
            row = connection.execute(select(sites).where(sites.c.number == self._number)).one()
        memory = (row.t1_seconds, row.t2_seconds, row.link_error, row.link_loss)
        incarnation = begin_incarnation(self._world, HolderInfo(self._name, *memory))
        with self._lock, write(self._engine) as connection:
            connection.execute(delete(deposit_table).where(deposit_table.c.site == self._number))
            faults = json.dumps({Fault.OFFLINE.value: 1.0})
            values = {"used": 0, "incarnation": incarnation, "faults": faults}
            connection.execute(update(sites).where(sites.c.number == self._number).values(values))

    def _info(self, connection: Connection) -> ProviderInfo:
        row = connection.execute(select(sites).where(sites.c.number == self._number)).one_or_none()
        if row is None:
            raise IntegrityError(f"provider {self._name}: its row is gone from the database. Restore the file.")
        return ProviderInfo(
            name=self._name,
            holder=holder_name(self._name, row.incarnation),
            capacity=int(row.capacity),
            used=int(row.used),
            t1_seconds=float(row.t1_seconds),
            t2_seconds=float(row.t2_seconds),
            faults={Fault(key): float(value) for key, value in json.loads(row.faults).items()},
        )

    def _rows(self, connection: Connection, names: Sequence[str]) -> dict[str, _Row]:
        """The deposits of these names that the site knows."""
        found: dict[str, _Row] = {}
        for chunk in _chunks(list(names)):
            query = select(deposit_table).where(
                deposit_table.c.site == self._number, deposit_table.c.deposit.in_(chunk)
            )
            for row in connection.execute(query):
                qubits = tuple(int(q) for q in row.qubits.split(","))
                kept = Deposit(row.deposit, row.stored, qubits, int(row.num_blocks))
                found[row.deposit] = _Row(kept, row.released_to)
        return found


@dataclass(frozen=True, slots=True)
class _Row:
    """A deposit on disk, and whom it was released to, None while it is here."""

    kept: Deposit
    released_to: str | None

    @property
    def size(self) -> int:
        """Its qubits."""
        return len(self.kept.qubits) * self.kept.num_blocks


def _state(row: _Row | None) -> DepositState:
    if row is None:
        return DepositState.UNKNOWN
    return DepositState.ACCEPTED if row.released_to is None else DepositState.RELEASED


def _shipped(deposit: str, result: Result) -> QloakError | None:
    """What became of a release."""
    if isinstance(result, Refused) and result.code != ForbiddenError.code:
        # Such as a holder that the world does not know: the qubits stay where they are.
        return ConflictError(f"deposit {deposit}: it cannot be released: {result.message}")
    if isinstance(result, Refused) or result.value["lost"]:
        # What the site does not hold though it was promised room has not arrived, or was lost here.
        return LostError(f"deposit {deposit}: its qubits are lost.")
    return None


def _chunks(names: list[str]) -> list[list[str]]:
    """Lists short enough for one statement."""
    return [names[i : i + _CHUNK] for i in range(0, len(names), _CHUNK)]
