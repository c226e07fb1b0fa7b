"""The vault: the owner's side, which puts, redeems, refreshes and removes objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ...errors import ConflictError, QloakError
from ..ids import new_id
from ..ledger import ObjectRecord, ObjectState, ProviderRecord, SqlLedger
from ..ledger.checks import Finding, check
from ..provider import Fleet
from ..world.protocol import World
from .begin import choose_providers
from .health import Health, health_of
from .names import short_id
from .receipt import Receipt, receipt_of
from .requests import PutRequest, RedeemRequest, StepRequest
from .runs import Outcomes, Runs
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
        self._shop = Shop(world, fleet, ledger, ledger.vault_id, ledger.epoch, checkpoint)
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
                "op": short_id(),
                "handle": request.handle_name or new_id("r"),
                "verify": request.verify,
                "clone": request.clone,
                "method": request.method,
                "actor": request.actor,
            }

        return self._runs.step(requests, ObjectState.REDEEMING, intent)

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
            return {"do": "refresh", "op": short_id(), "stage": "fetch", **more}

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
            return {"do": "rm", "op": short_id()}

        return self._runs.step(requests, ObjectState.DELETING, intent)

    # --- looking ---------------------------------------------------------------------------------------------

    def health(self, record: ObjectRecord) -> Health:
        """What is left of an object, how well it would come back now and in an hour, and who could read it."""
        return health_of(self._shop, record)

    def receipt(self, record: ObjectRecord) -> Receipt:
        """How an object was redeemed: the same whenever it is asked."""
        return receipt_of(self.ledger, record)

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

    # --- what happens by itself ------------------------------------------------------------------------------

    def replay(self) -> int:
        """Finish what is unfinished: intents of processes that are gone. How many there were."""
        return self._runs.replay()

    def free_junk(self, limit: int = 1000) -> int:
        """Have providers discard what is superfluous: clones of objects that are over. How many objects."""
        return self._runs.free_junk(limit)


def _single(outcomes: Sequence[ObjectRecord | QloakError]) -> ObjectRecord:
    (outcome,) = outcomes
    if isinstance(outcome, QloakError):
        raise outcome
    return outcome
