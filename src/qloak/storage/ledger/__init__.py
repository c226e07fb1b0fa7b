"""The ledger: what the owner's side remembers, in SQLite or PostgreSQL. Classical data only.

protocol     what a ledger does; records: what it remembers
sql_ledger   the ledger in a database; batch: one bulk call; queries: reading; locks: what is locked, in which order
leases       who works on what; audit: who did what, chained
tokens       who may ask for what; tenants, providers: whose objects there are, and where they can go
quotas       how much a tenant may store
schema       the tables; migrate: how older ones become newer ones
checks       whether everything fits together; backup: and restore
"""

from .audit import AuditEntry, AuditLog, ChainHead
from .protocol import Ledger, Newest, Repeated
from .providers import ProviderRecord, ProviderStore
from .quotas import Quota, Usage
from .records import (
    TRANSITIONS,
    Change,
    Event,
    Idempotency,
    NewObject,
    ObjectRecord,
    ObjectState,
    Placement,
    Presence,
    RegisterRecord,
)
from .sql_ledger import SqlLedger
from .tenants import Tenant, TenantStore
from .tokens import Principal, Scope, Token, TokenStore

__all__ = [
    "TRANSITIONS",
    "AuditEntry",
    "AuditLog",
    "ChainHead",
    "Change",
    "Event",
    "Idempotency",
    "Ledger",
    "NewObject",
    "Newest",
    "ObjectRecord",
    "ObjectState",
    "Placement",
    "Presence",
    "Principal",
    "ProviderRecord",
    "ProviderStore",
    "Quota",
    "RegisterRecord",
    "Repeated",
    "Scope",
    "SqlLedger",
    "Tenant",
    "TenantStore",
    "Token",
    "TokenStore",
    "Usage",
]
