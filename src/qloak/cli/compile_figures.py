"""The figures of `qloak compile --table`: what each of its tables shows, and how it is found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..errors import UsageError
from .compile_columns import (
    BEST,
    FIDELITY,
    PAPER_FIDELITY,
    PAPER_LAYERS,
    PAPER_SIZE,
    SIZE,
    STRICT,
    Columns,
    Figures,
    Part,
    figures_of,
    paper_of,
    part_under,
    scores,
    spread,
)
from .compile_search import Search

if TYPE_CHECKING:
    from ..compile import CompiledCircuit

__all__ = ["ELSEWHERE", "LEVELS", "REGISTERS", "SCALES", "Tables"]

SCALES = (1.25, 1.5)
"""Factors on all noise in the full table."""

ELSEWHERE = ("kingston", "aachen", "boston", "grid-10x12")
"""Devices that the full table compiles for, beside the one that was asked for."""

LEVELS = (0, 1, 2)
"""Of iterated cloning in the full table."""

REGISTERS = tuple(range(1, 13))
"""Sizes of the GHZ states of the full table."""


@dataclass(slots=True, eq=False)
class Tables:
    """All tables of one command.

    Attributes:
        search: settings of the first table.
        about: what the progress bar says first.
    """

    search: Search
    about: str = ""
    _found: dict[int, CompiledCircuit] = field(init=False, default_factory=dict)

    def first(self) -> Part:
        """The mode that was asked for, beside the paper."""
        search = self.search
        goal = "key untouched" if search.key_untouched else f"objective {search.objective.goal}"
        title = (
            f"{search.graph.name}, {goal}, {search.method} decryption, predicted entanglement fidelity Fe\n"
            "layers and gates: of two qubits, with reference pair and decryption, fewest to most over the clones"
        )
        return part_under(
            title,
            (),
            STRICT if search.key_untouched else SIZE,
            self._first,
            FIDELITY | BEST,
            PAPER_LAYERS,
            PAPER_FIDELITY,
        )

    def others(self) -> Iterator[Part]:
        """The other modes, other devices, and more noise on the circuits of the first table."""
        from ..compile import load_graph

        search = self.search
        depth = replace(search, objective=replace(search.objective, goal="depth"))
        yield part_under("fewest layers: --objective depth", ("depth",), SIZE, self._with(depth), FIDELITY)
        title = "key untouched: --key-untouched; strict: with a barrier after the key is prepared"
        untouched = replace(search, key_untouched=True)
        yield part_under(title, ("key_untouched",), STRICT, self._with(untouched), FIDELITY)
        title = "the encoders of the first table, every clone decrypted by gates: --method unitary"
        yield part_under(title, ("unitary",), SIZE, self._unitary, FIDELITY)
        for name in ELSEWHERE:
            if name != search.graph.name:
                there = replace(search, graph=load_graph(name))
                title = f"compiled for another device: --device {name}"
                yield part_under(title, ("devices", name), SIZE, self._with(there), FIDELITY)
        yield self._noisier()
        if elsewhere := self._elsewhere():
            yield elsewhere
        yield self._iterated()
        yield self._parallel()

    def _iterated(self) -> Part:
        """Iterated cloning, which is the flat scheme with as many clones: 3, 9, 27."""
        from ..compile.paper import MEASURED_ITERATED as MEASURED

        search = self._with(self.search)

        def figures(level: int) -> Figures:
            num_clones, row = 3 ** (level + 1), MEASURED[level]
            size = {"two_qubit_layers": row.layers, "two_qubit_gates": row.gates}
            paper = {**size, "entanglement_fidelity": row.entanglement_fidelity}
            return {"clones": num_clones, **(search(num_clones) or {}), "paper": paper}

        columns: Columns = {"clones": ("clones",), **SIZE, **FIDELITY, **PAPER_SIZE, **PAPER_FIDELITY}
        title = "iterated cloning: --iterated L"
        return Part(title, tuple(columns), tuple(columns.values()), figures, LEVELS, "levels", "iterated")

    def _parallel(self) -> Part:
        """GHZ states, each qubit encrypted for two clones."""
        from ..compile.parallel_paper import MEASURED_GHZ as MEASURED

        def figures(size: int) -> Figures:
            row, found = MEASURED[size], self._register(size)
            paper = {"two_qubit_layers": row.layers, "two_qubit_gates": row.gates, "ghz_fidelity": row.fidelity}
            return {**found, "paper": paper}

        columns: Columns = {**SIZE, "F": ("ghz_fidelity",), **PAPER_SIZE, "measured F": ("paper", "ghz_fidelity")}
        title = "GHZ states of r qubits, each qubit encrypted for two clones: --parallel r; F: fidelity with the state"
        return Part(title, tuple(columns), tuple(columns.values()), figures, REGISTERS, "size", "parallel")

    def _register(self, size: int) -> Figures:
        """Layers, gates and fidelity of a GHZ state; none, and a word on stderr, where it does not fit."""
        from ..compile.parallel import place_parallel

        search = self.search
        try:
            found = place_parallel(search.graph, size, seed=search.seed, seconds=search.seconds)
        except UsageError as error:
            print(f"qloak: a GHZ state of {size} qubits left out: {error}", file=sys.stderr)
            return {}
        layers, gates = found.metrics.two_qubit_layers, found.metrics.two_qubit_gates
        return {"two_qubit_layers": layers, "two_qubit_gates": gates, "ghz_fidelity": found.fidelity}

    def _first(self, n: int) -> Figures:
        self._found[n] = self.search.run(n, about=self.about)
        return figures_of(self._found[n]) | paper_of(n)

    def _with(self, search: Search) -> Callable[[int], Figures | None]:
        """Figures of a search with other settings; none, and a word on stderr, where so many clones do not fit."""

        def figures(n: int) -> Figures | None:
            try:
                return figures_of(search.run(n, about=self.about))
            except UsageError as error:
                print(f"qloak: {n} clones left out: {error}", file=sys.stderr)
                return None

        return figures

    def _unitary(self, n: int) -> Figures:
        from ..compile import CompiledCircuit

        found = self._found[n]
        return figures_of(CompiledCircuit.of(found.encoder, found.graph, num_clones=n, method="unitary"))

    def _noisier(self) -> Part:
        """Nothing placed or chosen anew under more noise."""

        def figures(n: int) -> Figures:
            from ..compile.robustness import score

            return {"noise": {str(scale): spread(score(self._found[n], scale=scale)) for scale in SCALES}}

        title = "the circuits of the first table under noise scaled up, Fe mean/worst"
        return scores(title, {f"x{scale}": ("noise", str(scale)) for scale in SCALES}, figures)

    def _elsewhere(self) -> Part | None:
        """Nothing placed or chosen anew on every other calibration of as many qubits."""
        from ..noise import available_devices, load_device

        here = self.search.graph.device
        others = {name: load_device(name) for name in available_devices() if name != here.name}
        others = {name: device for name, device in others.items() if device.num_qubits == here.num_qubits}

        def figures(n: int) -> Figures:
            from ..compile.robustness import missing_couplers, score

            found = self._found[n]
            there = {
                name: None if missing_couplers(found, device) else spread(score(found, device=device))
                for name, device in others.items()
            }
            return {"scored_on": there}

        title = "the circuits of the first table on other calibrations, Fe mean/worst; -: a coupler of theirs is dead"
        return scores(title, {name: ("scored_on", name) for name in others}, figures) if others else None
