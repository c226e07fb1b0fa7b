"""Placed circuits kept between runs, each under an id of everything that decided it.

A kept circuit is a file of JSON in the user's cache folder, data from outside like any other: what cannot be read, or
does not do what it should, is reported and made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._version import __version__
from ..errors import IntegrityError, UsageError, shorten
from .physical import PhysicalCircuit

__all__ = ["CircuitStore", "Placed", "Try"]

_SCHEMA = "qloak.experiment-circuit/1"
_MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt at placing a circuit.

    Attributes:
        seed: of the transpiler or the search.
        layers: two-qubit layers.
        gates: two-qubit gates.
        fidelity: predicted from the calibration, exact.
    """

    seed: int
    layers: int
    gates: int
    fidelity: float


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """The best circuit that was found, and all attempts."""

    physical: PhysicalCircuit
    tries: tuple[Try, ...]


@dataclass(frozen=True, slots=True)
class CircuitStore:
    """Circuits on disk, or nowhere.

    Attributes:
        folder: made when something is first kept; None keeps nothing.
        warn: told what is wrong with the folder, if anything is; that never stops the work.
    """

    folder: Path | None
    warn: Callable[[str], None] = lambda _: None

    @classmethod
    def default(cls, warn: Callable[[str], None]) -> CircuitStore:
        """The user's cache folder: $XDG_CACHE_HOME/qloak/circuits, or ~/.cache/qloak/circuits."""
        base = os.environ.get("XDG_CACHE_HOME", "")
        root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
        return cls(root / "qloak" / "circuits", warn)

    def get(self, decided_by: Mapping[str, object], make: Callable[[], Placed]) -> Placed:
        """The kept circuit, or a new one, which is then kept.

        Args:
            decided_by: JSON values that decide what `make` returns; the version of Qloak is added.
            make: finds the circuit.
        """
        if self.folder is None:
            return make()
        text = json.dumps({"schema": _SCHEMA, "version": __version__, **decided_by}, sort_keys=True)
        strong_id = hashlib.sha256(text.encode()).hexdigest()
        path = self.folder / f"{strong_id}.json"
        try:
            found = _load(path, strong_id)
        except IntegrityError as error:
            self.warn(str(error))
            found = None
        if found is None:
            found = make()
            try:
                _save(path, strong_id, found)
            except UsageError as error:
                self.warn(str(error))
        return found


def _load(path: Path, strong_id: str) -> Placed | None:
    """A kept circuit, verified again; None if there is none."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise IntegrityError(f"cache: {path} is larger than any circuit. It is made anew.")
        document: dict[str, Any] = json.loads(path.read_bytes())
        if document["schema"] != _SCHEMA or document["id"] != strong_id:
            raise IntegrityError(f"cache: {path} belongs to something else. It is made anew.")
        tries = tuple(Try(int(s), int(n), int(g), float(f)) for s, n, g, f in document["tries"])
        return Placed(PhysicalCircuit.from_json(document["circuit"]), tries)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        reason = f"{type(error).__name__}: {shorten(str(error))}"
        raise IntegrityError(f"cache: {path} is damaged ({reason}). It is made anew.") from error


def _save(path: Path, strong_id: str, placed: Placed) -> None:
    """Readers see the old file or the new one, never a part.

    Raises:
        UsageError: if the folder cannot be written.
    """
    tries = [[one.seed, one.layers, one.gates, one.fidelity] for one in placed.tries]
    document = {"schema": _SCHEMA, "id": strong_id, "circuit": placed.physical.to_json(), "tries": tries}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False) as file:
            json.dump(document, file)
        Path(file.name).replace(path)
    except OSError as error:
        expected = f"a folder that can be written ({error.strerror})"
        raise UsageError.of(
            "cache", str(path.parent), expected, "Set XDG_CACHE_HOME to a folder of your own."
        ) from None
