"""What is kept at sites, on disk: the deposits of several sites of one database, all at once.

However many sites are asked, it takes one reading and one writing transaction and one call of the world: a commit
costs more than all the rest. A site that rehearses to be offline is answered for by its error.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from ...errors import (
    CapacityError,
    ConflictError,
    ForbiddenError,
    IntegrityError,
    LostError,
    QloakError,
    UnknownNameError,
)
from ..database import read, write
from ..world.operations import Applied, Discard, Operation, Refused, Result, Ship
from ..world.protocol import World
from .incarnation import holder_name
from .protocol import Deposit, DepositState, Fault, ProviderInfo
from .rehearsal import behave, misdeeds
from .schema import deposits as deposit_table
from .schema import sites

__all__ = ["Answers", "Shelf", "accept", "discard", "gone", "infos", "release", "site_info", "states"]

_CHUNK: Final = 500
_CACHED: Final = 4096

_Answer = TypeVar("_Answer")

Answers = dict["Shelf", list[_Answer] | QloakError]
"""For each site an answer in the place of each item, or why it does not answer."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A site's place in its database.

    Attributes:
        engine: the database, with the tables of `schema`.
        world: where the qubits are.
        number: of the site's row.
        name: of the provider.
    """

    engine: sa.Engine
    world: World
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A deposit on disk, and whom it was released to, None while it is here."""

    kept: Deposit
    released_to: str | None

    @property
    def size(self) -> int:
        """Its qubits."""
        return len(self.kept.qubits) * self.kept.num_blocks


_Known = dict[tuple[int, str], _Row]
"""By the number of the site and the deposit's name."""


def infos(shelves: Iterable[Shelf]) -> dict[Shelf, ProviderInfo | QloakError]:
    """What sites say of themselves; a slow one takes its time."""
    asked = list(shelves)
    with read(asked[0].engine) as connection:
        found = _infos(connection, asked)
    return {shelf: _behaving(info) for shelf, info in found.items()}


def accept(asked: Mapping[Shelf, Sequence[Deposit]]) -> Answers[QloakError | None]:
    """Promise room; see `protocol.Provider`."""
    answers: Answers[QloakError | None] = {}
    up = _up(infos(asked), answers)
    if not up:
        return answers
    with write(_engine(asked)) as connection:
        rows: list[dict[str, object]] = []
        # Room is counted in a site's row: whoever counts waits for others who do.
        found = _infos(connection, list(up), lock=True)
        known = _rows(connection, {shelf: [d.deposit for d in asked[shelf]] for shelf in up})
        used: dict[Shelf, int] = {}
        for shelf, info in found.items():
            if isinstance(info, QloakError):
                answers[shelf] = info
            else:
                answers[shelf], used[shelf] = _promise((shelf, info), asked[shelf], known, rows)
        if rows:
            connection.execute(sa.insert(deposit_table), rows)
            _set_used(connection, used)
    return answers


def release(asked: Mapping[Shelf, Sequence[str]], *, to: str) -> Answers[QloakError | None]:
    """Ship deposits away; see `protocol.Provider`."""
    answers: Answers[QloakError | None] = {}
    found, known = _look(asked)
    operations: list[Operation] = []
    # Where the answer to a shipment belongs: list, place in it, site, name.
    sent: dict[int, tuple[list[QloakError | None], int, Shelf, str]] = {}
    for shelf, info in _up(found, answers).items():
        each: list[QloakError | None] = [None] * len(asked[shelf])
        for i, name in enumerate(asked[shelf]):
            row = known.get((shelf.number, name))
            if row is None:
                each[i] = UnknownNameError.of("deposit", name, f"a deposit of provider {shelf.name}")
            elif row.released_to not in (None, to):
                each[i] = ConflictError(f"deposit {name}: it has been released to {row.released_to} already.")
            else:
                operations += misdeeds(info, row.kept)
                sent[len(operations)] = each, i, shelf, name
                operations.append(_shipment(info, row.kept, to))
        answers[shelf] = each
    results = _applied(asked, operations)
    left: list[dict[str, object]] = []
    for number, (each, i, shelf, name) in sent.items():
        each[i] = _shipped(name, results[number])
        if isinstance(results[number], Applied):
            left.append({"at": shelf.number, "named": name, "now": to})
    if left:
        with write(_engine(asked)) as connection:
            connection.execute(_SET_RELEASED, left)
    return answers


