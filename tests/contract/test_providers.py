"""One suite for all providers: embedded, behind HTTP, and on a bad line with retries."""

from __future__ import annotations

import numpy as np
import pytest
from fastapi.testclient import TestClient

from qloak.service.auth import TokenTable, hash_token, new_token
from qloak.service.provider_app import OPERATOR, create_provider_app
from qloak.service.world_app import create_world_app
from qloak.storage.database import open_database
from qloak.storage.http import HttpCaller
from qloak.storage.provider import Faulty, HttpProvider, Retrying, StorageSite, open_embedded
from qloak.storage.provider.schema import METADATA
from qloak.storage.world.remote import RemoteWorld
from tests.contract.provider_suite import NAME, ProviderSuite, Setting, config
from tests.loopback import Loopback

TOKEN = new_token()
TOKENS = TokenTable({hash_token(TOKEN): OPERATOR})


class Embedded(Setting):
    def start(self):
        [self.site] = open_embedded(self.folder / "provider.db", self.play.world, [config()])
        return self.site

    def stop(self):
        self.site.close()


class OnABadLine(Embedded):
    """A call fails with probability 1 - 0.75^2 < 0.44, all of 60 attempts with less than 1e-21; the seed is fixed."""

    def start(self):
        faulty = Faulty(super().start(), np.random.default_rng(11), before=0.25, after=0.25, twice=0.25)
        return Retrying(faulty, attempts=60, sleep=lambda _: None)


class OverHttp(Embedded):
    """The application in the same process."""

    def start(self):
        app = create_provider_app(super().start(), TOKENS)
        return HttpProvider(NAME, HttpCaller("http://provider", TOKEN, client=TestClient(app)))

    def stop(self):
        self.provider.close()
        super().stop()


class OnLoopback(Setting):
    """Provider and world behind real sockets."""

    def __init__(self, folder):
        self.nature = None
        super().__init__(folder)

    def start(self):
        if self.nature is None:
            table = TokenTable({hash_token(TOKEN): NAME})
            self.nature = Loopback(create_world_app(self.play.world, table))
        self.world = RemoteWorld(HttpCaller(self.nature.url, TOKEN))
        self.site = StorageSite.open(open_database(self.folder / "provider.db", METADATA), self.world, config())
        self.server = Loopback(create_provider_app(self.site, TOKENS))
        return HttpProvider(NAME, HttpCaller(self.server.url, TOKEN))

    def stop(self):
        self.provider.close()
        self.server.close()
        self.site.close()
        self.world.close()

    def close(self):
        super().close()
        self.nature.close()


class _Suite(ProviderSuite):
    kind: type[Setting]

    @pytest.fixture
    def setting(self, tmp_path):
        made = self.kind(tmp_path)
        yield made
        made.close()


class TestEmbedded(_Suite):
    kind = Embedded


class TestOnABadLine(_Suite):
    kind = OnABadLine


class TestOverHttp(_Suite):
    kind = OverHttp


class TestOnLoopback(_Suite):
    kind = OnLoopback
