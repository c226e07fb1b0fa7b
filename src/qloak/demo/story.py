"""The main job as a story: put, look, lose, redeem, redeem again, and once more with a key qubit missing.

What is done is done on a vault. What no vault has a call for, to look at encrypted qubits and to use a key that is not
whole, is computed on the side, from the same state in the same scheme. Every number comes from an emulated state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import stim

from ..analysis import chsh_value
from ..circuits import circuit_metrics, decryption, encryption_circuit
from ..core import OWNER, Custody, CustodyPolicy, EncryptedCloning, Role, classify
from ..errors import KeyConsumedError, LimitError, UnknownNameError
from ..simulators import EncryptedRegister, Register
from ..simulators.world import MAX_TOMOGRAPHY_QUBITS
from .script import MAX_VAULT_PROVIDERS, MAX_VAULT_QUBITS, Acts, StoryOptions, default_providers
from .steps import (
    CoalitionView,
    CollusionStep,
    EncryptStep,
    LoseStep,
    MissingKeyStep,
    PartyView,
    RedeemStep,
    RefusedStep,
    Story,
)

__all__ = ["MAX_DEMO_CLONES", "StoryOptions", "default_providers", "tell"]

MAX_DEMO_CLONES = 1000


def tell(
    register: Register, options: StoryOptions, *, source: str, progress: Callable[[str], None] = lambda _: None
) -> Story:
    """Play the story and return what was seen.

    Args:
        register: the state to store; its last `options.num_kept` qubits stay with the user.
        options: see there.
        source: where the state came from, for the reader.
        progress: called with a short line before each step.

    Raises:
        LimitError: for more than MAX_DEMO_CLONES clones.
        UnknownNameError: if the survivor is none of the providers.
        UsageError: for a number of clones or providers that cannot be used.
        UnavailableError: if there is no room for a temporary vault.
    """
    scheme = EncryptedCloning(options.num_clones)
    custody, survivor = _cast(scheme, options)
    clone = int(custody.holdings[survivor][0])
    progress("encrypting")
    side = EncryptedRegister(register, scheme, rng=np.random.default_rng(options.seed), num_kept=options.num_kept)
    encrypt = EncryptStep(
        qubits=side.num_stored * len(scheme.qubits),
        two_qubit_gates=side.num_stored * circuit_metrics(encryption_circuit(scheme)).two_qubit_gates,
    )
    progress("looking at every provider's qubits")
    views = tuple(_view(side, custody, provider) for provider in custody.providers)
    collusion = _collusion(side, register, scheme)
    if scheme.num_clones <= MAX_VAULT_PROVIDERS and side.num_stored <= MAX_VAULT_QUBITS:
        # SQLAlchemy takes a good part of a second to import, and nothing above needs it.
        from .acts import play

        acts = play(register, options, survivor=custody.providers.index(survivor), progress=progress)
    else:
        acts = _aside(side, clone, options, progress=progress)
    progress("once more, with a key qubit missing")
    missing = _missing_key(register, scheme, clone, options)
    return Story(
        source=source,
        on_vault=acts.on_vault,
        num_clones=scheme.num_clones,
        seed=options.seed,
        method=options.method,
        num_stored=side.num_stored,
        num_kept=options.num_kept,
        bloch_in=tuple(_triple(register.bloch_vector(q)) for q in range(side.num_stored)),
        encrypt=encrypt,
        views=views,
        coalitions=tuple(_coalitions(custody, survivor)),
        collusion=collusion,
        lose=LoseStep(tuple(p for p in custody.providers if p != survivor), survivor, acts.surviving),
        redeem=_redeem_step(acts, register, scheme, options),
        refused=acts.refused,
        missing_key=missing,
    )


def _cast(scheme: EncryptedCloning, options: StoryOptions) -> tuple[Custody, str]:
    """Who holds what, and who survives."""
    n = scheme.num_clones
    if n > MAX_DEMO_CLONES:
        raise LimitError.of("clones", n, f"at most {MAX_DEMO_CLONES} in the demo")
    providers = options.providers or default_providers(n)
    custody = Custody.arrange(scheme, CustodyPolicy.CLONES, providers=providers)
    survivor = custody.providers[1] if options.survivor is None else options.survivor
    if survivor not in custody.providers:
        raise UnknownNameError.of("survivor", survivor, f"one of {', '.join(custody.providers)}")
    return custody, survivor


def _aside(side: EncryptedRegister, clone: int, options: StoryOptions, *, progress: Callable[[str], None]) -> Acts:
    """The acts on the library: all clones but one are lost, the rest is redeemed, and again."""
    progress("losing all providers but one")
    qubits = side.scheme.qubits
    handed_out = np.concatenate([qubits.of_role(Role.SOURCE), qubits.of_role(Role.SIGNAL)])
    side.lose(handed_out[handed_out != clone])
    progress("redeeming from the survivor")
    seen = side.redeem(clone, method=options.method).register
    if seen is None:
        raise RuntimeError("a whole key gave no state back")
    progress("trying to redeem again")
    try:
        side.redeem(clone)
    except KeyConsumedError as error:
        refused = RefusedStep.of(error, str(error))
        return Acts(on_vault=False, surviving=1, clone=qubits.name(clone), seen=seen, refused=refused)
    raise RuntimeError("a spent key opened a second time")


def _view(stored: EncryptedRegister, custody: Custody, party: str) -> PartyView:
    """One provider's qubits, alone."""
    qubit = int(custody.holdings[party][0])
    vectors = stored.bloch_vectors(qubit)
    return PartyView(
        party=party,
        qubit=custody.scheme.qubits.name(qubit),
        bloch=tuple(_triple(vector) for vector in vectors),
        access=classify(custody.scheme, custody.holdings[party]).access_class.value,
    )


