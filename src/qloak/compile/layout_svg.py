"""Where a circuit sits on its device, as SVG: self-contained, without script, readable in light and dark.

Roles differ in shape as well as in colour: clones are circles, the key squares, the reference a diamond; a ring
marks the qubit that the input enters on.
"""

from __future__ import annotations

from html import escape
from typing import Final

from ..errors import UsageError
from .coordinates import coordinates
from .encoder import Encoder
from .graph import DeviceGraph

__all__ = ["layout_svg"]

_STEP: Final = 46
_MARGIN: Final = 34
_RADIUS: Final = 15
_LEGEND_HEIGHT: Final = 44
_MIN_WIDTH: Final = 470
_EMPTY: Final = 5

# Okabe and Ito's colours; the letters on them are dark on the light ones and white on the dark ones.
_STYLE: Final = """
.qloak-layout{--paper:#ffffff;--ink:#1c2430;--line:#c3cad4;--dot:#98a2b0;--used:#3d4656;--clone:#0072b2;
--clone-ink:#ffffff;--key:#e69f00;--key-ink:#1c2430;--reference:#009e73;--reference-ink:#10151c;--ring:#d55e00;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
@media screen and (prefers-color-scheme:dark){.qloak-layout{--paper:#12161d;--ink:#e6eaf0;--line:#39424f;
--dot:#6d7888;--used:#aeb8c6;--clone:#56b4e9;--clone-ink:#10151c;--key:#f0b429;--reference:#2fc79b;--ring:#ff8a3d}}
.qloak-layout .paper{fill:var(--paper)}
.qloak-layout text{font-size:12px;font-weight:600;text-anchor:middle;dominant-baseline:central;fill:var(--ink)}
.qloak-layout .legend text{text-anchor:start;font-weight:400;font-size:14px}
.qloak-layout .coupler{stroke:var(--line);stroke-width:2}
.qloak-layout .dead{stroke-dasharray:2 5}
.qloak-layout .used{stroke:var(--used);stroke-width:4}
.qloak-layout .empty{fill:var(--dot)}
.qloak-layout .clone{fill:var(--clone)}.qloak-layout .qubit .clone+text{fill:var(--clone-ink)}
.qloak-layout .spare{fill:var(--paper);stroke:var(--clone);stroke-width:3}
.qloak-layout .key{fill:var(--key)}.qloak-layout .qubit .key+text{fill:var(--key-ink)}
.qloak-layout .reference{fill:var(--reference)}.qloak-layout .qubit .reference+text{fill:var(--reference-ink)}
.qloak-layout .source{fill:none;stroke:var(--ring);stroke-width:3}
""".replace("\n", "")


def layout_svg(encoder: Encoder, graph: DeviceGraph, *, num_clones: int | None = None, title: str = "") -> str:
    """Draw a device with the roles of its qubits.

    Args:
        encoder: on the device; bold couplers are those that it uses.
        graph: of the device; couplers of the device that are not in it are drawn dotted.
        num_clones: the first so many clones count, the others are spare; default all.
        title: the drawing's accessible name; default a sentence about it.

    Returns:
        One svg element that is also a complete SVG file.

    Raises:
        UsageError: for an encoder that does not fit on the device, or more clones than it has.
    """
    clones = len(encoder.clones) if num_clones is None else num_clones
    if not 1 <= clones <= len(encoder.clones):
        raise UsageError.of("num_clones", num_clones, f"1 to {len(encoder.clones)}")
    if max(encoder.qubits) >= graph.num_qubits:
        raise UsageError.of("encoder", max(encoder.qubits), f"qubits below {graph.num_qubits} of {graph.name!r}")
    at = coordinates(graph) * _STEP + _MARGIN
    points = [(float(x), float(y)) for x, y in at]
    roles = _roles(encoder, clones)
    width = max(_MIN_WIDTH, round(max((x for x, _ in points), default=0.0) + _MARGIN))
    height = round(max((y for _, y in points), default=0.0) + _MARGIN + _LEGEND_HEIGHT)
    words = title or f"{clones} encrypted clones on {graph.name}"
    # XML holds no control characters and UTF-8 no lone surrogates.
    name = escape("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in words))
    described = "; ".join(f"{role} on qubit {qubit}" for qubit, (_, _, role) in sorted(roles.items()))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qloak-layout" role="img" aria-label="{name}"'
        f' width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>{name}</title><desc>{escape(described)}</desc><style>{_STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
        *_couplers(encoder, graph, points),
        *(_qubit(qubit, point, roles.get(qubit)) for qubit, point in enumerate(points)),
        _ring(points[encoder.source]),
        _legend(height - _LEGEND_HEIGHT / 2, spare=clones < len(encoder.clones)),
        "</svg>",
    ]
    return "".join(parts)


