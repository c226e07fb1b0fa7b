"""Providers: servers that keep deposits of qubits and give them back."""

from .embedded import open_embedded
from .fleet import Fleet
from .protocol import Deposit, DepositState, Fault, Provider, ProviderInfo
from .site import SiteConfig, StorageSite

__all__ = [
    "Deposit",
    "DepositState",
    "Fault",
    "Fleet",
    "Provider",
    "ProviderInfo",
    "SiteConfig",
    "StorageSite",
    "open_embedded",
]
