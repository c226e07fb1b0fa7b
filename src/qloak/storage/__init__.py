"""Encrypted quantum storage: nature, providers, the ledger and the vault.

world       nature: who holds which qubit, and what happens to it; the only place with quantum states
provider    servers that keep deposits and give them back
ledger      what the owner's side remembers: classical data in a database
vault       put, redeem, refresh, remove: the flows that tie the three together, crash-safe
"""

__all__: list[str] = []
