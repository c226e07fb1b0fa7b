"""Qloak: encrypted cloning of quantum states, exactly emulated.

An unknown state is encrypted into several clones, each of which alone is pure noise; any one clone with
the key gives it back, once. The names below are the public interface, loaded when first used.

References:
    [YamaguchiKempf2026] [Yamaguchi2026hardware]
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from .circuits import decryption, encryption_circuit, inverse_encryption_circuit, roundtrip_circuit
    from .core import CodeScheme, Custody, CustodyPolicy, EncryptedCloning, IteratedCloning, classify, count_access
    from .errors import QloakError
    from .simulators import EncryptedRegister, Register, StabilizerWorld

_HOMES = {
    ".circuits": ("decryption", "encryption_circuit", "inverse_encryption_circuit", "roundtrip_circuit"),
    ".core": (
        "CodeScheme",
        "Custody",
        "CustodyPolicy",
        "EncryptedCloning",
        "IteratedCloning",
        "classify",
        "count_access",
    ),
    ".errors": ("QloakError",),
    ".simulators": ("EncryptedRegister", "Register", "StabilizerWorld"),
}

__all__ = [
    "CodeScheme",
    "Custody",
    "CustodyPolicy",
    "EncryptedCloning",
    "EncryptedRegister",
    "IteratedCloning",
    "QloakError",
    "Register",
    "StabilizerWorld",
    "__version__",
    "classify",
    "count_access",
    "decryption",
    "encryption_circuit",
    "inverse_encryption_circuit",
    "roundtrip_circuit",
]


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            value: object = getattr(import_module(home, __name__), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