def _coalitions(custody: Custody, survivor: str) -> list[CoalitionView]:
    """Who can read: the coalitions that a reader asks about first."""
    providers = custody.providers
    others = tuple(p for p in providers if p != survivor)
    asked: list[tuple[str, Sequence[str]]] = [
        (f"{survivor} alone", (survivor,)),
        ("all providers but one", others),
        ("all providers together", providers),
        ("the owner's key alone", (OWNER,)),
        (f"the owner with {survivor}", (OWNER, survivor)),
    ]
    views = []
    for label, parties in asked:
        access = classify(custody.scheme, custody.held_by(parties))
        views.append(CoalitionView(label, access.access_class.value, access.leaks, access.information_bits))
    one_key = np.append(custody.held_by(providers), custody.holdings[OWNER][:1])
    access = classify(custody.scheme, one_key)
    label = "all providers with one stolen key qubit"
    views.append(CoalitionView(label, access.access_class.value, access.leaks, access.information_bits))
    return views


def _collusion(stored: EncryptedRegister, register: Register, scheme: EncryptedCloning) -> CollusionStep | None:
    """The measurement by which all providers together read the Y component where n is odd."""
    if classify(scheme, scheme.qubits.of_role(Role.SIGNAL)).leaks != ("Y",):
        return None
    return CollusionStep(
        operator=f"Y on each of S1 to S{scheme.num_clones}",
        means=tuple(stored.expectations(dict.fromkeys(scheme.qubits.of_role(Role.SIGNAL).tolist(), "Y"))),
        component="Y",
        inputs=tuple(float(register.bloch_vector(q)[1]) for q in range(stored.num_stored)),
    )


def _redeem_step(acts: Acts, register: Register, scheme: EncryptedCloning, options: StoryOptions) -> RedeemStep:
    """Compare what came back with what was stored."""
    seen, num_stored = acts.seen, register.num_qubits - options.num_kept
    chsh = None
    if (num_stored, options.num_kept) == (1, 1):
        # Qubit 0 is the recovered one; the kept one measures first.
        means = [[seen.state.expectation(stim.PauliString(b + a)) for b in "XYZ"] for a in "XYZ"]
        chsh = chsh_value(np.array(means))
    plan = decryption(scheme, acts.clone, method=options.method)
    return RedeemStep(
        clone=acts.clone,
        fidelity=seen.state_fidelity(register),
        bloch=tuple(_triple(seen.bloch_vector(q)) for q in range(num_stored)),
        key_measurements=num_stored * plan.circuit.num_measurements,
        chsh=chsh,
    )


def _missing_key(register: Register, scheme: EncryptedCloning, clone: int, options: StoryOptions) -> MissingKeyStep:
    """The same put and redeem, but one key qubit of another clone's pair is gone.

    A missing key qubit of the clone's own pair would leave the Y component readable for odd n.
    """
    n = scheme.num_clones
    lost = n + (clone % n) + 1
    stored = EncryptedRegister(register, scheme, rng=np.random.default_rng(options.seed), num_kept=options.num_kept)
    stored.lose(np.array([lost]))
    rest = np.setdiff1d(stored.holding_of(clone), [lost])
    result = stored.attempt(clone, method=options.method)
    fidelity = None
    if register.num_qubits <= MAX_TOMOGRAPHY_QUBITS:
        rho = stored.world.reduced_density_matrix([*result.outputs, *stored.kept])
        expected = register.to_statevector()
        fidelity = min(1.0, float(np.vdot(expected, rho @ expected).real))
    return MissingKeyStep(
        missing=scheme.qubits.name(lost),
        access=classify(scheme, rest).access_class.value,
        depends_on_input=any(stored.world.depends_on_input([q]) for q in result.outputs),
        bloch=tuple(_triple(stored.world.bloch_vector(q)) for q in result.outputs),
        register_recovered=result.register is not None,
        fidelity=fidelity,
    )


def _triple(vector: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float, float]:
    x, y, z = (float(component) for component in vector)
    return x, y, z
