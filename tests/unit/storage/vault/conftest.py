"""A vault in a folder of its own."""

from __future__ import annotations

import pytest

from tests.vaults import Play


@pytest.fixture
def play(tmp_path):
    played = Play(tmp_path / "vault")
    yield played
    played.vault.close()


@pytest.fixture
def played(tmp_path):
    """Makes a vault with options."""
    made: list[Play] = []

    def make(**options):
        made.append(Play(tmp_path / f"vault{len(made)}", **options))
        return made[-1]

    yield make
    for each in made:
        each.vault.close()
