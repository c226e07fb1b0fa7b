"""Backing up what a vault remembers, and restoring its folder from that."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ...errors import ConflictError, shorten_path
from ..ledger.backup import BackupInfo, backup_of
from ..ledger.restore import Restored, restore_backup
from .setup import VaultOptions, found_vault, open_world, read_config

__all__ = ["backup_vault", "restore_vault"]


def backup_vault(folder: Path, backup: Path) -> BackupInfo:
    """Write a backup of a vault's ledger, whether or not somebody has the vault open.

    Neither the world nor a provider is asked.

    Raises:
        VaultMissingError: if there is no vault in the folder.
        ConflictError: if there is a file already; it is left as it is.
    """
    return backup_of(read_config(folder)["ledger"] or folder / "vault.db", backup)


def restore_vault(folder: Path, backup: Path, *, without_world: bool = False) -> Restored:
    """Make the ledger of a vault anew.

    Args:
        folder: with a vault.toml and without a ledger; without a world, a folder that has no vault.
        backup: as `ledger.backup` wrote it.
        without_world: the world is gone. A new one begins, in which live objects are lost.

    Raises:
        VaultMissingError: if there is no vault in the folder.
        ConflictError: if there is a ledger already; nothing is changed.
        IntegrityError: if the backup is damaged; nothing is changed.
    """
    if without_world:
        return _restore_alone(folder, backup)
    config = read_config(folder)
    place = config["ledger"] or folder / "vault.db"
    if isinstance(place, Path) and place.exists():
        raise ConflictError(f"{shorten_path(place)}: there is a ledger already. Move it away first.")
    world = open_world(folder, config)
    try:
        return restore_backup(backup, place, world=world)
    finally:
        close = getattr(world, "close", None)
        if close is not None:
            close()


def _restore_alone(folder: Path, backup: Path) -> Restored:
    """The records alone, in a new folder."""
    config = folder / "vault.toml"
    if config.exists():
        raise ConflictError(f"{shorten_path(folder)}: there is a vault already. Choose another folder.")
    # The ledger first, the configuration last: a folder with it is a whole vault.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    restored = restore_backup(backup, folder / "vault.db", world=None)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        found_vault(Path(scratch), VaultOptions(providers=()))
        (Path(scratch) / "vault.toml").replace(config)
    return restored
