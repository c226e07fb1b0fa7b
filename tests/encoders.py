"""Encoders on the couplers of Kingston that tests share; `data/encoders.json` says where they are from."""

from __future__ import annotations

import json
from pathlib import Path

from qloak.compile.encoder import Encoder, PauliGate
from qloak.compile.graph import DeviceGraph
from qloak.noise import load_device

__all__ = ["ENCODERS", "FIDELITIES", "KINGSTON", "LAYERS", "SMALL"]

_DATA = json.loads((Path(__file__).parent / "data" / "encoders.json").read_text(encoding="utf-8"))["encoders"]


def _gate(text: str) -> PauliGate:
    """From text such as "152X-151X"."""
    first, second = text.split("-")
    return PauliGate(int(first[:-1]), int(second[:-1]), first[-1] + second[-1])


ENCODERS = {
    name: Encoder(
        entry["reference"],
        entry["source"],
        tuple(map(_gate, entry["gates"].split())),
        tuple(entry["clones"]),
        tuple(entry["key"]),
    )
    for name, entry in _DATA.items()
}
FIDELITIES = {name: entry["fidelity"] for name, entry in _DATA.items()}
LAYERS = {name: entry["layers"] for name, entry in _DATA.items() if "layers" in entry}
SMALL = ["one unit", "one unit, shallow", "two units", "key untouched"]

KINGSTON = DeviceGraph.from_device(load_device("kingston"))
