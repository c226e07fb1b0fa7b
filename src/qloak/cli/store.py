"""How a command reaches the vault: in a folder of this machine, or behind a gateway."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ConflictError, QloakError, UsageError, shorten_path

if TYPE_CHECKING:
    from ..storage.vault import Vault
    from ..storage.vault.client import VaultClient

__all__ = [
    "KeyOption",
    "ObjectArgument",
    "VaultOption",
    "YesOption",
    "confirm",
    "making",
    "open_vault",
    "reach",
    "vault_folder",
]

VaultOption = Annotated[
    Path | None,
    typer.Option(
        "--vault",
        metavar="DIR",
        help="The vault's folder. Default: the gateway at QLOAK_URL, else the folder QLOAK_VAULT, else your own.",
    ),
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key",
        metavar="KEY",
        help="A word of your choice: the same request with the same word is done once and answered alike.",
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask; it asks on a terminal only.")]
ObjectArgument = Annotated[
    str, typer.Argument(metavar="OBJECT", help="An object's id, or its name if one live object has it.")
]

_GATEWAY_SECONDS = 60.0


def vault_folder(chosen: Path | None) -> Path:
    """The folder that is meant: the chosen one, else QLOAK_VAULT, else the user's own."""
    if chosen is not None:
        return chosen
    if named := os.environ.get("QLOAK_VAULT"):
        return Path(named)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    try:
        return Path(base).expanduser() / "qloak" / "vault"
    except RuntimeError:
        raise UsageError("--vault: got nothing, expected a folder, as there is no home for a default one.") from None


@contextlib.contextmanager
def making(folder: Path) -> Iterator[None]:
    """Say which folder it is that cannot be made."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError.of("--vault", shorten_path(folder), f"a folder that can be made ({reason})") from error


@contextlib.contextmanager
def open_vault(chosen: Path | None, *, create: bool = False) -> Iterator[Vault]:
    """The vault in a folder, for this process alone.

    Args:
        chosen: as the user said.
        create: make one with embedded providers where there is none, and say so on stderr.
    """
    from ..storage.vault import Vault

    folder = vault_folder(chosen)
    if create and not (folder / "vault.toml").exists():
        with making(folder):
            vault = Vault.init(folder)
        print(f"qloak: made a vault with {len(vault.fleet.names)} providers in {shorten_path(folder)}", file=sys.stderr)
    else:
        vault = Vault.open(folder)
    try:
        yield vault
        # What a gateway does by itself goes along with the commands here; the command itself is done by now.
        with contextlib.suppress(QloakError):
            vault.free_junk()
            vault.ledger.audit.seal()
    finally:
        vault.close()


@contextlib.contextmanager
def reach(chosen: Path | None, *, create: bool = False) -> Iterator[VaultClient]:
    """The vault's client: of the folder, or of the gateway at QLOAK_URL where no folder was chosen.

    Raises:
        VaultMissingError: if there is no vault in the folder.
        LockedError: if another process has it open.
        UsageError: for a gateway without its token.
    """
    url = os.environ.get("QLOAK_URL", "")
    if chosen is None and url:
        from ..service.client import RemoteClient
        from ..storage.http import HttpCaller

        token = os.environ.get("QLOAK_TOKEN", "")
        if not token:
            raise UsageError("QLOAK_TOKEN: it is not set, and the gateway at QLOAK_URL asks for a token.")
        client = RemoteClient(HttpCaller(url, token, timeout_seconds=_GATEWAY_SECONDS))
        try:
            yield client
        finally:
            client.close()
        return
    from ..storage.vault.local_client import LocalClient

    with open_vault(chosen, create=create) as vault:
        yield LocalClient(vault)


def confirm(question: str, *, yes: bool) -> None:
    """Ask before what cannot be undone; only where somebody is there to answer.

    Raises:
        ConflictError: if the answer is no.
    """
    if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    if not typer.confirm(question, err=True):
        raise ConflictError("Not confirmed: nothing has been done.")
