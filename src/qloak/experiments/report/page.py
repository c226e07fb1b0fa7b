"""The experiments as one HTML page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..catalogue import CATALOGUE
from ..figures import Drawing, origin
from ..task import software_versions
from .findings import findings, limits, series_of
from .inline_svg import inline_svg
from .tables import table_of

__all__ = ["Setting", "render_report"]

GENERATOR: Final = "Qloak experiment report"
_OTHER_PACKAGES: Final = "aer"
"""The engine that depends on the most packages."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What decides the numbers, and how to get them again.

    Attributes:
        command: the command line.
        shots: of each sampled circuit.
        seed: of sampling.
        transpiler_seeds: tried for each of the paper's circuits.
    """

    command: str
    shots: int
    seed: int
    transpiler_seeds: int


def render_report(documents: Sequence[Mapping[str, Any]], drawings: Iterable[Drawing], setting: Setting) -> str:
    """The page as text.

    Args:
        documents: as `qloak experiment NAME --json` prints them, all by one engine on one device.
        drawings: their figures.
        setting: what else they were made by.
    """
    environment = Environment(
        loader=PackageLoader("qloak.experiments.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    figures = list(drawings)
    return environment.get_template("report.html").render(
        generator=GENERATOR,
        first=documents[0],
        origin=origin(documents[0]),
        on_hardware=documents[0]["device"].startswith("ibm:"),
        setting=setting,
        versions={name: version for name, version in software_versions(_OTHER_PACKAGES).items() if version},
        findings=findings({document["experiment"]: document for document in documents}),
        series=series_of(documents),
        factors=_factors(documents),
        sections=[_section(document, figures) for document in documents],
    )


def _section(document: Mapping[str, Any], drawings: Iterable[Drawing]) -> dict[str, object]:
    name = document["experiment"]
    return {
        "name": name,
        "summary": CATALOGUE[name].summary if name in CATALOGUE else name,
        "figures": [
            {
                "svg": Markup(inline_svg(each.svg, name=each.name, title=each.caption)),
                "caption": each.caption,
                "files": [f"{each.name}.svg", f"{each.name}.png"],
            }
            for each in drawings
            if each.experiment == name
        ],
        "table": table_of(name, document["rows"]),
        "limits": limits(document),
    }


def _factors(documents: Iterable[Mapping[str, Any]]) -> dict[str, float] | None:
    """Smallest and largest factor on the noise that the measurements ask for."""
    known = [
        each["noise_factor"] for document in documents for each in document["deviations"] if "noise_factor" in each
    ]
    return {"low": min(known), "high": max(known)} if known else None
