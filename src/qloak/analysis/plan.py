"""The planner: which arrangement meets given requirements, and if none does, which requirement is in the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext

from ..core import CustodyPolicy
from ..errors import QloakError
from .arrangement import Arrangement, SingleCopy
from .chance import Chance
from .cloning_arrangements import CloningArrangement, IteratedArrangement
from .code_arrangement import CodeArrangement, five_qubit_code, steane_code
from .conditions import Conditions
from .requirements import Requirements, Shortfall, shortfalls
from .survival import Outlook, outlook

__all__ = ["Option", "Plan", "describe", "plan"]

MAX_PLANNED_CLONES = 400
"""Largest n considered."""

MAX_PLANNED_TREE_QUBITS = 2000
"""Largest tree of iterated cloning considered."""

_MAX_DIGITS = 20
"""Most decimals of an availability in a message."""


@dataclass(frozen=True, slots=True)
class Option:
    """One arrangement at the horizon.

    Attributes:
        arrangement: scheme, size and custody.
        outlook: what can be expected of it.
        shortfalls: what it misses; empty if it meets everything.
    """

    arrangement: Arrangement
    outlook: Outlook
    shortfalls: tuple[Shortfall, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The comparison of all families of arrangements, each at its best size.

    Attributes:
        requirements: what was asked for.
        conditions: under which conditions.
        options: of each family that meets all requirements its smallest member; fewest qubits first, then
            the higher expected fidelity.
        rejected: of every other family the member that comes nearest.
    """

    requirements: Requirements
    conditions: Conditions
    options: tuple[Option, ...]
    rejected: tuple[Option, ...]


def plan(requirements: Requirements, conditions: Conditions) -> Plan:
    """Compare encrypted cloning of every even size and custody with its alternatives.

    Odd n are left out because all providers together, or the owner, would learn the Y component of the state.

    Raises:
        QloakError: if nothing meets the requirements; says what comes nearest, by how much it fails, and
            which requirement could be relaxed, and how far.

    Examples:
        >>> nobody_alone = frozenset({"provider", "providers", "owner"})
        >>> month = Requirements(30 * 86400, unavailability=1e-4, secret_from=nobody_alone)
        >>> best = plan(month, Conditions(provider_mtbf_seconds=365 * 86400)).options[0]
        >>> describe(best.arrangement)
        'encrypted cloning, n = 4, clones'
    """
    moment = conditions.at(requirements.horizon_seconds)
    everything: list[Option] = []
    options: list[Option] = []
    rejected: list[Option] = []
    for family in _families():
        outlooks = [(arrangement, outlook(arrangement, moment)) for arrangement in family]
        members = [Option(a, result, shortfalls(a, result, requirements)) for a, result in outlooks]
        everything += members
        nearest = min(members, key=_distance)
        (rejected if nearest.shortfalls else options).append(nearest)
    if not options:
        raise QloakError(_impossible(everything))
    options.sort(key=lambda o: (o.arrangement.num_qubits, -o.outlook.expected_entanglement_fidelity))
    return Plan(requirements, conditions, tuple(options), tuple(rejected))


def describe(arrangement: Arrangement) -> str:
    """One line, such as "encrypted cloning, n = 6, pairs" or "iterated cloning, n = 2, 1 more level, clones"."""
    size = "" if arrangement.num_clones is None else f", n = {arrangement.num_clones}"
    deeper = {None: "", 1: ", 1 more level"}.get(arrangement.levels, f", {arrangement.levels} more levels")
    return f"{arrangement.scheme_name}{size}{deeper}, {arrangement.custody}"


def _families() -> Iterator[Iterable[Arrangement]]:
    """Arrangements that differ in size only, smallest first."""
    yield [SingleCopy(at_owner=True)]
    yield [SingleCopy(at_owner=False)]
    yield [CodeArrangement(five_qubit_code())]
    yield [CodeArrangement(steane_code())]
    for policy in CustodyPolicy:
        yield [CloningArrangement(n, policy) for n in range(2, MAX_PLANNED_CLONES + 1, 2)]
    for levels in range(1, 4):
        trees = (IteratedArrangement(n, levels) for n in range(2, 40, 2))
        yield [tree for tree in trees if tree.num_qubits <= MAX_PLANNED_TREE_QUBITS]


def _distance(option: Option) -> tuple[float, ...]:
    """How far an option is from meeting all requirements: numbers that `min` compares in turn.

    Sizes count first, so that the nearest one is within the limits wherever a family has a member there.
    """
    missed = {each.requirement for each in option.shortfalls}
    oversized, qubits = len(missed & {"max_qubits", "max_providers"}), option.arrangement.num_qubits
    if oversized or not missed:
        return (oversized, len(missed), qubits)
    if "unavailability" in missed:
        return (0, len(missed), option.outlook.chance.log_failure, qubits)
    return (0, len(missed), -option.outlook.expected_entanglement_fidelity, qubits)


def _impossible(everything: list[Option]) -> str:
    """The message of an impossible plan."""
    nearest = min(everything, key=_distance)
    misses = "; ".join(each.reason for each in nearest.shortfalls)
    text = f"plan: got requirements that nothing meets. Nearest is {describe(nearest.arrangement)}: {misses}."
    remedies = [remedy for name in _REMEDIES if (remedy := _remedy(name, everything))]
    if remedies:
        return f"{text} Any one of these would do: {'; '.join(remedies)}."
    return f"{text} Relaxing one requirement alone does not help."


_REMEDIES: dict[str, tuple[Callable[[Option], float], Callable[[Option], str]]] = {
    "unavailability": (
        lambda option: option.outlook.chance.log_failure,
        lambda option: f"availability {_rounded_down(option.outlook.chance)}",
    ),
    "entanglement_fidelity": (
        lambda option: -option.outlook.expected_entanglement_fidelity,
        # Cut, not rounded, so that it can really be met.
        lambda option: f"fidelity {math.floor(1e4 * option.outlook.expected_entanglement_fidelity) / 1e4:g}",
    ),
    "max_qubits": (
        lambda option: option.arrangement.num_qubits,
        lambda option: f"{option.arrangement.num_qubits} qubits",
    ),
    "max_providers": (
        lambda option: option.arrangement.num_providers,
        lambda option: f"{option.arrangement.num_providers} providers",
    ),
    "secret_from": (
        lambda option: len(option.shortfalls),
        lambda option: f"accepting that {' and '.join(each.reason for each in option.shortfalls)}",
    ),
}
"""Requirement -> what to make small where that requirement alone is relaxed, and the result in words."""


def _remedy(name: str, everything: list[Option]) -> str:
    """What becomes possible when one requirement is given up; empty if nothing does."""
    close = [option for option in everything if {each.requirement for each in option.shortfalls} == {name}]
    if not close:
        return ""
    badness, promise = _REMEDIES[name]
    best = min(close, key=badness)
    return f"{promise(best)} ({describe(best.arrangement)})"


def _rounded_down(chance: Chance) -> str:
    """An availability with as many nines as it takes, not above the true one."""
    digits = 2 - math.floor(chance.log10_failure)
    if digits > _MAX_DIGITS:
        return f"1 - 1e{math.ceil(chance.log10_failure)}"
    with localcontext(prec=2 * _MAX_DIGITS):
        unit = Decimal(1).scaleb(-digits)
        return f"{(1 - Decimal(chance.failure)).quantize(unit, rounding=ROUND_FLOOR).normalize():f}"
