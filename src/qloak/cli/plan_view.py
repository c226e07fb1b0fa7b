"""What `qloak plan` prints."""

from __future__ import annotations

import math
from dataclasses import asdict

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..analysis.conditions import Conditions
from ..analysis.plan import Option, Plan, describe
from ..analysis.requirements import Requirements

__all__ = ["plan_document", "show_plan"]


def plan_document(found: Plan) -> dict[str, object]:
    """The plan as JSON."""
    return {
        "schema": "qloak.plan/1",
        "requirements": _requirements(found.requirements),
        "conditions": _conditions(found.conditions),
        "plans": [{"rank": rank} | _option(option) for rank, option in enumerate(found.options, start=1)],
        "rejected": [
            _option(option)
            | {"reasons": [{"requirement": s.requirement, "reason": s.reason} for s in option.shortfalls]}
            for option in found.rejected
        ],
    }


def _requirements(requirements: Requirements) -> dict[str, object]:
    return asdict(requirements) | {"secret_from": sorted(requirements.secret_from)}


def _conditions(conditions: Conditions) -> dict[str, object]:
    """Times in seconds, rates per second; null for a time that never comes."""

    def finite(value: object) -> object:
        if isinstance(value, dict):
            return {name: finite(inner) for name, inner in value.items()}
        return None if value == math.inf else value

    return {name: finite(value) for name, value in asdict(conditions).items()}


def _option(option: Option) -> dict[str, object]:
    arrangement, chance = option.arrangement, option.outlook.chance
    return {
        "scheme": arrangement.scheme_name,
        "clones": arrangement.num_clones,
        "levels": arrangement.levels,
        "custody": arrangement.custody,
        "qubits": arrangement.num_qubits,
        "key_qubits": arrangement.num_key_qubits,
        "providers": arrangement.num_providers,
        "availability": chance.success,
        "unavailability": chance.failure,
        "log10_unavailability": None if chance.log_failure == -math.inf else chance.log10_failure,
        "expected_entanglement_fidelity": option.outlook.expected_entanglement_fidelity,
        "recovered_entanglement_fidelity": option.outlook.recovered_entanglement_fidelity,
        "readers": asdict(arrangement.readers),
    }


def show_plan(found: Plan, horizon: str) -> None:
    """Print the plan as tables."""
    console = Console(highlight=False)
    table = Table(title=f"Plans for {escape(horizon)}, fewest qubits first", title_justify="left", box=box.SIMPLE)
    table.add_column("arrangement", overflow="fold")
    for heading in ("qubits", "key", "sites", "P(lost)", "F_e"):
        table.add_column(heading, justify="right")
    table.add_column("reads alone")
    for option in found.options:
        arrangement, result = option.arrangement, option.outlook
        table.add_row(
            describe(arrangement),
            *map(str, (arrangement.num_qubits, arrangement.num_key_qubits, arrangement.num_providers)),
            _unlikely(result.chance.log10_failure),
            f"{result.expected_entanglement_fidelity:.4f}",
            _readers(option),
        )
    console.print(table)
    if found.rejected:
        misses = Table(title="Not good enough", title_justify="left", box=box.SIMPLE)
        misses.add_column("arrangement", overflow="fold")
        misses.add_column("why")
        for option in found.rejected:
            misses.add_row(describe(option.arrangement), "; ".join(each.reason for each in option.shortfalls))
        console.print(misses)
    console.print(
        "P(lost): probability that the state cannot be recovered. F_e: expected entanglement fidelity, 1/4 where "
        "nothing comes back. Exact for independent failures, no repair and perfect circuits."
    )


def _readers(option: Option) -> str:
    """Who learns something alone, as the table says it."""
    readers = option.arrangement.readers
    named = (("provider", "one provider"), ("providers", "all providers"), ("owner", "owner"))
    classes = [(getattr(readers, party), name) for party, name in named]
    marks = {"authorized": "", "partial": " (a part)"}
    found = [name + marks[access] for access, name in classes if access in marks]
    # Whatever one provider reads, all of them read.
    return ", ".join(found[1:] if readers.provider != "uninformative" else found) or "nobody"


def _unlikely(log10: float) -> str:
    """A probability from its decimal logarithm, however small."""
    if log10 == -math.inf:
        return "0"
    if log10 > -300:
        return f"{10**log10:.2g}"
    return f"1e{math.floor(log10)}"
