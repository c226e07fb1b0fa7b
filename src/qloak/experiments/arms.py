"""The two ways of doing each experiment: the paper's circuits, and ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..compile.roundtrip import encoder_lowering
from .bench import Bench
from .case import Case, Figure
from .experiment import Arm, build_arm
from .ladders import LogicalCircuit
from .noisy import Order
from .physical import PhysicalCircuit
from .store import Placed
from .task import Scalar

__all__ = ["our_arm", "our_circuits", "paper_arm", "paper_facts"]


def paper_arm(  # noqa: PLR0913 - a choice each
    bench: Bench,
    experiment: str,
    point: Mapping[str, Scalar],
    build: Callable[[], LogicalCircuit],
    *,
    figure: Figure = "fidelity",
    order: Order = "together",
) -> Arm:
    """The paper's circuit: ladders, decryption by gates, Qiskit's level 3, the best transpiler seed.

    Args:
        bench: the setting.
        experiment: its name.
        point: what a person calls it.
        build: the circuit before it is placed.
        figure: what is wanted.
        order: of reading; stages are kept apart where the reference comes first.
    """

    def make() -> Arm:
        logical = build()
        what = ", ".join(f"{name} {value}" for name, value in point.items())
        placed = bench.paper(logical, what, staged=order == "reference-first")
        case = Case(experiment, {**point, "arm": "paper"}, placed.physical, "unitary", figure=figure, order=order)
        return Arm((case,), paper_facts(placed))

    return build_arm(make)


def paper_facts(placed: Placed) -> dict[str, object]:
    """How hard was tried, and how much transpiler seeds differ."""
    tries = placed.tries
    fidelities = [one.fidelity for one in tries]
    return {
        "transpiler_seeds": len(tries),
        "transpiler_seed": max(tries, key=lambda one: (one.fidelity, -one.seed)).seed,
        "predicted_over_seeds": {
            "min": min(fidelities),
            "mean": sum(fidelities) / len(fidelities),
            "max": max(fidelities),
        },
        "layers_over_seeds": {"min": min(one.layers for one in tries), "max": max(one.layers for one in tries)},
    }


def our_circuits(bench: Bench, num_clones: int, *, staged: bool = False) -> dict[str, PhysicalCircuit]:
    """Our circuit for each clone, by its name; if nothing is exact, for S1 only.

    Args:
        bench: the setting.
        num_clones: clones.
        staged: whether encryption and decryption stay apart.
    """
    compiled = bench.ours(num_clones)
    border = len(encoder_lowering(compiled.encoder).operations) if staged else 0
    names = compiled.clones if bench.is_exact else {"S1": compiled.clones["S1"]}
    return {
        name: PhysicalCircuit.of_roundtrip(compiled.trips[qubit], encoder_operations=border)
        for name, qubit in names.items()
    }


def our_arm(  # noqa: PLR0913 - a choice each
    bench: Bench,
    experiment: str,
    point: Mapping[str, Scalar],
    num_clones: int,
    *,
    figure: Figure = "fidelity",
    order: Order = "together",
) -> Arm:
    """Our circuit: compiled, decryption by measurement of the key, every clone in turn; arguments as `paper_arm`."""

    def make() -> Arm:
        circuits = our_circuits(bench, num_clones, staged=order == "reference-first")
        cases = tuple(
            Case(experiment, {**point, "arm": "ours", "clone": name}, each, "measured", figure=figure, order=order)
            for name, each in circuits.items()
        )
        return Arm(cases, {"clones": num_clones})

    return build_arm(make)
