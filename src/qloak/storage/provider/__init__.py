"""Providers: servers that keep deposits of qubits and give them back.

protocol      what a provider is
site          one with a disk: `StorageSite`; `incarnation` is who it is in the world, `rehearsal` its failures
embedded      several of them in one file
remote        one behind HTTP: `HttpProvider`
retrying      one that is asked again; `faulty`, one on a bad line
fleet         all of a vault, asked at once
schema        tables of sites
"""

from .embedded import open_embedded
from .faulty import Faulty
from .fleet import Fleet
from .protocol import Deposit, DepositState, Fault, Provider, ProviderInfo
from .remote import HttpProvider
from .retrying import Retrying
from .site import SiteConfig, StorageSite

__all__ = [
    "Deposit",
    "DepositState",
    "Fault",
    "Faulty",
    "Fleet",
    "HttpProvider",
    "Provider",
    "ProviderInfo",
    "Retrying",
    "SiteConfig",
    "StorageSite",
    "open_embedded",
]
