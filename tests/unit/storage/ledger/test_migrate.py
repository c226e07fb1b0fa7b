"""Old ledgers become new ones, and newer ones are left alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from qloak.errors import ConflictError
from qloak.storage.database import open_database, read, write
from qloak.storage.ledger import ObjectState, Quota, SqlLedger, Tenant, migrate, schema
from qloak.storage.ledger.migrate import revision_of, upgrade
from tests.ledgers import RELEASED, fill_old, new_object, step


@pytest.fixture
def engine(place):
    opened = open_database(place)
    yield opened
    opened.dispose()


def differences(connection):
    return compare_metadata(MigrationContext.configure(connection), schema.metadata)


def test_a_new_ledger_has_the_tables_of_the_schema(engine):
    migrate.migrate(engine)
    with read(engine) as connection:
        assert revision_of(connection) == schema.HEAD
        assert differences(connection) == []


def test_head_is_the_last_step_and_steps_are_one_line():
    script = ScriptDirectory(str(migrate._FOLDER), version_locations=[str(migrate._FOLDER)])
    assert script.get_heads() == [schema.HEAD]
    assert [step.revision for step in script.walk_revisions()][::-1][: len(RELEASED)] == RELEASED


@pytest.mark.parametrize("revision", RELEASED)
def test_every_released_revision_is_read_after_its_upgrade(place, engine, revision):
    with write(engine) as connection:
        upgrade(connection, target=revision)
        fill_old(connection)
    with SqlLedger.open(place) as ledger:
        assert (ledger.vault_id, ledger.epoch) == ("vault-old", 4)
        (record,) = ledger.unfinished()
        assert (record.object_id, record.name, record.revision) == ("OLD", "mine", 4)
        assert [(p.qubits, p.provider, p.presence) for p in record.placements] == [
            ((1,), "p", "away"),
            ((2,), "q", "home"),
        ]
        assert ledger.tenants.list() == [Tenant("alice", 1.0, Quota())]
        assert ledger.change([step(record, ObjectState.STORED)])[0].state is ObjectState.STORED
        assert ledger.create([new_object()])[0].state is ObjectState.STORING
    with read(engine) as connection:
        assert revision_of(connection) == schema.HEAD
        assert differences(connection) == []


def test_upgrading_again_does_nothing(engine):
    migrate.migrate(engine)
    with write(engine) as connection:
        before = connection.execute(sa.select(schema.meta)).all()
        upgrade(connection)
        assert connection.execute(sa.select(schema.meta)).all() == before


def test_a_ledger_of_a_newer_version_is_left_as_it_is(place, engine):
    migrate.migrate(engine)
    with write(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConflictError, match=r"a newer Qloak wrote this ledger \(revision 9999\)"):
        SqlLedger.open(place)
    with read(engine) as connection:
        assert revision_of(connection) == "9999"


def test_a_step_that_fails_leaves_nothing_behind(engine, monkeypatch):
    monkeypatch.setattr(migrate, "set_meta", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        migrate.migrate(engine)
    with read(engine) as connection:
        assert sa.inspect(connection).get_table_names() == []
