"""How the story goes, and what its acts came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..circuits import Method
from ..simulators import Register
from .steps import RefusedStep

__all__ = ["MAX_VAULT_PROVIDERS", "MAX_VAULT_QUBITS", "Acts", "StoryOptions", "default_providers"]

MAX_VAULT_PROVIDERS: Final = 16
"""A vault founds and loses its providers one by one: many of them would take longer than the story."""

MAX_VAULT_QUBITS: Final = 1000
"""Logical qubits of an object in a vault."""

_NAMES: Final = (
    "aurora",
    "borealis",
    "cirrus",
    "dune",
    "ember",
    "fjord",
    "glacier",
    "harbour",
    "island",
    "juniper",
)


@dataclass(frozen=True, slots=True)
class StoryOptions:
    """How the story goes.

    Attributes:
        num_clones: n.
        providers: n names, or none for the default names.
        survivor: the provider that is left, or None for the second one.
        method: how the key is used.
        num_kept: qubits of the register that the user keeps.
        seed: of all randomness.
    """

    num_clones: int = 6
    providers: tuple[str, ...] = ()
    survivor: str | None = None
    method: Method = Method.UNITARY
    num_kept: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """What putting, losing, redeeming and redeeming again came to.

    Attributes:
        on_vault: whether all this was done on a vault.
        surviving: clones that are left after the loss.
        clone: name of the one that was decrypted.
        seen: the exact state that came back: the recovered qubits and those that were kept, as in the register.
        refused: the second redemption.
    """

    on_vault: bool
    surviving: int
    clone: str
    seen: Register
    refused: RefusedStep


def default_providers(count: int) -> tuple[str, ...]:
    """Names for providers."""
    return _NAMES[:count] + tuple(f"provider-{i}" for i in range(len(_NAMES) + 1, count + 1))
