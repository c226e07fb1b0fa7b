"""A gateway with pages as a process, and a Chromium in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsers import Watched, running_browser
from tests.webserver import WebServer

# Two cores may be shared with much else; what never comes is still found.
expect.set_options(timeout=30_000)


# Not for the whole session: while it runs, no other test of this worker could use asyncio.
@pytest.fixture(scope="module")
def chromium():
    """A headless Chromium for the tests of a module."""
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[WebServer]:
    """A gateway with six embedded providers; shared by the tests of a module."""
    with WebServer(tmp_path_factory.mktemp("web")) as server:
        yield server


@pytest.fixture
def visit(chromium, served) -> Iterator[Callable[..., Watched]]:
    """Opens browser contexts at the gateway; whatever goes wrong in one fails the test."""
    opened: list[Watched] = []

    def visit(**options: Any) -> Watched:
        opened.append(Watched(chromium, served.url, **options))
        return opened[-1]

    yield visit
    for context in opened:
        context.close()


@pytest.fixture
def page(visit, served):
    """A page of somebody who is signed in and may do everything, at the drive."""
    return visit().sign_in(served.token)
