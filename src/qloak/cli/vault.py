"""`qloak vault`: the vault as a whole."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError, shorten_path
from .object_view import plain, print_columns
from .options import JsonOption, whole_number
from .output import print_json
from .store import VaultOption, making, reach, vault_folder
from .store_times import memory_times

__all__ = ["vault"]

vault = typer.Typer(no_args_is_help=True, help="The vault as a whole: make, check, back up, restore.")

FolderOption = Annotated[
    Path | None,
    typer.Option("--vault", metavar="DIR", help="The vault's folder. Default: QLOAK_VAULT, else your own."),
]


@vault.command()
def init(
    *,
    providers: Annotated[
        str | None,
        typer.Option("--providers", metavar="NAMES", help="Embedded providers, by commas; `none` for none."),
    ] = None,
    ledger: Annotated[
        str, typer.Option("--ledger", metavar="URL", help="A PostgreSQL database; default: a file in the folder.")
    ] = "",
    world: Annotated[
        str, typer.Option("--world", metavar="URL", help="A world that runs elsewhere; default: embedded.")
    ] = "",
    t1: Annotated[str, typer.Option("--t1", metavar="TIME", help="T1 of all embedded memories.")] = "never",
    t2: Annotated[
        str | None, typer.Option("--t2", metavar="TIME", help="T2 of them, at most 2 T1; default: 2 T1.")
    ] = None,
    capacity: Annotated[
        str, typer.Option("--capacity", metavar="QUBITS", help="Qubits of each embedded provider.")
    ] = "10000000",
    rate: Annotated[
        str, typer.Option("--rate", metavar="R", help="Seconds of an embedded world for one of the host.")
    ] = "1",
    folder: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """Make a vault: in a folder of its own, with six embedded providers unless you say otherwise.

    The id that it prints is the vault's name in the world: with --world, make a token for it there
    (`qloak token new ID --tokens FILE`), and set QLOAK_WORLD_TOKEN to it for every command. A vault with a world
    elsewhere has no providers until `qloak provider add`.

    Exit codes: 0 made, 1 there is one already, 2 bad usage.
    """
    from ..storage.ledger import SqlLedger
    from ..storage.ledger.tenants import check_tenant
    from ..storage.vault import DEFAULT_PROVIDERS, Vault, VaultOptions
    from ..storage.vault.setup import found_vault

    if providers is None:
        names: tuple[str, ...] = () if world else DEFAULT_PROVIDERS
    else:
        names = () if providers == "none" else tuple(check_tenant(part.strip()) for part in providers.split(","))
    times = memory_times(t1, t2)
    options = VaultOptions(
        names, ledger, world, *times, capacity=whole_number("--capacity", capacity), rate=_rate(rate)
    )
    place = vault_folder(folder)
    with making(place):
        found_vault(place, options)
    if world:
        # The world does not know it yet, so it cannot be opened.
        with SqlLedger.open(ledger or place / "vault.db") as opened:
            vault_id = opened.vault_id
    else:
        with Vault.open(place) as whole:
            vault_id = whole.holder
    if json:
        print_json({"schema": "qloak.vault/1", "id": vault_id, "folder": str(place), "providers": list(names)})
        return
    print(f"vault {vault_id} in {shorten_path(place)}")
    print(f"  providers: {', '.join(plain(name) for name in names) or 'none yet; add them with qloak provider add'}")
    if world:
        print(f"  its world knows it by a token: qloak token new {vault_id} --tokens FILE, at the world")


@vault.command()
def check(*, place: VaultOption = None, json: JsonOption = False) -> None:
    """Verify that ledger, world, providers and audit log fit together.

    An `error` is a promise that does not hold, a `warning` a loss or something that cannot be looked at, a `note`
    something under way. Exit codes: 0 no error, 10 no vault, 11 locked, 14 an error was found.
    """
    with reach(place) as client:
        document = client.check()
    findings = document["findings"]
    if json:
        print_json(document)
    else:
        rows = [(each["severity"], each["code"], each["subject"], each["message"]) for each in findings]
        if rows:
            print_columns(("severity", "code", "subject", "what"), rows)
        count = {kind: sum(each["severity"] == kind for each in findings) for kind in ("error", "warning", "note")}
        print(", ".join(f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in count.items()))
    if any(each["severity"] == "error" for each in findings):
        raise typer.Exit(14)


@vault.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write; it must not exist.")],
    *,
    folder: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """Write what the vault remembers into one file: classical data only, for qubits have no backup.

    It may be open in another process, such as a gateway, and its world may be away: the ledger alone is read, as
    it is at one moment. The file has the providers' tokens and belongs to you alone.

    Exit codes: 0 written, 1 there is a file already, 10 no vault, 14 the ledger is damaged.
    """
    from ..storage.vault.restoring import backup_vault

    info = backup_vault(vault_folder(folder), file)
    if json:
        print_json({"schema": "qloak.vault-backup/1", "file": str(file), **asdict(info)})
        return
    print(f"{shorten_path(file)}: {info.rows} rows of vault {info.vault_id}, epoch {info.epoch}")
    print(f"  sha256 {info.sha256}")


@vault.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    *,
    without_world: Annotated[
        bool, typer.Option("--without-world", help="The world is gone: restore the records alone, objects are lost.")
    ] = False,
    folder: FolderOption = None,
    json: JsonOption = False,
) -> None:
    """Make the ledger anew from a backup, and ask the world what has become of the objects since.

    The folder has its vault.toml and no ledger: move a damaged vault.db away first. The world opens a new epoch,
    which shuts out whoever still works with the old ledger. With --without-world the folder is a new one.

    Exit codes: 0 restored, 1 there is a ledger already, 10 no vault, 14 the backup is damaged.
    """
    from ..storage.vault.restoring import restore_vault

    place = vault_folder(folder)
    restored = restore_vault(place, file, without_world=without_world)
    states = {str(state): count for state, count in restored.states.items() if count}
    if json:
        document = {"schema": "qloak.vault-restore/1", "folder": str(place), "epoch": restored.epoch}
        print_json(document | {"states": states, "changed": list(restored.changed)})
        return
    print(f"vault {restored.backup.vault_id} in {shorten_path(place)}, epoch {restored.epoch}")
    print(f"  objects: {', '.join(f'{count} {state}' for state, count in states.items()) or 'none'}")
    print(f"  {len(restored.changed)} are not what they were at the time of the backup")


def _rate(text: str) -> float:
    """Seconds of the world for one of the host."""
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{0,12})?", text.strip()):
        raise UsageError.of("--rate", text, "a number of at least 0, such as 1 or 3600")
    return float(text)
