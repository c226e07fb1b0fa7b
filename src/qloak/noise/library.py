"""The calibrations that come with Qloak; `data/README.md` says where they are from."""

from __future__ import annotations

from functools import cache
from importlib import resources

from ..errors import UnknownNameError
from .device import Device

__all__ = ["available_devices", "load_device"]

_PREFIX = "ibm_"


def available_devices() -> tuple[str, ...]:
    """Names of the devices that `load_device` knows, in alphabetical order."""
    files = (resources.files(__package__) / "data").iterdir()
    return tuple(sorted(file.name.removesuffix(".json") for file in files if file.name.endswith(".json")))


def load_device(name: str) -> Device:
    """A device by name, with or without "ibm_".

    Raises:
        UnknownNameError: listing the known names.
    """
    known = available_devices()
    plain = name.lower().removeprefix(_PREFIX)
    if plain not in known:
        raise UnknownNameError.of("device", name, f"one of {', '.join(known)}", "qloak device extract makes others.")
    return _load(plain)


@cache
def _load(name: str) -> Device:
    return Device.from_json((resources.files(__package__) / "data" / f"{name}.json").read_bytes())
