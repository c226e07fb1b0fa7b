"""One gateway for the tests of a module that do not disturb each other."""

from __future__ import annotations

import pytest

from tests.gateways import Gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with Gateway(tmp_path_factory.mktemp("gateway") / "vault") as running:
        for tenant in ("alice", "bob"):
            running.vault.ledger.tenants.add(tenant)
        yield running


@pytest.fixture(scope="module")
def operator(gateway):
    return gateway.caller()


@pytest.fixture(scope="module")
def alice(gateway):
    return gateway.caller("alice")


@pytest.fixture(scope="module")
def bob(gateway):
    return gateway.caller("bob")
