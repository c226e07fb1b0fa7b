"""Providers inside the vault's own process: the default, and the quickest way to try everything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..database import open_database
from ..world.protocol import World
from .schema import METADATA
from .site import SiteConfig, StorageSite

__all__ = ["open_embedded"]


def open_embedded(path: str | Path, world: World, configs: Sequence[SiteConfig]) -> list[StorageSite]:
    """Several sites in one database file.

    They share a process and a disk, so that they survive and fail together, except in rehearsals. For
    redundancy that is not a rehearsal, run providers as processes on machines of their own.

    Args:
        path: the file; made where it is missing, as are sites that it does not hold yet.
        world: where the qubits are.
        configs: the sites, each name once. Of a site that exists only the name counts.
    """
    engine = open_database(path, METADATA)
    return [StorageSite.open(engine, world, config) for config in configs]
