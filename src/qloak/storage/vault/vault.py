"""The vault: the owner's side, which puts, redeems, refreshes and removes objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ...core import CustodyPolicy
from ...errors import ConflictError, QloakError
from ..ids import new_id, secret_id, short_id
from ..ledger import ObjectRecord, ObjectState, ProviderRecord, SqlLedger
from ..ledger.checks import Finding, check
from ..provider import Fault, Fleet, ProviderInfo
from ..world.protocol import World
from .begin import choose_providers
from .forecast import Forecast, forecast_of
from .foresee import foresee
from .health import Health, Prediction, health_of
from .news import Listener, News
from .parcels import Parcel, parcels_of
from .receipt import Receipt, receipts_of
from .requests import PutRequest, RedeemRequest, StepRequest
from .runs import Outcomes, Runs, Turn
from .setup import VaultOptions, found_vault, open_parts, provider_of
from .shop import Shop
from .workbench import Workbench

__all__ = ["Vault"]


def _nothing(_: str) -> None:
    """The checkpoint of everyday life."""


class Vault:
    """A vault over a world, providers and a ledger. Safe to share between threads.

    Open one with `Vault.open`, or make one with `Vault.init`.

    Attributes:
        ledger: what it remembers.
        world: nature.
        fleet: its providers.
        workbench: plain registers.
        folder: where it was opened; None for one put together from parts.
    """

    def __init__(
        self,
        ledger: SqlLedger,
        world: World,
        fleet: Fleet,
        *,
        checkpoint: Callable[[str], None] = _nothing,
        folder: Path | None = None,
    ) -> None:
        self.ledger = ledger
        self.world = world
        self.fleet = fleet
        self.folder = folder
        self._news = News()
        self._shop = Shop(world, fleet, ledger, ledger.vault_id, ledger.epoch, checkpoint, self._news)
        fleet.watch(self._turned)
        self.workbench = Workbench(self._shop, ledger)
        self._runs = Runs(self._shop, ledger)

    @classmethod
    def init(cls, path: str | Path, options: VaultOptions | None = None) -> Self:
        """Make a vault in a new folder, with embedded providers and an embedded world, and open it.

        Raises:
            ConflictError: if there is a vault already.
        """
        found_vault(Path(path), options or VaultOptions())
        return cls.open(path)

    @classmethod
    def open(cls, path: str | Path, *, checkpoint: Callable[[str], None] = _nothing) -> Self:
        """Open a vault, and finish what an earlier process left unfinished.

        Raises:
            VaultMissingError: if there is none.
            LockedError: if another process has it open.
            IntegrityError: if a file of it is damaged; nothing is changed then.
        """
        ledger, world, fleet = open_parts(Path(path))
        vault = cls(ledger, world, fleet, checkpoint=checkpoint, folder=Path(path))
        try:
            vault.replay()
        except BaseException:
            vault.close()
            raise
        return vault

    def close(self) -> None:
        """Let others in; again is harmless."""
        self.fleet.close()
        self.ledger.close()
        close = getattr(self.world, "close", None)
        if close is not None:
            close()

    def __enter__(self) -> Self:
        """The vault itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    @property
    def holder(self) -> str:
        """Its name in the world, which is its id."""
        return self._shop.holder

    # --- objects ---------------------------------------------------------------------------------------------

    def put(self, request: PutRequest) -> ObjectRecord:
        """Store one register.

        Raises:
            UnavailableError: if too few providers took a clone; the register is in the workbench then.
            CapacityError, UnknownNameError, UsageError, LimitError, ConflictError, IdempotencyError: before
                anything was done.
        """
        return _single(self.put_many([request]))

    def put_many(self, requests: Sequence[PutRequest]) -> Outcomes:
        """Store many registers, each for itself: an error in the place of what is not stored."""
        return self._runs.put(requests)

    def redeem(self, request: RedeemRequest) -> ObjectRecord:
        """Recover an object, which spends its key; the record names the register's handle.

        Raises:
            KeyConsumedError: if it has been redeemed before.
            RedeemInProgressError: if somebody else is at it.
            VerificationError: if its clones contradict each other; nothing is spent.
            LostError: if no clone is left.
            UnavailableError: if no provider that has one answers; nothing is spent.
        """
        return _single(self.redeem_many([request]))

    def redeem_many(self, requests: Sequence[RedeemRequest]) -> Outcomes:
        """Recover many objects, each for itself."""

        def intent(request: RedeemRequest, _record: ObjectRecord) -> dict[str, object]:
            return {
                "do": "redeem",
                "op": secret_id(),
                "handle": request.handle_name or new_id("r"),
                "verify": request.verify,
                "clone": request.clone,
                "method": request.method,
                "actor": request.actor,
            }

        return self._runs.step(requests, ObjectState.REDEEMING, intent)

    def redeem_receipts(self, requests: Sequence[RedeemRequest]) -> list[Receipt | QloakError]:
        """Recover many objects, each for itself, and tell how."""
        outcomes = self.redeem_many(requests)
        redeemed = [outcome for outcome in outcomes if isinstance(outcome, ObjectRecord)]
        receipts = iter(receipts_of(self.ledger, redeemed) if redeemed else [])
        return [outcome if isinstance(outcome, QloakError) else next(receipts) for outcome in outcomes]

    def refresh(self, request: StepRequest) -> ObjectRecord:
        """Recover and encrypt anew in one operation of nature, onto the providers that are up.

        Raises:
            As `redeem`.
        """
        return _single(self.refresh_many([request]))

    def refresh_many(self, requests: Sequence[StepRequest]) -> Outcomes:
        """Refresh many objects, each for itself."""

        def intent(request: StepRequest, record: ObjectRecord) -> dict[str, object]:
            names = choose_providers(self.fleet, (), record.num_clones, also_down=True)
            fresh = request.fresh_name or short_id()
            more = {"fresh": fresh, "verify": 1, "providers": list(names)}
            return {"do": "refresh", "op": secret_id(), "stage": "fetch", **more}

        return self._runs.step(requests, ObjectState.REFRESHING, intent)

    def remove(self, request: StepRequest) -> ObjectRecord:
        """Delete an object for ever.

        Its key is gone then. Under `pairs` it stays in state deleting until one provider has acknowledged that its
        pair is, for until then all of them together could read; that goes on by itself.
        """
        return _single(self.remove_many([request]))

    def remove_many(self, requests: Sequence[StepRequest]) -> Outcomes:
        """Delete many objects, each for itself."""

        def intent(_request: StepRequest, _record: ObjectRecord) -> dict[str, object]:
            return {"do": "rm", "op": secret_id()}

        return self._runs.step(requests, ObjectState.DELETING, intent)

    # --- looking ---------------------------------------------------------------------------------------------

    def health(self, record: ObjectRecord) -> Health:
        """What is left of an object, how well it would come back now and in an hour, and who could read it."""
        return health_of(self._shop, record)

    def foresee(
        self, custody: CustodyPolicy, providers: Sequence[str], *, num_qubits: int
    ) -> tuple[Prediction | None, Prediction | None]:
        """How well something would come back that is not stored yet: at once and in an hour."""
        return foresee(self._shop, custody, providers, num_qubits=num_qubits)

    def parcels(self, records: Sequence[ObjectRecord]) -> list[tuple[Parcel, ...]]:
        """Where the clones of each of some objects are; each provider is asked once for all of them."""
        return parcels_of(self._shop, records)

    def forecast(self, record: ObjectRecord, *, seconds: float, points: int) -> Forecast:
        """How well an object would come back from now on, if nothing more is lost; see `forecast_of`."""
        return forecast_of(self._shop, record, seconds=seconds, points=points)

    def receipt(self, record: ObjectRecord) -> Receipt:
        """How an object was redeemed: the same whenever it is asked."""
        return receipts_of(self.ledger, [record])[0]

    def check(self) -> list[Finding]:
        """Whether ledger, world and providers fit together."""
        return check(self.ledger, self.world, {name: self.fleet[name] for name in self.fleet.names})

    # --- providers -------------------------------------------------------------------------------------------

    def add_provider(self, record: ProviderRecord) -> None:
        """Let a provider join.

        Raises:
            ConflictError: if there is one of this name.
            UsageError: if it cannot be reached like this, or an embedded one has no folder to be in.
        """
        if record.kind == "embedded" and self.folder is None:
            raise ConflictError("An embedded provider needs a vault with a folder. Give the provider's URL.")
        provider = provider_of(self.folder or Path(), self.world, record)
        self.ledger.providers.add(record)
        self.fleet.add(record.name, provider)
        self._news.provider(record.name, "added")

    def meet_providers(self) -> int:
        """Let providers join that were added elsewhere, by another gateway of this vault. How many there were."""
        known = set(self.fleet.names)
        new = [record for record in self.ledger.providers.list() if record.name not in known]
        for record in new:
            self.fleet.add(record.name, provider_of(self.folder or Path(), self.world, record))
            self._news.provider(record.name, "added")
        return len(new)

    def rehearse(self, name: str, fault: Fault, strength: float) -> None:
        """Switch a fault of a provider on, or off with strength 0."""
        self.fleet.rehearse(name, fault, strength)
        self._news.provider(name, "rehearsed", fault=fault.value, strength=strength)

    def recover_provider(self, name: str) -> None:
        """Switch all faults of a provider off."""
        for fault in Fault:
            self.fleet.rehearse(name, fault, 0.0)
        self._news.provider(name, "recovered")

    def destroy_provider(self, name: str) -> None:
        """Rehearse the loss of a provider's site, for ever."""
        self.fleet.destroy(name)
        self._news.provider(name, "destroyed")

    def _turned(self, name: str, answer: ProviderInfo | QloakError) -> None:
        self._news.provider(name, "down" if isinstance(answer, QloakError) else "up")

    # --- what happens by itself ------------------------------------------------------------------------------

    def listen(self, listener: Listener | None) -> None:
        """Tell somebody how flows go and what becomes of providers, from now on; None for nobody."""
        self._news.listen(listener)

    def replay(self) -> int:
        """Finish what is unfinished: intents of processes that are gone. How many there were."""
        return self._runs.replay()

    def free_junk(self, limit: int = 1000, *, turn: Turn | None = None) -> int:
        """Have providers discard what is superfluous: clones of objects that are over. How many objects.

        Args:
            limit: how many at most.
            turn: a few at a time, each time within such a turn, so that others who are at work wait for little.
        """
        return self._runs.free_junk(limit, turn=turn)


def _single(outcomes: Sequence[ObjectRecord | QloakError]) -> ObjectRecord:
    (outcome,) = outcomes
    if isinstance(outcome, QloakError):
        raise outcome
    return outcome
