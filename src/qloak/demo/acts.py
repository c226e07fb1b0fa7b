"""The acts of the story on a vault of its own: put, lose, redeem, redeem again.

The vault, its embedded world and its embedded providers are in a temporary folder, and nothing of them is left.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from ..errors import ConflictError, KeyConsumedError, UnavailableError
from ..simulators import Register
from ..storage.database import open_database, read
from ..storage.vault import PutRequest, RedeemRequest, Vault, VaultOptions
from ..storage.vault.setup import found_vault, open_parts
from ..storage.world.joint import JointStates
from ..storage.world.places import Places
from ..storage.world.session import Session
from .script import Acts, StoryOptions, default_providers
from .steps import RefusedStep

__all__ = ["play", "temporary_vault"]

_TENANT: Final = "local"
_NAME: Final = "demo"


def play(register: Register, options: StoryOptions, *, survivor: int, progress: Callable[[str], None]) -> Acts:
    """Put a register on a new vault, destroy all its providers but one, and redeem it twice.

    The providers have default names there; those that a reader chose are names of the story.

    Args:
        register: the state; its last `options.num_kept` qubits stay in the workbench.
        options: of the story.
        survivor: number of the provider that is not destroyed, from 0.
        progress: called with a short line before each act.

    Raises:
        UnavailableError: if there is no room for temporary files.
    """
    sites = default_providers(options.num_clones)
    positions = tuple(range(register.num_qubits - options.num_kept))
    progress(f"making a vault with {len(sites)} providers")
    with temporary_vault(sites, seed=options.seed) as vault:
        progress("putting the state on them")
        stored = vault.put(PutRequest(register=register, positions=positions, name=_NAME, providers=sites))
        progress("destroying all providers but one")
        for site in sites:
            if site != sites[survivor]:
                vault.fleet.destroy(site)
        surviving = vault.health(stored).surviving
        progress("redeeming from the survivor")
        redeemed = vault.redeem(RedeemRequest(object_id=stored.object_id, method=str(options.method)))
        (clone,) = vault.receipt(redeemed).clones
        kept = [r.handle for r in vault.ledger.registers(_TENANT) if r.origin == "kept"]
        seen = _peek(vault, [str(redeemed.handle), *kept])
        progress("trying to redeem again")
        refused = _refusal(vault, stored.object_id)
    return Acts(on_vault=True, surviving=surviving, clone=clone, seen=seen, refused=refused)


@contextlib.contextmanager
def temporary_vault(sites: Sequence[str], *, seed: int) -> Iterator[Vault]:
    """A vault with embedded providers and a clock that stands still; it is gone in the end, whatever happens.

    Args:
        sites: names of its providers.
        seed: of whatever its world draws.

    Raises:
        UnavailableError: if there is no room for temporary files.
    """
    with contextlib.ExitStack() as stack:
        try:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="qloak-demo-")))
            found_vault(folder, VaultOptions(providers=sites, rate=0.0))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "Set TMPDIR to a folder that can be written."
            raise UnavailableError(f"demo: no temporary folder for its vault: {reason}. {hint}") from error
        ledger, world, fleet = open_parts(folder, seed=seed)
        yield stack.enter_context(Vault(ledger, world, fleet, folder=folder))


def _refusal(vault: Vault, object_id: str) -> RefusedStep:
    """Ask for what has been redeemed.

    The object's id is new each time; its name stands for it, so that a seed decides every word of the story.
    """
    try:
        vault.redeem(RedeemRequest(object_id=object_id))
    except KeyConsumedError as error:
        return RefusedStep.of(error, str(error).replace(object_id, _NAME))
    raise RuntimeError("a spent key opened a second time")


def _peek(vault: Vault, handles: Sequence[str]) -> Register:
    """The state of plain registers together, read from the emulator's memory."""
    if len(handles) == 1:
        return vault.workbench.peek(_TENANT, handles[0])
    # No call of the world joins registers that are entangled with each other, as no holder could.
    engine = open_database(Path(vault.folder or "") / "world.db", create=False)
    try:
        with read(engine) as connection:
            rng = np.random.default_rng()
            joint = JointStates(connection, rng=rng, next_number=0)
            session = Session(connection, Places.load(connection, 0), joint, rng=rng, now=0.0)
            wires = [wire for handle in handles for wire in session.find_handle(handle).wires]
            register = joint.extract(wires)
    finally:
        engine.dispose()
    if register is None:
        raise ConflictError("peek: the registers are entangled with others and have no state of their own.")
    return register
