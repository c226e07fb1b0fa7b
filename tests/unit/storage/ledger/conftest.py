"""Both databases behind one name, and a small vault made by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from qloak.simulators import Register
from qloak.storage.ids import new_id
from qloak.storage.ledger import (
    Event,
    NewObject,
    ObjectRecord,
    ObjectState,
    Placement,
    RegisterRecord,
    SqlLedger,
)
from qloak.storage.ledger.deposits import deposit_name
from qloak.storage.provider import Deposit, SiteConfig, open_embedded
from qloak.storage.world import EmulatedWorld, HolderInfo, encode_register
from qloak.storage.world.operations import Applied, Encrypt, Operation, Prepare, Recover, Refresh, Ship
from tests.ledgers import new_object, step
from tests.postgres import fresh_database, postgres_server

__all__ = ["postgres_server"]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Where a ledger can be: a file, or an empty database on a server."""
    if request.param == "sqlite":
        return tmp_path / "vault.db"
    return fresh_database(request.getfixturevalue("postgres_server"), "ledger")


@pytest.fixture
def ledger(place):
    """An empty ledger."""
    with SqlLedger.open(place) as opened:
        yield opened


@dataclass
class HandMade:
    """A ledger, a world and two sites, and what a vault would do with them, without its care.

    Attributes:
        ledger, world: of the vault.
        sites: providers by name.
    """

    ledger: SqlLedger
    world: EmulatedWorld
    sites: dict[str, object]
    epoch: int = 0

    def do(self, operation: Operation) -> dict:
        (result,) = self.world.apply([operation], epoch=self.epoch)
        assert isinstance(result, Applied), result
        return dict(result.value)

    def act(self, kind: type[Operation], **fields) -> dict:
        return self.do(kind(op_id=new_id(), holder=self.ledger.vault_id, **fields))

    def begin(self, **more) -> NewObject:
        """An object that the ledger knows and the world does not yet."""
        new = new_object(num_clones=2, **more)
        stored = new.record.stored
        placements = tuple(Placement((i,), name, f"{stored}.{i}") for i, name in enumerate(self.sites, start=1))
        return replace(new, record=replace(new.record, placements=placements))

    def put(self, **more) -> ObjectRecord:
        """A stored object, its clones at the sites."""
        new = self.begin(**more)
        self.act(Prepare, handle=f"in-{new.record.object_id}", state=encode_register(Register.bloch(0.3, 0.7)))
        (begun,) = self.ledger.create([new])
        self.act(Encrypt, handle=f"in-{begun.object_id}", stored=begun.stored, num_clones=2)
        self.deposit(begun.stored, begun.placements, new_id())
        (record,) = self.ledger.change([step(begun, ObjectState.STORED)])
        return record

    def deposit(self, stored: str, placements: tuple[Placement, ...], op: str) -> None:
        for i, placement in enumerate(placements):
            site = self.sites[placement.provider]
            assert site.accept([Deposit(placement.deposit, stored, placement.qubits, 1)]) == [None]
            parcels = ((placement.qubits, site.info().holder),)
            self.do(Ship(op_id=f"{op}:{i}", holder=self.ledger.vault_id, stored=stored, parcels=parcels))

    def fetch(self, record: ObjectRecord) -> None:
        """The first clone comes home."""
        placement = record.placements[0]
        assert self.sites[placement.provider].release([placement.deposit], to=self.ledger.vault_id) == [None]

    def redeem(self, record: ObjectRecord) -> str:
        """In the world alone; the handle."""
        self.fetch(record)
        handle = new_id()
        self.act(Recover, stored=record.stored, qubits=(1, 3, 4), handle=handle)
        return handle

    def redeem_all(self, record: ObjectRecord) -> ObjectRecord:
        """In the world and in the ledger."""
        (begun,) = self.ledger.change([step(record, ObjectState.REDEEMING, intent={"kind": "redeem"})])
        handle = self.redeem(record)
        register = RegisterRecord(handle, record.tenant, 1, "redeemed", record.object_id)
        change = step(begun, ObjectState.REDEEMED, handle=handle)
        (done,) = self.ledger.change([replace(change, registers=(register,), event=Event("local", "redeem", handle))])
        return done

    def refresh(self, record: ObjectRecord) -> str:
        """In the world and at the sites; the new name."""
        self.fetch(record)
        fresh = new_id()
        self.act(Refresh, stored=record.stored, qubits=(1, 3, 4), fresh=fresh, num_clones=2)
        self.deposit(fresh, self.fresh_placements(record, fresh), f"op-{fresh}")
        return fresh

    def fresh_placements(self, record: ObjectRecord, fresh: str) -> tuple[Placement, ...]:
        """Where the clones of a refreshed object are."""
        return tuple(replace(p, deposit=deposit_name(f"op-{fresh}", fresh, p.qubits[0])) for p in record.placements)


@pytest.fixture
def file_ledger(tmp_path):
    """An empty ledger in a file, where the database makes no difference."""
    with SqlLedger.open(tmp_path / "vault.db") as opened:
        yield opened


@pytest.fixture
def vault(file_ledger, tmp_path):
    """A vault made by hand."""
    ledger = file_ledger
    world = EmulatedWorld.open(tmp_path / "world.db", seed=1)
    world.register_holder(HolderInfo(ledger.vault_id))
    sites = open_embedded(tmp_path / "providers.db", world, [SiteConfig("athens"), SiteConfig("zurich")])
    yield HandMade(ledger, world, {site.name: site for site in sites})
    world.close()
    sites[0].close()
