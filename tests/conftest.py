"""What every test can count on: no network beyond this machine, repeatable random numbers, no deadlines."""

from __future__ import annotations

import os
import socket
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

# A loaded machine must not fail a test, and CI must not find by chance what nobody can repeat.
settings.register_profile(
    "qloak", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("qloak")


# Whole folders and modules that `x.py check` leaves to `x.py test`: many cases of one law, or real searches.
SLOW = (
    "crash/",
    "cross/",
    "property/",
    "e2e/",
    "contract/test_providers.py",
    "unit/cli/test_compile.py",
    "unit/cli/test_baseline.py",
    "unit/compile/test_untouched",
    "unit/compile/test_place.py",
    "unit/compile/test_search.py",
    "unit/compile/test_parallel",
    "unit/compile/test_tiling.py",
    "unit/compile/test_unit_search.py",
    "unit/cli/test_servers.py",
    "unit/cli/test_compile_table.py",
    "unit/experiments/figures",
    "unit/experiments/report",
    "unit/experiments/test_estimators.py",
    "unit/experiments/test_noisy.py",
    "unit/experiments/test_tables.py",
    "unit/compile/test_filling.py",
    "unit/cli/test_experiment.py",
    "unit/experiments/engines/test_aer",
    "unit/experiments/test_hardware.py",
)


def pytest_collection_modifyitems(items):
    """Mark what lies under SLOW."""
    for item in items:
        place = item.path.relative_to(Path(__file__).parent).as_posix()
        if place.startswith(SLOW):
            item.add_marker(pytest.mark.slow)


def is_loopback(address: object) -> bool:
    """Whether a socket address is of this machine: a Unix socket's path, 127.0.0.0/8 or ::1."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    return host in ("localhost", "::1") or host.startswith("127.")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch):
    """Refuses every connection that would leave this machine, by the exception that fails a test most plainly."""

    def guarded(method):
        def connect(self, address):
            if not is_loopback(address):
                pytest.fail(f"a test tried to connect to {address!r}; tests use no network")
            return method(self, address)

        return connect

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))


@pytest.fixture
def rng(request) -> np.random.Generator:
    """Random numbers that depend on the test's own name alone, so neither on order nor on workers."""
    return np.random.default_rng(zlib.crc32(request.node.nodeid.encode()))
