"""What a set of qubits reveals, as a document."""

from __future__ import annotations

from itertools import combinations, islice
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from ..core import EncryptedCloning, IteratedCloning, classify, count_access, parse_holding, visible_logicals
from ..core.types import IntArray
from .limits import MAX_DRAWN_CLONES, small_scheme

__all__ = ["ACCESS_MEANING", "AccessMethod", "access_document", "access_report", "counts_document", "leak_operators"]

AccessMethod: TypeAlias = Literal["auto", "rule", "rank"]

ACCESS_MEANING: Final = {
    "authorized": "recovers the state exactly",
    "partial": "learns something, but not the state",
    "uninformative": "learns nothing about the state",
}

MAX_NAMES: Final = 1000
"""Qubits that are named; of larger holdings their number is told."""

_MAX_ADDITIONS: Final = 24


def access_document(
    scheme: EncryptedCloning | IteratedCloning, members: IntArray, *, method: AccessMethod = "auto"
) -> dict[str, Any]:
    """What the holder of some qubits can learn, schema qloak.access/1.

    Args:
        scheme: the scheme.
        members: numbers of the qubits held, ascending.
        method: see `core.classify`.

    Raises:
        UsageError, LimitError: see `core.classify`.
    """
    result = classify(scheme, members, method=method)
    operators = leak_operators(scheme, members) if len(members) <= MAX_NAMES else []
    shown = [scheme.qubits.name(int(q)) for q in members[:MAX_NAMES]]
    return {
        "schema": "qloak.access/1",
        "clones": scheme.num_clones,
        "holding": shown,
        "holding_size": len(members),
        "holding_truncated": len(shown) < len(members),
        "class": result.access_class,
        "leaks": result.leaks,
        "information_bits": result.information_bits,
        "operators": [{"logical": logical, "operator": operator} for logical, operator in operators],
        "method": method,
    }


def counts_document(scheme: EncryptedCloning | IteratedCloning, *, method: AccessMethod = "auto") -> dict[str, Any]:
    """How many of all sets of qubits are in each class, schema qloak.access/1.

    Raises:
        UsageError, LimitError: see `core.count_access`.
    """
    counts = count_access(scheme, method=method)
    named = {"authorized": counts.authorized, "partial": counts.partial, "uninformative": counts.uninformative}
    return {"schema": "qloak.access/1", "clones": scheme.num_clones, "method": method, "counts": named}


def access_report(clones: int, holding: str) -> dict[str, Any]:
    """`access_document` with a sentence, the ways to become authorized, and the recovery where it is.

    Args:
        clones: n, at most MAX_DRAWN_CLONES.
        holding: names of qubits, such as "S1,N2"; "S*" and "N*" for all.

    Returns:
        The document, and beside it `sentence`; `additions`, the smallest sets of further qubits that recover the state
        (a few of them, `more_additions` where there are others); `recovery`, the circuit as text and drawing.

    Raises:
        UnknownNameError, UsageError, LimitError: for what cannot be held.
    """
    scheme = small_scheme(clones, MAX_DRAWN_CLONES)
    members = parse_holding(scheme.qubits, holding)
    document = access_document(scheme, members)
    authorized = document["class"] == "authorized"
    additions = [] if authorized else _additions(scheme, members)
    return document | {
        "sentence": _sentence(document),
        "additions": [[scheme.qubits.name(q) for q in added] for added in additions[:_MAX_ADDITIONS]],
        "more_additions": len(additions) > _MAX_ADDITIONS,
        "recovery": _recovery(scheme, members) if authorized else None,
    }


def leak_operators(scheme: EncryptedCloning | IteratedCloning, members: IntArray) -> list[tuple[str, str]]:
    """The logical Paulis that a holding can measure, and how: such as ("Y", "-Y_S1 Y_N2 Y_N3")."""
    found = []
    for leak in visible_logicals(scheme, members):
        factors = [f"{'_XYZ'[leak.operator[q]]}_{scheme.qubits.name(q)}" for q in leak.operator.pauli_indices()]
        found.append((leak.logical, ("-" if leak.sign == -1 else "+") + " ".join(factors)))
    return found


def _sentence(document: dict[str, Any]) -> str:
    """The class in words."""
    names = document["holding"]
    who = (
        "No qubit at all" if not names else names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"
    )
    meaning = ACCESS_MEANING[document["class"]]
    if document["class"] == "partial":
        meaning = f"reads the {' and '.join(document['leaks'])} component of the state and nothing else"
    if len(names) < 2:
        return f"{who} {meaning}."
    return f"{who}: whoever holds them together {meaning}."


def _additions(scheme: EncryptedCloning, members: IntArray) -> list[tuple[int, ...]]:
    """The smallest sets of further qubits that make a holding authorized, and one more of them than are shown.

    Where it takes three, A with one whole pair is among them, and only those sets are listed.
    """
    n = scheme.num_clones
    missing = np.setdiff1d(np.arange(len(scheme.qubits)), members).tolist()
    for size in (1, 2):
        opening = (added for added in combinations(missing, size) if _opens(scheme, members, added))
        found = list(islice(opening, _MAX_ADDITIONS + 1))
        if found:
            return found
    pairs = ((0, j, n + j) for j in range(1, n + 1))
    return [tuple(q for q in pair if q in missing) for pair in pairs]


def _opens(scheme: EncryptedCloning, members: IntArray, added: tuple[int, ...]) -> bool:
    return classify(scheme, np.union1d(members, added)).authorized


def _recovery(scheme: EncryptedCloning, members: IntArray) -> dict[str, Any]:
    """How an authorized holding recovers the state."""
    from ..circuits import circuit_metrics, recovery_circuit
    from ..circuits.formats import to_qasm3, to_svg
    from .drawing import plain_svg

    recovery = recovery_circuit(scheme, members)
    names = [scheme.qubits.name(q) for q in range(len(scheme.qubits))]
    acted = sorted({t.value for each in recovery.circuit for t in each.targets_copy() if t.is_qubit_target})
    output = names[recovery.output]
    size = circuit_metrics(recovery.circuit)
    title = f"Recovery on {output}"
    return {
        "output": output,
        "uses": [names[q] for q in acted] or [output],
        "two_qubit_gates": size.two_qubit_gates,
        "two_qubit_layers": size.two_qubit_layers,
        "qasm3": to_qasm3(recovery.circuit),
        "svg": plain_svg(to_svg(recovery.circuit, labels=names, title=title)),
    }