def discard(asked: Mapping[Shelf, Sequence[str]]) -> Answers[QloakError | None]:
    """Reset deposits; see `protocol.Provider`."""
    answers: Answers[QloakError | None] = {}
    found, known = _look(asked)
    up = _up(found, answers)
    holders = {shelf.number: info.holder for shelf, info in up.items()}
    # What never arrived, or is junk by now, is refused by the world; there is nothing to reset then.
    _applied(
        asked,
        [
            Discard(op_id=f"{name}:bin", holder=holders[number], stored=row.kept.stored, qubits=row.kept.qubits)
            for (number, name), row in known.items()
            if number in holders and row.released_to is None
        ],
    )
    if up:
        with write(_engine(asked)) as connection:
            counted = _infos(connection, list(up), lock=True)
            freed: Counter[int] = Counter()
            gone: list[dict[str, object]] = []
            # Looked up again: somebody else may have discarded them meanwhile.
            for site, name, _, qubits, num_blocks, _ in _found(connection, {shelf: asked[shelf] for shelf in up}):
                gone.append({"at": site, "named": name})
                freed[site] += len(_numbers(qubits)) * num_blocks
            if gone:
                connection.execute(_FORGET, gone)
                left = {s: i.used - freed[s.number] for s, i in counted.items() if isinstance(i, ProviderInfo)}
                _set_used(connection, left)
    return answers | {shelf: [None] * len(asked[shelf]) for shelf in up}


def states(asked: Mapping[Shelf, Sequence[str]]) -> Answers[DepositState]:
    """What sites know of deposits."""
    answers: Answers[DepositState] = {}
    found, known = _look(asked)
    for shelf in _up(found, answers):
        answers[shelf] = [_state(known.get((shelf.number, name))) for name in asked[shelf]]
    return answers


# --- what they share -----------------------------------------------------------------------------------------


def _look(asked: Mapping[Shelf, Sequence[str]]) -> tuple[dict[Shelf, ProviderInfo | QloakError], _Known]:
    """What sites say of themselves, as they behave, and what they know of deposits."""
    with read(_engine(asked)) as connection:
        found = _infos(connection, list(asked))
        known = _rows(connection, asked)
    return {shelf: _behaving(info) for shelf, info in found.items()}, known


def _up(found: Mapping[Shelf, ProviderInfo | QloakError], answers: Answers[_Answer]) -> dict[Shelf, ProviderInfo]:
    """The sites that answer; of the others the reason goes to `answers`."""
    answers |= {shelf: info for shelf, info in found.items() if isinstance(info, QloakError)}
    return {shelf: info for shelf, info in found.items() if isinstance(info, ProviderInfo)}


def _behaving(info: ProviderInfo | QloakError) -> ProviderInfo | QloakError:
    if isinstance(info, ProviderInfo):
        try:
            behave(info)
        except QloakError as error:
            return error
    return info


def _promise(
    room: tuple[Shelf, ProviderInfo], deposits: Sequence[Deposit], known: _Known, rows: list[dict[str, object]]
) -> tuple[list[QloakError | None], int]:
    """Answers for one site, and how much it has promised then; rows of what is new are added to some."""
    answers: list[QloakError | None] = []
    shelf, info = room
    used = info.used
    for deposit in deposits:
        row, new = known.get((shelf.number, deposit.deposit)), _Row(deposit, None)
        if row is not None:
            same = row.kept == deposit
            taken = ConflictError(f"deposit {deposit.deposit}: this name is taken by another deposit.")
            answers.append(None if same else taken)
        elif used + new.size > info.capacity:
            answers.append(
                CapacityError(
                    f"provider {shelf.name}: {new.size} more qubits asked for, {info.capacity - used} of "
                    f"{info.capacity} are free. Choose another provider or remove objects."
                )
            )
        else:
            used += new.size
            known[shelf.number, deposit.deposit] = new
            rows.append(_values(shelf, deposit))
            answers.append(None)
    return answers, used


def _shipment(info: ProviderInfo, kept: Deposit, to: str) -> Ship:
    parcel = (kept.qubits, to)
    return Ship(op_id=f"{kept.deposit}:out", holder=info.holder, stored=kept.stored, parcels=(parcel,))


def _shipped(deposit: str, result: Result) -> QloakError | None:
    """What became of a release."""
    if isinstance(result, Refused) and result.code != ForbiddenError.code:
        # Such as a holder that the world does not know: the qubits stay where they are.
        return ConflictError(f"deposit {deposit}: it cannot be released: {result.message}")
    if isinstance(result, Refused) or result.value["lost"]:
        # What the site does not hold though it was promised room has not arrived, or was lost here.
        return LostError(f"deposit {deposit}: its qubits are lost.")
    return None


