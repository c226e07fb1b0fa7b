"""What the ledger knows, as JSON for people and programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import numpy as np

from ...core import EncryptedCloning
from ...errors import QloakError
from ...simulators import Register
from ..ledger import AuditEntry, ChainHead, ObjectRecord, Presence, RegisterRecord, Tenant, Token, Usage
from ..ledger.findings import Finding
from ..provider import ProviderInfo
from ..provider.remote import info_document
from .client import Document
from .forecast import Forecast
from .health import Health, Prediction, Reader
from .parcels import Parcel, ParcelState
from .receipt import Receipt

__all__ = [
    "audit_document",
    "chain_document",
    "clones_document",
    "finding_document",
    "forecast_document",
    "health_document",
    "object_document",
    "peek_document",
    "prediction_document",
    "provider_document",
    "readers_document",
    "receipt_document",
    "register_document",
    "tenant_document",
    "token_document",
]

_MAX_PEEKED_QUBITS: Final = 10

EMULATED: Final = True
"""Every document about qubits says that they are emulated."""


def object_document(record: ObjectRecord, *, health: Document | None = None) -> Document:
    """An object; with its health where somebody asked for it alone."""
    name = EncryptedCloning(record.num_clones).qubits.name
    placements = [
        {
            "clone": name(p.qubits[0]),
            "qubits": [name(q) for q in p.qubits],
            "provider": p.provider,
            # What is owed to a provider is nobody else's concern: the clone is lost.
            "presence": (Presence.LOST if p.presence is Presence.OWED else p.presence).value,
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
        "clones": [_parcel(parcel) for parcel in health.parcels],
        "predicted": {
            "now": prediction_document(health.now),
            "in_one_hour": prediction_document(health.in_one_hour),
        },
        "who_can_read": readers_document(health.readers),
        "warnings": list(health.warnings),
    }


def clones_document(parcels: Sequence[Parcel], needed: int) -> Document:
    """What is left of an object, without any prediction."""
    surviving = sum(parcel.state.is_usable for parcel in parcels)
    return {
        "surviving_clones": surviving,
        "unreachable_clones": sum(parcel.state is ParcelState.UNREACHABLE for parcel in parcels),
        "needed_clones": needed,
        "recoverable": surviving >= needed,
        "clones": [_parcel(parcel) for parcel in parcels],
    }


def forecast_document(record: ObjectRecord, forecast: Forecast) -> Document:
    """How well an object would come back."""
    points = zip(forecast.seconds, forecast.best, strict=True) if forecast.best else ()
    return {
        "schema": "qloak.forecast/1",
        "object": record.object_id,
        "num_qubits": record.num_qubits,
        "points": [{"seconds": seconds, **(prediction_document(best) or {})} for seconds, best in points],
        "clones": [
            {**_parcel(each.parcel), "entanglement_fidelity": list(each.entanglement_fidelity)}
            for each in forecast.clones
        ],
        "best_without_quantum_memory": 0.5**record.num_qubits,
        "emulated": EMULATED,
    }


def _parcel(parcel: Parcel) -> Document:
    return {"clone": parcel.clone, "provider": parcel.provider, "state": parcel.state.value}


def readers_document(readers: Sequence[Reader]) -> list[Document]:
    """What coalitions could learn."""
    return [{"parties": list(r.parties), "class": r.access_class.value, "leaks": list(r.leaks)} for r in readers]


def prediction_document(prediction: Prediction | None) -> Document | None:
    """How well something comes back; None for not at all."""
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
        "predicted": prediction_document(receipt.predicted),
        "emulated": EMULATED,
    }


def peek_document(handle: str, register: Register) -> Document:
    """An emulated state, its amplitudes as long as there are not too many."""
    count = register.num_qubits
    document: Document = {
        "schema": "qloak.peek/1",
        "handle": handle,
        "num_qubits": count,
        "bloch": [[float(c) for c in register.bloch_vector(q)] for q in range(count)],
        "emulated": EMULATED,
        "note": "No device can show this: the state was read from the emulator's memory.",
    }
    if count <= _MAX_PEEKED_QUBITS:
        vector = register.to_statevector()
        document["statevector"] = np.stack([vector.real, vector.imag], axis=-1).tolist()
    return document


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


def tenant_document(tenant: Tenant, used: Usage | None = None) -> Document:
    """A tenant; what it has stored is counted where it has a quota."""
    return {
        "schema": "qloak.tenant/1",
        "name": tenant.name,
        "created": tenant.created,
        "max_objects": tenant.quota.max_objects,
        "max_qubits": tenant.quota.max_qubits,
        "objects": None if used is None else used.objects,
        "qubits": None if used is None else used.qubits,
    }


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


def chain_document(head: ChainHead | None) -> Document | None:
    """Where an audit log's chain of seals ends; None before its first seal."""
    return None if head is None else {"lines": head.entries, "last": head.entry_id, "seal": head.seal}


def finding_document(finding: Finding) -> Document:
    """What a check found."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "message": finding.message,
    }
