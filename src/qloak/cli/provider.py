"""`qloak provider`: storage servers of a vault, and rehearsals of their failure."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ..errors import UsageError
from .object_view import plain, print_columns
from .options import JsonOption, whole_number
from .output import print_json
from .provider_serve import serve_provider
from .quantities import probability
from .store import VaultOption, YesOption, confirm, reach
from .store_times import memory_times

__all__ = ["provider"]

provider = typer.Typer(no_args_is_help=True, help="Providers of a vault: list, add, rehearse failures, serve.")
provider.command("serve")(serve_provider)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A provider's name.")]


@provider.command("ls")
def list_providers(*, vault: VaultOption = None, json: JsonOption = False) -> None:
    """List the providers, whether they answer, and which failures they rehearse."""
    with reach(vault) as client:
        document = client.providers()
    if json:
        print_json(document)
        return
    rows = [(each["name"], each["kind"], *_condition(each)) for each in document["providers"]]
    print_columns(("name", "kind", "up", "used", "capacity", "T1", "T2", "remarks"), rows)


@provider.command()
def add(
    name: NameArgument,
    *,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where it listens; default: embedded here.")] = "",
    capacity: Annotated[
        str | None, typer.Option("--capacity", metavar="QUBITS", help="Qubits that an embedded one can keep.")
    ] = None,
    t1: Annotated[
        str, typer.Option("--t1", metavar="TIME", help="T1 of an embedded one's memory, such as 30d.")
    ] = "never",
    t2: Annotated[
        str | None, typer.Option("--t2", metavar="TIME", help="T2 of its memory, at most 2 T1; default: 2 T1.")
    ] = None,
    link_error: Annotated[
        str | None, typer.Option("--link-error", metavar="P", help="Probability of an error on each qubit's way there.")
    ] = None,
    link_loss: Annotated[
        str | None, typer.Option("--link-loss", metavar="P", help="Probability that a parcel is lost on its way there.")
    ] = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Add a provider to the vault: one with a URL, or one embedded in the vault's own process.

    The token for one with a URL is read from QLOAK_PROVIDER_TOKEN, so that it is in no list of processes. For
    example `qloak provider add glacier`, or `qloak provider add hill --url https://hill.example:8443`.
    """
    options: dict[str, object] = {}
    if capacity is not None:
        options["capacity"] = whole_number("--capacity", capacity)
    times = zip(("t1_seconds", "t2_seconds"), memory_times(t1, t2), strict=True)
    options |= {key: seconds for key, seconds in times if math.isfinite(seconds)}
    for key, text in (("link_error", link_error), ("link_loss", link_loss)):
        if text is not None:
            options[key] = probability(f"--{key.replace('_', '-')}", text)
    token = os.environ.get("QLOAK_PROVIDER_TOKEN", "") if url else ""
    if url and options:
        raise UsageError("--url: a provider with a URL decides itself on its capacity and memory.")
    if url and not token:
        raise UsageError("QLOAK_PROVIDER_TOKEN: it is not set, and the provider asks for a token.")
    with reach(vault, create=True) as client:
        document = client.add_provider(name, url=url, token=token, options=options)
    _show(document, as_json=json)


@provider.command()
def fail(
    name: NameArgument,
    *,
    fault: Annotated[
        str, typer.Option("--fault", metavar="FAULT", help="offline, slow, lossy, measuring or tampering.")
    ] = "offline",
    strength: Annotated[
        str, typer.Option("--strength", metavar="X", help="Seconds for slow, else a probability; 0 is off.")
    ] = "1",
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Rehearse a failure: from now on the provider behaves like this, until `qloak provider recover`.

    For example `qloak provider fail dune`, or `qloak provider fail ember --fault tampering --strength 0.5`.
    """
    try:
        value = float(strength)
    except ValueError:
        value = math.nan
    if not 0 <= value <= (60 if fault == "slow" else 1):
        raise UsageError.of("--strength", strength, "0 to 60 seconds for slow, else a number from 0 to 1")
    with reach(vault) as client:
        document = client.rehearse(name, fault, value)
    _show(document, as_json=json)


@provider.command()
def recover(name: NameArgument, *, vault: VaultOption = None, json: JsonOption = False) -> None:
    """End all rehearsals of a provider."""
    with reach(vault) as client:
        document = client.recover_provider(name)
    _show(document, as_json=json)


@provider.command()
def destroy(name: NameArgument, *, yes: YesOption = False, vault: VaultOption = None, json: JsonOption = False) -> None:
    """Rehearse the loss of a whole site: all qubits that the provider keeps are lost for ever.

    It does not answer until `qloak provider recover`, and is empty then. For example
    `qloak provider destroy aurora --yes`.
    """
    with reach(vault) as client:
        confirm(f"Destroy every qubit at {name}, for ever?", yes=yes)
        document = client.destroy_provider(name)
    _show(document, as_json=json)
    if not json:
        print(f"  every qubit it kept is lost; qloak provider recover {plain(name)} brings it back, empty")


def _show(document: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
        return
    up, used, capacity, t1, t2, remarks = _condition(document)
    print(f"{plain(document['name'])} ({document['kind']}): {'answers' if up == 'yes' else 'does not answer'}")
    if up == "yes":
        print(f"  {used} of {capacity} qubits used, T1 {t1}, T2 {t2}")
    if remarks:
        print(f"  {plain(remarks)}")


def _condition(document: Mapping[str, Any]) -> tuple[str, object, object, str, str, str]:
    """Whether it answers, used, capacity, T1, T2, and what else there is to say."""
    if not document["up"]:
        return "no", "-", "-", "-", "-", str(document["reason"])
    times = ["never" if (t := document[f"{name}_seconds"]) is None else f"{t:g} s" for name in ("t1", "t2")]
    faults = ", ".join(f"rehearses {name} {strength:g}" for name, strength in document["faults"].items() if strength)
    return "yes", document["used"], document["capacity"], times[0], times[1], faults