def _state(row: _Row | None) -> DepositState:
    if row is None:
        return DepositState.UNKNOWN
    return DepositState.ACCEPTED if row.released_to is None else DepositState.RELEASED


def _applied(asked: Mapping[Shelf, object], operations: Sequence[Operation]) -> Sequence[Result]:
    return next(iter(asked)).world.apply(operations) if operations else []


def _engine(asked: Mapping[Shelf, object]) -> sa.Engine:
    return next(iter(asked)).engine


# --- rows ----------------------------------------------------------------------------------------------------


def site_info(row: Any) -> ProviderInfo:  # noqa: ANN401, a row of SQLAlchemy
    """A site's row as its account of itself."""
    return ProviderInfo(
        name=row.name,
        holder=holder_name(row.name, row.incarnation),
        capacity=int(row.capacity),
        used=int(row.used),
        t1_seconds=float(row.t1_seconds),
        t2_seconds=float(row.t2_seconds),
        faults={Fault(key): float(value) for key, value in json.loads(row.faults).items()},
    )


def _infos(
    connection: sa.Connection, shelves: Sequence[Shelf], *, lock: bool = False
) -> dict[Shelf, ProviderInfo | QloakError]:
    query = _SITES_LOCKED if lock else _SITES
    rows = {row.number: row for row in connection.execute(query, {"sites": [s.number for s in shelves]})}
    return {shelf: site_info(rows[shelf.number]) if shelf.number in rows else gone(shelf) for shelf in shelves}


def gone(shelf: Shelf) -> QloakError:
    """The error for a site that its database does not know any more."""
    return IntegrityError(f"provider {shelf.name}: its row is gone from the database. Restore the file.")


def _rows(connection: sa.Connection, asked: Mapping[Shelf, Sequence[str]]) -> _Known:
    """The deposits of these names that the sites know."""
    return {
        (site, name): _Row(Deposit(name, stored, _numbers(qubits), num_blocks), released_to)
        for site, name, stored, qubits, num_blocks, released_to in _found(connection, asked)
    }


def _found(connection: sa.Connection, asked: Mapping[Shelf, Sequence[str]]) -> Iterator[Any]:
    """Their rows: site, name, stored, qubits, number of blocks, to whom released."""
    numbers = [shelf.number for shelf in asked]
    names = list(dict.fromkeys(name for each in asked.values() for name in each))
    for start in range(0, len(names), _CHUNK):
        yield from connection.execute(_DEPOSITS, {"sites": numbers, "names": names[start : start + _CHUNK]}).all()


@lru_cache(_CACHED)
def _numbers(text: str) -> tuple[int, ...]:
    """Qubits as they are written in a row."""
    return tuple(int(number) for number in text.split(","))


def _values(shelf: Shelf, deposit: Deposit) -> dict[str, object]:
    return {
        "deposit": deposit.deposit,
        "site": shelf.number,
        "stored": deposit.stored,
        "qubits": ",".join(map(str, deposit.qubits)),
        "num_blocks": deposit.num_blocks,
    }


def _set_used(connection: sa.Connection, used: Mapping[Shelf, int]) -> None:
    connection.execute(_SET_USED, [{"at": shelf.number, "now": count} for shelf, count in used.items()])


# Written once: making a statement costs more than running it.
_SITES: Final = sa.select(sites).where(sites.c.number.in_(sa.bindparam("sites", expanding=True)))
_SITES_LOCKED: Final = _SITES.order_by(sites.c.number).with_for_update()
_SET_USED: Final = sa.update(sites).where(sites.c.number == sa.bindparam("at")).values(used=sa.bindparam("now"))
_DEPOSITS: Final = sa.select(
    deposit_table.c.site,
    deposit_table.c.deposit,
    deposit_table.c.stored,
    deposit_table.c.qubits,
    deposit_table.c.num_blocks,
    deposit_table.c.released_to,
).where(
    deposit_table.c.deposit.in_(sa.bindparam("names", expanding=True)),
    deposit_table.c.site.in_(sa.bindparam("sites", expanding=True)),
)
_THIS: Final = (deposit_table.c.deposit == sa.bindparam("named"), deposit_table.c.site == sa.bindparam("at"))
_SET_RELEASED: Final = sa.update(deposit_table).where(*_THIS).values(released_to=sa.bindparam("now"))
_FORGET: Final = sa.delete(deposit_table).where(*_THIS)
