"""Decoding by measurement: which key qubits are read, in which basis, and what the outcomes say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

import numpy as np

from ..circuits import PauliFrame
from ..errors import UsageError
from .encoder import Encoder, PauliGate
from .graph import DeviceGraph
from .operators import CloneOperators, clone_operators

__all__ = ["Readout", "last_letters", "read_clone", "read_clones", "readout_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Readout:
    """How one clone is opened: gates on the key, then a measurement of each key qubit that matters.

    The clone itself is not touched. Outcome parities tell by which Pauli it differs from the input.

    Attributes:
        operators: of the clone.
        gates: between key qubits, no qubit twice.
        measurements: (key qubit, letter), in the order of the records.
        frame: corrections on the clone, once the clone's letters are turned into X and Z.
    """

    operators: CloneOperators
    gates: tuple[PauliGate, ...]
    measurements: tuple[tuple[int, str], ...]
    frame: PauliFrame


def read_clones(encoder: Encoder, graph: DeviceGraph) -> dict[int, Readout]:
    """The readout of every clone.

    Raises:
        IntegrityError: for an encoder whose clones the key does not open.
        UsageError: if a clone cannot be read on the couplers of the graph.
    """
    last = last_letters(encoder.gates)
    return {clone: readout_of(found, graph, last) for clone, found in clone_operators(encoder).items()}


def read_clone(encoder: Encoder, clone: int, graph: DeviceGraph) -> Readout:
    """The readout of one clone; see `read_clones`."""
    return readout_of(clone_operators(encoder)[clone], graph, last_letters(encoder.gates))


def readout_of(operators: CloneOperators, graph: DeviceGraph, last: Mapping[int, str]) -> Readout:
    """Read qubit by qubit where two operators agree, pair by pair where they do not.

    Args:
        operators: of a clone.
        graph: couplers that may be used.
        last: for each qubit the letter of its last gate; `last_letters`.

    Raises:
        UsageError: if the key qubits on which they disagree are not in coupled pairs.
    """
    x_key, z_key = operators.x_key, operators.z_key
    conflicts = operators.conflicts
    gates = []
    read: dict[int, tuple[str, frozenset[str]]] = {}
    for qubit in operators.key_qubits:
        parities = {name for name, key in (("x", x_key), ("z", z_key)) if qubit in key}
        read[qubit] = (x_key.get(qubit) or z_key[qubit], frozenset(parities))
    for pair in _pairs(conflicts, graph, operators.clone):
        gate, both = _split(pair, operators, last)
        gates.append(gate)
        read |= both
    records = list(read.items())
    return Readout(
        operators,
        tuple(gates),
        tuple((qubit, letter) for qubit, (letter, _) in records),
        # A wrong sign of the operator of X asks for a Z, and the other way round.
        PauliFrame(
            x_records=np.array([i for i, (_, (_, parities)) in enumerate(records) if "z" in parities], dtype=np.int64),
            z_records=np.array([i for i, (_, (_, parities)) in enumerate(records) if "x" in parities], dtype=np.int64),
        ),
    )


def _split(
    pair: tuple[int, int], operators: CloneOperators, last: Mapping[int, str]
) -> tuple[PauliGate, dict[int, tuple[str, frozenset[str]]]]:
    """One gate behind which each qubit of a pair holds one of the three operators x, z and their product.

    Let qubit 1 be for operator f, qubit 2 for g. The gate with the letters g_1 and f_2 takes f_1 f_2 to f_1 and
    g_1 g_2 to g_2, for f_1 anticommutes with g_1 and f_2 with g_2. Of the six choices one is taken that spares
    pulses: letters that the qubits' last gates had too.
    """
    letters = {name: [key[q] for q in pair] for name, key in (("x", operators.x_key), ("z", operators.z_key))}
    letters["xz"] = [_third(a, b) for a, b in zip(letters["x"], letters["z"], strict=True)]
    first, second = pair
    f, g = min(
        permutations(letters, 2),
        key=lambda choice: (letters[choice[1]][0] != last[first]) + (letters[choice[0]][1] != last[second]),
    )
    gate = PauliGate(first, second, letters[g][0] + letters[f][1])
    # Outcomes of f and g give x and z: each is one of them, or else their product.
    holds = {name: "f" if f == name else "g" if g == name else "fg" for name in ("x", "z")}
    parities = [frozenset(name for name, sources in holds.items() if which in sources) for which in "fg"]
    return gate, {first: (letters[f][0], parities[0]), second: (letters[g][1], parities[1])}


def _pairs(conflicts: Iterable[int], graph: DeviceGraph, clone: int) -> tuple[tuple[int, int], ...]:
    """The conflicting key qubits in coupled pairs, with the smallest errors in total."""
    best = _best_pairs(frozenset(conflicts), graph)
    if best is None:
        hint = "Open it by the unitary method."
        raise UsageError.of("clone", clone, f"key qubits {tuple(conflicts)} in coupled pairs to measure it", hint)
    return best[1]


def _best_pairs(left: frozenset[int], graph: DeviceGraph) -> tuple[float, tuple[tuple[int, int], ...]] | None:
    """Total error and pairs of the best perfect matching, if there is one."""
    if not left:
        return 0.0, ()
    first = min(left)
    best = None
    for other in graph.neighbors[first]:
        rest = _best_pairs(left - {first, other}, graph) if other in left else None
        if rest is not None:
            total = rest[0] + _errors(graph)[first, other]
            if best is None or total < best[0]:
                best = total, ((first, other), *rest[1])
    return best


@lru_cache(maxsize=16)
def _errors(graph: DeviceGraph) -> dict[tuple[int, int], float]:
    """The error of each coupler in use, smaller qubit first."""
    return dict(zip(map(tuple, graph.couplers.tolist()), graph.coupler_errors.tolist(), strict=True))


def _third(a: str, b: str) -> str:
    """The Pauli that is neither of two different ones."""
    return next(letter for letter in "XYZ" if letter not in (a, b))


def last_letters(gates: Iterable[PauliGate]) -> dict[int, str]:
    """For each qubit the letter of its last gate, which its frame turns into Z."""
    return {qubit: letter for gate in gates for qubit, letter in zip(gate.qubits, gate.letters, strict=True)}
