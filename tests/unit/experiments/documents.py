"""Documents of experiments made by hand: small, with everything that can be in a row."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from qloak.experiments.published import PublishedJobs

__all__ = ["document", "documents"]


def document(experiment: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """As `qloak experiment NAME --json` prints it."""
    head = {"schema": "qloak.experiment/1", "experiment": experiment, "device": "kingston", "engine": "exact"}
    return head | {"snapshot": "2026-04-15T09:15:15+02:00", "rows": rows, "deviations": [], **more}


def arm(value: float, figure: str = "fidelity", **more: Any) -> dict[str, Any]:
    """One arm of a row."""
    return {"two_qubit_layers": 4, "two_qubit_gates": 8, "qubits": 6, figure: value, **more}


def both(paper: float, ours: float, figure: str = "fidelity", **more: Any) -> dict[str, Any]:
    """Measured, the paper's circuit, our circuit with three clones."""
    spread = {f"{figure}_min": ours - 0.05, f"{figure}_max": ours + 0.02, "clones_scored": 3, "clones": 3}
    seeds = {"predicted_over_seeds": {"min": paper - 0.1, "mean": paper - 0.05, "max": paper}}
    measured = {"paper_measured": paper - 0.1, "paper_error": 0.01, "paper_two_qubit_layers": 18}
    return {
        **measured,
        "paper_circuit": arm(paper, figure, **seeds),
        "our_circuit": arm(ours, figure, **spread),
        **more,
    }


def documents() -> list[dict[str, Any]]:
    """All experiments, two rows each where that makes sense."""
    robust = {"noise x1.5": {"fidelity": 0.9, "fidelity_min": 0.8}, "fez": {"limited_by": "a dead coupler"}}
    fidelity = [{"clones": n, **both(0.9, 0.95, depth_law=0.8, parity=both(0.92, 0.95, depth_law=0.8))} for n in (2, 3)]
    fidelity[1]["our_circuit"]["robustness"] = robust
    chsh = [
        {
            "clones": n,
            **both(2.2, s, "chsh"),
            **{part: both(2.1, 2.4, "chsh") for part in ("reference-first", "clone-first")},
        }
        for n, s in ((2, 2.5), (3, 2.04))
    ]
    tree = {"levels": 3, "kind": "tree", "label": "3", "clones": 77, **both(0.5, 0.8, depth_law=0.3)}
    tree["our_circuit"] |= {"limited_by": "no room for <77>", "clones": 63}
    chain = {"levels": 0, "kind": "chain", "n": 4, "virtual_clones": 5, **both(0.8, 0.9, depth_law=0.7)}
    ghz = [{"size": r, **both(0.6, 0.8), "floor": 2.0**-r} for r in (1, 2)]
    maps = {stage: _map(stage == "after") for stage in ("before", "after")}
    correlators = {
        "clones": 2,
        "paper_measured_maximum": 0.76,
        "paper_circuit": {"maximum": 0.9, **maps},
        "our_circuit": {"limited_by": "size"},
    }
    control = {"clones": 2, "paper_measured": 0.014, "paper_error": 0.02}
    control |= {"undecrypted": {"chsh": 0.0}, "decrypted": arm(2.5, "chsh")}
    machine = {"clones": 2, "copies": 3, "cloning_machine": {"fidelity": 2 / 3}, **both(0.9, 0.95)}
    seeds = [{"seed": k, "layers": 18 + k, "gates": 20, "fidelity": 0.9 - 0.01 * k} for k in range(2)]
    variability = {"clones": 2, "seeds": seeds, "fidelity": {"mean": 0.895, "deviation": 0.007}}
    variability |= {"two_qubit_layers": {"mean": 18.5, "deviation": 0.7}}
    variability |= {"paper_days": [{"date": "2025-11-18", "value": 0.824, "error": 0.008}]}
    ideal = {"robustness": {"ideal decoupling": {"fidelity": 0.96}}}
    suppression = {"clones": 2, "paper_circuit": arm(0.9, **ideal), "our_circuit": arm(0.95, **ideal)}
    physical = {"untwirled": {"value": 0.91, "error": 0.004}}
    kraus = {"clones": 2, "paper_circuit": arm(0.9, **physical), "our_circuit": arm(0.95, **physical)}
    deviations = [{"series": "table", "rows": 2, "rms": 0.1, "mean": -0.1, "noise_factor": 2.0, "depth_law_rms": 0.05}]
    return [
        document("fidelity", fidelity, deviations=deviations),
        document("chsh", chsh, deviations=[{"series": "table", "rows": 2, "rms": 0.2, "mean": 0.2}]),
        document("iterated", [tree, chain]),
        document("ghz", ghz),
        document("correlators", [correlators]),
        document("control", [control]),
        document("cloning-machine", [machine]),
        document("variability", [variability, {"clones": 3, "limited_by": "size"}]),
        document("suppression", [suppression]),
        document("kraus", [kraus]),
        document("published", PublishedJobs().rows({})),
    ]


def _map(decrypted: bool) -> Mapping[str, Mapping[str, float]]:
    qubits = ("A", "S1", "S2", "N1", "N2")
    letters = ["".join(pair) for pair in product("XYZ", repeat=2)]
    seen = {"XX": 0.9, "YY": -0.9, "ZZ": 0.3} if decrypted else {}
    return {qubit: {each: seen.get(each, 0.0) if qubit == "S1" else 0.0 for each in letters} for qubit in qubits}
