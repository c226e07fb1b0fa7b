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
    from .analysis import best_recovery, pauli_channel
    from .circuits import (
        decryption,
        encryption_circuit,
        inverse_encryption_circuit,
        recovery_circuit,
        roundtrip_circuit,
    )
    from .compile import compile_circuit
    from .core import (
        CodeScheme,
        Custody,
        CustodyPolicy,
        EncryptedCloning,
        IteratedCloning,
        classify,
        count_access,
        recovery_sets,
    )
    from .errors import QloakError
    from .noise import NoiseModel
    from .simulators import EncryptedRegister, Register, StabilizerWorld
    from .storage.vault import PutRequest, RedeemRequest, Vault

_HOMES = {
    ".analysis": ("best_recovery", "pauli_channel"),
    ".circuits": (
        "decryption",
        "encryption_circuit",
        "inverse_encryption_circuit",
        "recovery_circuit",
        "roundtrip_circuit",
    ),
    ".compile": ("compile_circuit",),
    ".core": (
        "CodeScheme",
        "Custody",
        "CustodyPolicy",
        "EncryptedCloning",
        "IteratedCloning",
        "classify",
        "count_access",
        "recovery_sets",
    ),
    ".errors": ("QloakError",),
    ".noise": ("NoiseModel",),
    ".simulators": ("EncryptedRegister", "Register", "StabilizerWorld"),
    ".storage.vault": ("PutRequest", "RedeemRequest", "Vault"),
}

__all__ = [
    "CodeScheme",
    "Custody",
    "CustodyPolicy",
    "EncryptedCloning",
    "EncryptedRegister",
    "IteratedCloning",
    "NoiseModel",
    "PutRequest",
    "QloakError",
    "RedeemRequest",
    "Register",
    "StabilizerWorld",
    "Vault",
    "__version__",
    "best_recovery",
    "classify",
    "compile_circuit",
    "count_access",
    "decryption",
    "encryption_circuit",
    "inverse_encryption_circuit",
    "pauli_channel",
    "recovery_circuit",
    "recovery_sets",
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
