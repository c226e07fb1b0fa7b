"""Placements kept between runs, each under an id of everything that decided it.

A cached placement is a file of JSON in the user's cache folder. It is data from outside like any other:
whatever cannot be read, does not belong to its id, or fails the checks that a fresh encoder passes, is
reported and found anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .._version import __version__
from ..errors import IntegrityError, UsageError, shorten
from .effort import Effort, UntouchedSettings
from .encoder import Encoder, PauliGate
from .graph import DeviceGraph
from .objective import Objective
from .unit import SHAPES, load_units
from .verify import verify_encoder

__all__ = ["PlacementCache", "encoder_from_json", "encoder_to_json", "placement_id"]

_SCHEMA = "qloak.placement/1"
_MAX_BYTES = 5_000_000


def placement_id(
    graph: DeviceGraph, num_clones: int, objective: Objective, effort: Effort | UntouchedSettings, *, seed: int
) -> str:
    """The id of a placement: SHA-256 over graph, calibration, clones, objective, effort, seed, library and version.

    Args:
        graph: with its device.
        num_clones: that it is for.
        objective: of the search.
        effort: of the search; its kind says whether the key is left untouched.
        seed: of the search.

    Returns:
        64 hexadecimal digits.
    """
    library = [[unit.shape, unit.input, unit.clones_text(), unit.gates_text()] for unit in load_units(*SHAPES)]
    decided_by = {
        "schema": _SCHEMA,
        "version": __version__,
        "device": graph.device.to_json(),
        "couplers": graph.couplers.tolist(),
        "num_clones": num_clones,
        "objective": asdict(objective),
        "search": type(effort).__name__,
        "effort": asdict(effort),
        "seed": seed,
        "library": library,
    }
    return hashlib.sha256(json.dumps(decided_by, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PlacementCache:
    """Encoders on disk.

    Attributes:
        folder: made when something is first kept.
    """

    folder: Path

    @classmethod
    def default(cls) -> PlacementCache:
        """The user's cache folder: $XDG_CACHE_HOME/qloak/placements, or ~/.cache/qloak/placements."""
        base = os.environ.get("XDG_CACHE_HOME", "")
        # The standard says that a path that is not absolute is to be ignored.
        root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
        return cls(root / "qloak" / "placements")

    def path(self, strong_id: str) -> Path:
        """Where a placement is kept."""
        return self.folder / f"{strong_id}.json"

    def get(
        self, strong_id: str, graph: DeviceGraph, *, find: Callable[[], Encoder], warn: Callable[[str], None]
    ) -> Encoder:
        """The kept encoder, or a new one, which is then kept.

        Args:
            strong_id: see `placement_id`.
            graph: that the encoder is verified against.
            find: makes the encoder if none is kept.
            warn: told what is wrong with the cache, if anything is; that never stops the work.
        """
        try:
            encoder = self.load(strong_id, graph)
        except IntegrityError as error:
            warn(str(error))
            encoder = None
        if encoder is None:
            encoder = find()
            try:
                self.store(strong_id, encoder)
            except UsageError as error:
                warn(str(error))
        return encoder

    def load(self, strong_id: str, graph: DeviceGraph) -> Encoder | None:
        """A kept encoder, verified again; None if there is none.

        Raises:
            IntegrityError: if the file is damaged or its encoder is wrong.
        """
        path = self.path(strong_id)
        try:
            if path.stat().st_size > _MAX_BYTES:
                raise IntegrityError(f"cache: {path} is larger than any placement. It is found anew.")
            document = json.loads(path.read_bytes())
            if document["schema"] != _SCHEMA or document["id"] != strong_id:
                raise IntegrityError(f"cache: {path} belongs to something else. It is found anew.")
            encoder = encoder_from_json(document["encoder"])
            verify_encoder(encoder, graph)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError, UsageError) as error:
            reason = f"{type(error).__name__}: {shorten(str(error))}"
            raise IntegrityError(f"cache: {path} is damaged ({reason}). It is found anew.") from error
        return encoder

    def store(self, strong_id: str, encoder: Encoder) -> None:
        """Keep an encoder. Readers see the old file or the new one, never a part; a full disk is no error of ours.

        Raises:
            UsageError: if the folder cannot be written.
        """
        text = json.dumps({"schema": _SCHEMA, "id": strong_id, "encoder": encoder_to_json(encoder)})
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".tmp", delete=False) as file:
                file.write(text)
            Path(file.name).replace(self.path(strong_id))
        except OSError as error:
            hint = "Set XDG_CACHE_HOME to a folder of your own, or do without the cache: --no-cache."
            expected = f"a folder that can be written ({error.strerror})"
            raise UsageError.of("cache", str(self.folder), expected, hint) from None


def encoder_to_json(encoder: Encoder) -> dict[str, object]:
    """An encoder as JSON values; gates as [a, b, "PQ"]."""
    return {
        "reference": encoder.reference,
        "source": encoder.source,
        "gates": [[gate.a, gate.b, gate.letters] for gate in encoder.gates],
        "clones": list(encoder.clones),
        "key": list(encoder.key),
    }


def encoder_from_json(values: Mapping[str, Any]) -> Encoder:
    """The encoder that `encoder_to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError, UsageError: for anything else.
    """
    return Encoder(
        reference=_qubit(values["reference"]),
        source=_qubit(values["source"]),
        gates=tuple(PauliGate(_qubit(a), _qubit(b), str(letters)) for a, b, letters in values["gates"]),
        clones=tuple(map(_qubit, values["clones"])),
        key=tuple(map(_qubit, values["key"])),
    )


def _qubit(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no qubit number")
    return value
