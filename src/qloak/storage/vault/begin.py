"""Beginning: everything that is decided before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...core import CustodyPolicy
from ...errors import (
    ConflictError,
    KeyConsumedError,
    LimitError,
    LostError,
    QloakError,
    RedeemInProgressError,
    UnavailableError,
    UnknownNameError,
    UsageError,
)
from ..ids import new_id, secret_id, short_id
from ..ledger import Event, Ledger, NewObject, ObjectRecord, ObjectState, Presence
from ..provider import Fleet, ProviderInfo
from ..world.codec import encode_register
from .deposit import new_placements
from .requests import MAX_STORED_QUBITS, PutRequest, RedeemRequest, StepRequest

__all__ = [
    "aborted_error",
    "check_clone",
    "check_stored",
    "choose_providers",
    "new_object",
    "put_again",
    "step_again",
]


def new_object(ledger: Ledger, fleet: Fleet, request: PutRequest) -> tuple[NewObject, bytes | None]:
    """The object that a put begins, and the new state that goes into it, if it is new.

    Raises:
        QloakError: of any kind that `Vault.put` names; nothing has been done then.
    """
    if request.register is not None:
        size, handle = request.register.num_qubits, new_id("r")
    else:
        handle = str(request.handle)
        size = ledger.register(request.tenant, handle).num_qubits
    positions = request.positions or tuple(range(size))
    if max(positions) >= size:
        raise UsageError.of("positions", list(positions), f"numbers from 0 to {size - 1}")
    if len(positions) > MAX_STORED_QUBITS:
        raise LimitError.of("register", f"{len(positions)} qubits", f"at most {MAX_STORED_QUBITS}")
    providers = choose_providers(fleet, request.providers, request.num_clones)
    n = len(providers)
    least = n if request.min_clones is None else request.min_clones
    if least > n:
        raise UsageError.of("min_clones", least, f"at most the number of clones, {n}")
    object_id, stored = new_id(), short_id()
    intent = {
        "do": "put",
        "op": secret_id(),
        "stage": "accept",
        "new": request.register is not None,
        "handle": handle,
        "size": size,
        "positions": list(request.positions),
        "kept": new_id("r") if len(positions) < size else None,
        "back": new_id("r"),
        "min": least,
    }
    record = ObjectRecord(
        object_id=object_id,
        tenant=request.tenant,
        name=request.name,
        state=ObjectState.STORING,
        num_qubits=len(positions),
        num_clones=n,
        custody=CustodyPolicy(request.custody),
        stored=stored,
        intent=intent,
    )
    record = replace(record, placements=new_placements(record, providers, stored, str(intent["op"])))
    event = Event(request.actor, "put", object_id, {"qubits": len(positions), "clones": n})
    state = None if request.register is None else encode_register(request.register)
    voids = None if request.register is not None else handle
    return NewObject(record, event, idempotency=request.idempotency, voids=voids), state


def choose_providers(
    fleet: Fleet, asked: Sequence[str], num_clones: int | None, *, also_down: bool = False
) -> tuple[str, ...]:
    """One provider for each clone: those asked for, or those that answer and have most room.

    Raises:
        UnknownNameError: for a provider that there is not.
        UnavailableError: if there are too few.
        UsageError: if numbers do not fit.
    """
    if not fleet.names:
        raise UnavailableError("There is no provider. Add one: qloak provider add NAME.")
    if asked:
        for name in asked:
            fleet[name]
        if num_clones not in (None, len(asked)):
            raise UsageError.of("clones", num_clones, f"as many as providers, {len(asked)}")
        if len(asked) < 2:
            raise UsageError.of("providers", list(asked), "at least 2, one for each clone")
        return tuple(asked)
    health = fleet.health()
    room = {name: info.capacity - info.used if isinstance(info, ProviderInfo) else -1 for name, info in health.items()}
    up = [name for name in fleet.names if room[name] >= 0]
    n = num_clones or len(up) - len(up) % 2
    if also_down:
        # As many parcels as before need a name each; those that are down come last and get nothing.
        up = list(fleet.names)
    if n > len(fleet.names):
        hint = "Each clone needs a provider of its own: qloak provider add NAME."
        raise UsageError.of("clones", n, f"at most the number of providers, {len(fleet.names)}", hint)
    if n < 2 or n > len(up):
        raise UnavailableError(
            f"clones: {n if num_clones else 2} asked for, {len(up)} of {len(fleet.names)} providers answer; "
            "each clone needs a provider of its own."
        )
    return tuple(sorted(up, key=lambda name: -room[name])[:n])


def check_stored(record: ObjectRecord) -> None:
    """Refuse what cannot be begun on an object in this state."""
    name = record.object_id
    if record.state is ObjectState.REDEEMED:
        raise KeyConsumedError(f"object {name}: it has been redeemed, and its key opened once.")
    if record.state is ObjectState.REDEEMING:
        raise RedeemInProgressError(f"object {name}: it is being redeemed just now.")
    if record.state is ObjectState.LOST:
        raise LostError(f"object {name}: {record.reason or 'it is lost'}")
    if record.state in (ObjectState.ABORTED, ObjectState.DELETED):
        raise UnknownNameError.of("object", name, f"a stored object; this one is {record.state.value}")
    if record.state is not ObjectState.STORED:
        raise ConflictError(f"object {name}: it is {record.state.value} just now. Try again.")


def check_clone(request: RedeemRequest | StepRequest, record: ObjectRecord) -> None:
    """Refuse a clone that there is not, and more clones than there are."""
    if isinstance(request, StepRequest):
        return
    clone = request.clone
    names = [f"S{p.qubits[0]}" for p in record.present if p.presence in (Presence.AWAY, Presence.HOME)]
    if clone is not None and clone not in names:
        raise UnknownNameError.of("clone", clone, f"one of {', '.join(names)}")
    if request.verify > record.num_clones:
        raise UsageError.of("verify", request.verify, f"at most the number of clones, {record.num_clones}")


def put_again(record: ObjectRecord) -> ObjectRecord | QloakError:
    """What a repeated put is answered: the same as before, as far as there is an answer by now."""
    if record.state is ObjectState.STORING:
        return ConflictError(f"object {record.object_id}: the first request is still under way. Ask again.")
    return aborted_error(record) if record.state is ObjectState.ABORTED else record


def aborted_error(record: ObjectRecord) -> QloakError:
    """Why an object is not stored, and where its register is."""
    where = "Nothing of it had reached the vault."
    if record.handle is not None:
        where = f"Its register is back in the workbench as {record.handle}."
    return UnavailableError(
        f"put: {record.reason} The state is not stored. {where} "
        "Put it again with fewer clones or min_clones, or with other providers."
    )


def step_again(request: RedeemRequest | StepRequest, record: ObjectRecord) -> ObjectRecord | None:
    """What a repeated request on an object is answered; None if the earlier one failed and it is to be tried again.

    Nothing is spent by a redemption or a refresh that fails before it has recovered anything.
    """
    state = record.state
    if isinstance(request, RedeemRequest):
        mine = state is ObjectState.REDEEMED and record.handle == request.handle_name
        return record if mine else None
    if request.action == "rm":
        return record if state in (ObjectState.DELETING, ObjectState.DELETED) else None
    return record if record.stored == request.fresh_name else None
