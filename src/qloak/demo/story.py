"""The main job as a story: encrypt, look, lose, redeem, redeem again, and once more with a key qubit missing.

Every number in it is computed from the emulated state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..analysis import chsh_value
from ..circuits import Method, circuit_metrics, encryption_circuit
from ..core import OWNER, Custody, CustodyPolicy, EncryptedCloning, Role, classify
from ..errors import KeyConsumedError, LimitError, UnknownNameError
from ..simulators import EncryptedRegister, Redemption, Register
from ..simulators.world import MAX_TOMOGRAPHY_QUBITS
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
_NAMES = ("aurora", "borealis", "cirrus", "dune", "ember", "fjord", "glacier", "harbour", "island", "juniper")


@dataclass(frozen=True, slots=True)
class StoryOptions:
    """How the story goes.

    Attributes:
        num_clones: n.
        providers: n names, or none for the default names.
        survivor: the provider that is left, or None for the second one.
        method: how the key is used.
        num_kept: qubits of the register that the user keeps.
        seed: of all randomness.
    """

    num_clones: int = 6
    providers: tuple[str, ...] = ()
    survivor: str | None = None
    method: Method = Method.UNITARY
    num_kept: int = 0
    seed: int = 0


def default_providers(count: int) -> tuple[str, ...]:
    """Names for providers."""
    return _NAMES[:count] + tuple(f"provider-{i}" for i in range(len(_NAMES) + 1, count + 1))


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
    """
    scheme = EncryptedCloning(options.num_clones)
    n = scheme.num_clones
    if n > MAX_DEMO_CLONES:
        raise LimitError.of("clones", n, f"at most {MAX_DEMO_CLONES} in the demo")
    providers = options.providers or default_providers(n)
    custody = Custody.arrange(scheme, CustodyPolicy.CLONES, providers=providers)
    survivor = custody.providers[1] if options.survivor is None else options.survivor
    if survivor not in custody.providers:
        raise UnknownNameError.of("survivor", survivor, f"one of {', '.join(custody.providers)}")
    clone = int(custody.holdings[survivor][0])
    rng = np.random.default_rng(options.seed)

    progress("encrypting")
    stored = EncryptedRegister(register, scheme, rng=rng, num_kept=options.num_kept)
    encrypt = EncryptStep(
        qubits=stored.num_stored * len(scheme.qubits),
        two_qubit_gates=stored.num_stored * circuit_metrics(encryption_circuit(scheme)).two_qubit_gates,
    )
    progress("looking at every provider's qubits")
    views = tuple(_view(stored, custody, provider) for provider in custody.providers)
    collusion = _collusion(stored, register, scheme)

    progress("losing all providers but one")
    gone = [provider for provider in custody.providers if provider != survivor]
    stored.lose(np.concatenate([custody.held_by(gone), scheme.qubits.of_role(Role.SOURCE)]))

    progress("redeeming from the survivor")
    redeem = _redeem_step(stored, register, stored.redeem(clone, method=options.method), scheme.qubits.name(clone))
    progress("trying to redeem again")
    refused = _refusal(stored, clone)
    progress("once more, with a key qubit missing")
    missing = _missing_key(register, scheme, clone, options)
    return Story(
        source=source,
        num_clones=n,
        seed=options.seed,
        method=options.method,
        num_stored=stored.num_stored,
        num_kept=options.num_kept,
        bloch_in=tuple(_triple(register.bloch_vector(q)) for q in range(stored.num_stored)),
        encrypt=encrypt,
        views=views,
        coalitions=tuple(_coalitions(custody, survivor)),
        collusion=collusion,
        lose=LoseStep(tuple(gone), survivor),
        redeem=redeem,
        refused=refused,
        missing_key=missing,
    )


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


def _redeem_step(stored: EncryptedRegister, register: Register, result: Redemption, clone: str) -> RedeemStep:
    fidelity = 0.0 if result.register is None else result.register.state_fidelity(register)
    chsh = None
    if register.num_qubits == 2 and stored.num_stored == 1:
        chsh = chsh_value(stored.world.correlations(stored.kept[0], result.outputs[0]))
    bloch = tuple(_triple(stored.world.bloch_vector(q)) for q in result.outputs)
    return RedeemStep(clone, fidelity, bloch, sum(len(o) for o in result.outcomes), chsh)


def _refusal(stored: EncryptedRegister, clone: int) -> RefusedStep:
    try:
        stored.redeem(clone)
    except KeyConsumedError as error:
        return RefusedStep(error.code, str(error), error.exit_code)
    raise RuntimeError("a spent key opened a second time")


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
