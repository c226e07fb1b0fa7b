"""The vault: put, redeem, refresh and remove, crash-safe and exactly once.

vault      `Vault`, the owner's side; `setup` founds and opens its folder
requests   what can be asked of it
begin      what is decided before anything is done
runs       flows over many objects at once, and what is taken up after a crash
put, redeem, steps   the flows: stages over many objects at once, the same after a crash
deposit, fetch, verify   stages that they share: parcels go out, come home, are compared
choose     which clones and which set to recover from, by exact prediction
shop       world, providers and ledger as the flows see them
news       what flows tell while they are at work
health, receipt   how an object is, and how it was redeemed
workbench  plain registers
client     the vault as one tenant sees it; `local_client`, `documents`, `sources`, `batcher` implement it
"""

from .health import Health, Prediction
from .receipt import Receipt
from .requests import PutRequest, RedeemRequest, StepRequest
from .setup import DEFAULT_PROVIDERS, VaultOptions
from .vault import Vault
from .workbench import Workbench

__all__ = [
    "DEFAULT_PROVIDERS",
    "Health",
    "Prediction",
    "PutRequest",
    "Receipt",
    "RedeemRequest",
    "StepRequest",
    "Vault",
    "VaultOptions",
    "Workbench",
]
