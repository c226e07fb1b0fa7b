"""What the ledger knows, as JSON for people and programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from ...core import EncryptedCloning
from ...errors import QloakError
from ..ledger import AuditEntry, ObjectRecord, RegisterRecord, Tenant, Token
from ..ledger.findings import Finding
from ..provider import ProviderInfo
from ..provider.remote import info_document
from .client import Document
from .health import Health, Prediction, Reader
from .receipt import Receipt

__all__ = [
    "audit_document",
    "finding_document",
    "health_document",
    "object_document",
    "provider_document",
    "readers_document",
    "receipt_document",
    "register_document",
    "tenant_document",
    "token_document",
]

EMULATED: Final = True
"""Every document about qubits says that they are emulated."""


def object_document(record: ObjectRecord, *, health: Document | None = None) -> Document:
    """An object; with its health where somebody asked for it alone."""
    scheme = EncryptedCloning(record.num_clones)
    placements = [
        {
            "clone": scheme.qubits.name(p.qubits[0]),
            "qubits": [scheme.qubits.name(q) for q in p.qubits],
            "provider": p.provider,
            "presence": p.presence.value,
        }
        for p in record.present
    ]
    document: Document = {
        "schema": "qloak.object/1",
        "id": record.object_id,
        "name": record.name,
        "state": record.state.value,
        "tenant": record.tenant,
        "num_qubits": record.num_qubits,
        "clones": record.num_clones,
        "custody": record.custody.value,
        "placements": placements,
        "handle": record.handle,
        "reason": record.reason,
        "created": record.created,
        "updated": record.updated,
        "emulated": EMULATED,
    }
    return document if health is None else document | {"health": health}


def health_document(health: Health) -> Document:
    """How an object is."""
    return {
        "surviving_clones": health.surviving,
        "unreachable_clones": health.unreachable,
        "needed_clones": health.needed,
        "recoverable": health.recoverable,
        "clones": [{"clone": p.clone, "provider": p.provider, "state": p.state.value} for p in health.parcels],
        "predicted": {
            "now": _prediction(health.now),
            "in_one_hour": _prediction(health.in_one_hour),
        },
        "who_can_read": readers_document(health.readers),
        "warnings": list(health.warnings),
    }


def readers_document(readers: Sequence[Reader]) -> list[Document]:
    """What coalitions could learn."""
    return [{"parties": list(r.parties), "class": r.access_class.value, "leaks": list(r.leaks)} for r in readers]


def _prediction(prediction: Prediction | None) -> Document | None:
    if prediction is None:
        return None
    return {
        "entanglement_fidelity": prediction.entanglement_fidelity,
        "average_fidelity": prediction.average_fidelity,
    }


def receipt_document(receipt: Receipt) -> Document:
    """What a redemption gave back, and by which clones."""
    record = receipt.record
    return {
        "schema": "qloak.redeem/1",
        "object": record.object_id,
        "name": record.name,
        "handle": record.handle,
        "num_qubits": record.num_qubits,
        "clones_used": list(receipt.clones),
        "verified": receipt.verified,
        "predicted": _prediction(receipt.predicted),
        "emulated": EMULATED,
    }


def register_document(record: RegisterRecord) -> Document:
    """A register in the workbench."""
    return {
        "schema": "qloak.register/1",
        "handle": record.handle,
        "num_qubits": record.num_qubits,
        "origin": record.origin,
        "source": record.source,
        "live": record.live,
        "created": record.created,
        "emulated": EMULATED,
    }


def provider_document(name: str, kind: str, answer: ProviderInfo | QloakError) -> Document:
    """A provider as it says of itself, or why it does not answer."""
    head: Document = {"schema": "qloak.provider/1", "name": name, "kind": kind}
    if isinstance(answer, QloakError):
        return head | {"up": False, "reason": str(answer)}
    return head | {"up": True} | {k: v for k, v in info_document(answer).items() if k != "name"}


def token_document(token: Token, secret: str | None = None) -> Document:
    """A token; its secret only when it was just made."""
    document: Document = {
        "schema": "qloak.token/1",
        "id": token.token_id,
        "tenant": token.tenant,
        "name": token.label,
        "scopes": sorted(scope.value for scope in token.scopes),
        "created": token.created,
        "expires": token.expires,
        "revoked": token.revoked,
        "last_used": token.last_used,
    }
    return document if secret is None else document | {"token": secret}


def tenant_document(tenant: Tenant) -> Document:
    """A tenant."""
    return {"schema": "qloak.tenant/1", "name": tenant.name, "created": tenant.created}


def audit_document(entry: AuditEntry) -> Document:
    """A line of the audit log."""
    return {
        "number": entry.entry_id,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": json.loads(entry.detail or "{}"),
        "seal": entry.seal,
    }


def finding_document(finding: Finding) -> Document:
    """What a check found."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "message": finding.message,
    }