def _roles(encoder: Encoder, clones: int) -> dict[int, tuple[str, str, str]]:
    """Qubit -> (class, label, description)."""
    roles = {encoder.reference: ("reference", "R", "reference")}
    for number, qubit in enumerate(encoder.key, start=1):
        roles[qubit] = ("key", f"K{number}", f"key qubit K{number}")
    for number, qubit in enumerate(encoder.clones, start=1):
        kind, words = ("clone", "clone") if number <= clones else ("spare", "spare clone")
        roles[qubit] = (kind, f"S{number}", f"{words} S{number}")
    return roles


def _couplers(encoder: Encoder, graph: DeviceGraph, points: list[tuple[float, float]]) -> list[str]:
    """All couplers of the device, the used ones last and on top."""
    used = {(min(gate.qubits), max(gate.qubits)) for gate in encoder.gates}
    lines = []
    for pair in sorted({*map(tuple, graph.device.couplers.tolist()), *used}, key=lambda pair: pair in used):
        kind = "coupler used" if pair in used else "coupler" if pair in graph.edges else "coupler dead"
        (x1, y1), (x2, y2) = (points[qubit] for qubit in pair)
        lines.append(f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')
    return lines


def _qubit(number: int, point: tuple[float, float], role: tuple[str, str, str] | None) -> str:
    """One qubit; its number shows on hovering."""
    x, y = point
    if role is None:
        return f'<circle class="empty" cx="{x:.1f}" cy="{y:.1f}" r="{_EMPTY}"><title>qubit {number}</title></circle>'
    kind, label, words = role
    shape = _shape(kind, x, y)
    text = f'<text x="{x:.1f}" y="{y:.1f}">{label}</text>'
    return f'<g class="qubit"><title>{words} on qubit {number}</title>{shape}{text}</g>'


def _shape(kind: str, x: float, y: float, radius: float = _RADIUS) -> str:
    """Circle, square or diamond."""
    if kind == "key":
        side = 1.8 * radius
        return (
            f'<rect class="key" x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side:.1f}" height="{side:.1f}"'
            f' rx="3"/>'
        )
    if kind == "reference":
        far = 1.3 * radius
        corners = f"{x:.1f},{y - far:.1f} {x + far:.1f},{y:.1f} {x:.1f},{y + far:.1f} {x - far:.1f},{y:.1f}"
        return f'<polygon class="reference" points="{corners}"/>'
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'


def _ring(point: tuple[float, float], radius: float = _RADIUS + 5) -> str:
    return f'<circle class="source" cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="{radius:.1f}"/>'


def _legend(y: float, *, spare: bool) -> str:
    """What the shapes mean."""
    entries = [("clone", "clone"), ("key", "key"), ("reference", "reference")] + [("spare", "spare")] * spare
    x, parts = float(_MARGIN), []
    for kind, words in entries:
        parts.append(f'{_shape(kind, x, y, 8)}<text x="{x + 15:.1f}" y="{y:.1f}">{words}</text>')
        x += 38 + 9 * len(words)
    parts.append(f'{_ring((x, y), 9)}<text x="{x + 15:.1f}" y="{y:.1f}">input enters here</text>')
    return f'<g class="legend">{"".join(parts)}</g>'
