"""Steps from each revision of the ledger's tables to the next, one file each; never changed after a release."""

__all__: list[str] = []
