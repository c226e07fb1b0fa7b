"""`qloak plan`: which arrangement keeps a qubit for a given time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .options import JsonOption, whole_number
from .output import print_json
from .quantities import duration_seconds, failure_probability, probability, rate_per_second

if TYPE_CHECKING:
    from ..analysis.conditions import Memory

__all__ = ["plan"]

_MtbfOption = Annotated[str, typer.Option(metavar="TIME", help="Mean time to the failure of a provider's site.")]
_OwnerMtbfOption = Annotated[str, typer.Option(metavar="TIME", help="The same for the owner's own site.")]
_CommonMtbfOption = Annotated[
    str, typer.Option(metavar="TIME", help="Mean time to an event that takes all providers at once.")
]
_KeyLossOption = Annotated[str, typer.Option(metavar="RATE", help="Rate at which a qubit at the owner's site is lost.")]
_StoredLossOption = Annotated[str, typer.Option(metavar="RATE", help="The same for a qubit at a provider.")]
_T1Option = Annotated[str, typer.Option("--t1", metavar="TIME", help="Relaxation time T1 of stored qubits.")]
_T2Option = Annotated[
    str | None, typer.Option("--t2", metavar="TIME", help="Coherence time T2, at most 2 T1; default: 2 T1.")
]
_OwnerT1Option = Annotated[
    str | None, typer.Option("--owner-t1", metavar="TIME", help="T1 at the owner's site; default: the same.")
]
_OwnerT2Option = Annotated[
    str | None, typer.Option("--owner-t2", metavar="TIME", help="T2 there; default: the same, or 2 T1 if T1 is given.")
]
_PlotOption = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE", help="Draw the best plans over time, as SVG, PDF or PNG.")
]


def plan(
    horizon: Annotated[str, typer.Option("--horizon", metavar="TIME", help="How long to store, such as 30d or 2h.")],
    *,
    availability: Annotated[
        str, typer.Option("--availability", metavar="P", help="Least probability that the state can be recovered then.")
    ] = "0",
    min_fidelity: Annotated[
        str, typer.Option("--min-fidelity", metavar="F", help="Least expected entanglement fidelity then.")
    ] = "0",
    max_qubits: Annotated[str, typer.Option("--max-qubits", metavar="N", help="Most physical qubits.")] = "200",
    providers: Annotated[
        str | None, typer.Option("--providers", metavar="N", help="Most providers; default: any number.")
    ] = None,
    secret_from: Annotated[
        str,
        typer.Option(
            "--secret-from", metavar="WHO", help="Who may learn nothing alone: provider, providers, owner, or nobody."
        ),
    ] = "provider",
    provider_mtbf: _MtbfOption = "never",
    owner_mtbf: _OwnerMtbfOption = "never",
    common_mtbf: _CommonMtbfOption = "never",
    key_loss_rate: _KeyLossOption = "0",
    stored_loss_rate: _StoredLossOption = "0",
    t1: _T1Option = "never",
    t2: _T2Option = None,
    owner_t1: _OwnerT1Option = None,
    owner_t2: _OwnerT2Option = None,
    plot: _PlotOption = None,
    json: JsonOption = False,
) -> None:
    """Find the schemes, sizes and custodies that keep a qubit available and good for a time.

    Times are written as 30d, 1.5h, 200us (us, ms, s, min, h, d, y of 365.25 d) or never; rates as 0.001/d.
    Failures are independent, nothing is repaired, circuits are perfect and the answer is exact. Ends with
    exit code 1 where nothing meets the requirements, and says what would help.
    """
    from ..analysis.conditions import Conditions
    from ..analysis.plan import plan as find
    from ..analysis.requirements import Requirements
    from .plan_view import plan_document, show_plan

    requirements = Requirements(
        duration_seconds("--horizon", horizon),
        unavailability=failure_probability("--availability", availability),
        entanglement_fidelity=probability("--min-fidelity", min_fidelity),
        max_qubits=_count("--max-qubits", max_qubits),
        max_providers=None if providers is None else _count("--providers", providers),
        secret_from=_parties(secret_from),
    )
    stored = _memory(t1, t2, rate_per_second("--stored-loss-rate", stored_loss_rate))
    conditions = Conditions(
        duration_seconds("--provider-mtbf", provider_mtbf, endless=True),
        duration_seconds("--owner-mtbf", owner_mtbf, endless=True),
        duration_seconds("--common-mtbf", common_mtbf, endless=True),
        provider_memory=stored,
        owner_memory=_owner_memory(stored, owner_t1, owner_t2, rate_per_second("--key-loss-rate", key_loss_rate)),
    )
    found = find(requirements, conditions)
    if plot is not None:
        from .plan_figure import draw_plan

        draw_plan(found, plot)
    if json:
        print_json(plan_document(found))
        return
    show_plan(found, horizon.strip())


def _count(argument: str, text: str) -> int:
    number = whole_number(argument, text)
    if number < 1:
        raise UsageError.of(argument, number, "a whole number of at least 1")
    return number


def _parties(text: str) -> frozenset[str]:
    """The parties of --secret-from."""
    from ..analysis.requirements import PARTIES

    names = frozenset(name.strip() for name in text.split(","))
    if names == {"nobody"}:
        return frozenset()
    if unknown := sorted(names - PARTIES.keys()):
        raise UsageError.of("--secret-from", unknown[0], f"{', '.join(PARTIES)}, several with commas, or nobody")
    return names


def _memory(t1: str, t2: str | None, loss: float, *, prefix: str = "--") -> Memory:
    from ..analysis.conditions import Memory

    relaxation = duration_seconds(f"{prefix}t1", t1, endless=True)
    coherence = 2 * relaxation if t2 is None else duration_seconds(f"{prefix}t2", t2, endless=True)
    if coherence > 2 * relaxation:
        raise UsageError.of(f"{prefix}t2", t2, f"at most twice T1, which is {t1.strip()}")
    return Memory(relaxation, coherence, loss)


def _owner_memory(stored: Memory, t1: str | None, t2: str | None, loss: float) -> Memory:
    """The owner's memory: as the providers' where nothing is said."""
    from dataclasses import replace

    if t1 is not None:
        return _memory(t1, t2, loss, prefix="--owner-")
    if t2 is None:
        return replace(stored, loss_per_second=loss)
    coherence = duration_seconds("--owner-t2", t2, endless=True)
    if coherence > 2 * stored.t1_seconds:
        raise UsageError.of("--owner-t2", t2, "at most twice the owner's T1, which is --t1 or --owner-t1")
    return replace(stored, t2_seconds=coherence, loss_per_second=loss)
