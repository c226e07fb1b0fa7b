"""Bloch spheres as SVG: self-contained, without script, readable in light and dark.

The view is orthographic from AZIMUTH_DEGREES (counted from +x towards +y) and ELEVATION_DEGREES above the
equator: |0> is at the top, +x comes towards the reader and to the left, +y goes to the right. Great circles
are drawn solid in front of the screen plane and dashed behind it. An arrow that points away from the reader
is dashed too; a dotted line drops from its tip to the plane of the equator.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape
from typing import Final

from ..errors import UsageError

__all__ = ["AZIMUTH_DEGREES", "ELEVATION_DEGREES", "MAX_VECTORS", "bloch_sphere", "component", "printable", "project"]

AZIMUTH_DEGREES: Final = 35.0
ELEVATION_DEGREES: Final = 18.0
MAX_VECTORS: Final = 6
"""More arrows in one sphere cannot be told apart."""

Vector = Sequence[float]
"""(<X>, <Y>, <Z>)."""

_RADIUS: Final = 84.0
_CENTRE: Final = (118.0, 124.0)
_WIDTH: Final = 240
_AXES: Final = (
    ((1.0, 0.0, 0.0), "x", "|+⟩", 1.66),
    ((0.0, 1.0, 0.0), "y", "|+i⟩", 1.26),
    ((0.0, 0.0, 1.0), "z", "|0⟩", 1.14),
)
_NORM_SLACK: Final = 1e-9
_SHOWN_LABEL: Final = 12
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# Okabe and Ito's colours, darkened or lightened until they stand out from the background.
_STYLE: Final = """
.qloak-bloch{--ink:#1c2430;--line:#7a8594;--ball:#f2f5f9;--v0:#0069a8;--v1:#b34700;--v2:#00734f;--v3:#8a4f7d;
--v4:#6b5b00;--v5:#3d4656;font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
@media screen and (prefers-color-scheme:dark){.qloak-bloch{--ink:#e6eaf0;--line:#8b97a8;--ball:#1b222d;
--v0:#62baf0;--v1:#ff9d5c;--v2:#4fd0a3;--v3:#e0a3d1;--v4:#e8d866;--v5:#c3cbd7}}
.qloak-bloch text{fill:var(--ink);font-size:14px;text-anchor:middle;dominant-baseline:central}
.qloak-bloch .halo{paint-order:stroke;stroke:var(--ball);stroke-width:3px;stroke-linejoin:round}
.qloak-bloch .numbers{font-size:15px;font-variant-numeric:tabular-nums}
.qloak-bloch .ball{fill:var(--ball);stroke:var(--line);stroke-width:1.4}
.qloak-bloch .circle{fill:none;stroke:var(--line);stroke-width:1}
.qloak-bloch .behind{stroke-dasharray:3 4;opacity:.75}
.qloak-bloch .axis{stroke:var(--line);stroke-width:1}
.qloak-bloch .drop{stroke-width:1.4;stroke-dasharray:1.5 3.5;fill:none}
.qloak-bloch .shaft{stroke-width:3.2;stroke-linecap:round}
.qloak-bloch .away{stroke-dasharray:6 5;stroke-linecap:butt}
""".replace("\n", "")


def project(vector: Vector) -> tuple[float, float, float]:
    """Orthographic view of a point.

    Returns:
        Right, up and towards the reader, in units of the sphere's radius: a rotation of (x, y, z).
    """
    azimuth, elevation = math.radians(AZIMUTH_DEGREES), math.radians(ELEVATION_DEGREES)
    x, y, z = vector
    along = x * math.cos(azimuth) + y * math.sin(azimuth)
    right = y * math.cos(azimuth) - x * math.sin(azimuth)
    up = z * math.cos(elevation) - along * math.sin(elevation)
    return right, up, along * math.cos(elevation) + z * math.sin(elevation)


def bloch_sphere(vectors: Sequence[Vector], *, title: str, labels: Sequence[str] | None = None, size: int = 240) -> str:
    """Draw Bloch vectors in one sphere, with their components below it.

    A vector of length zero is a dot at the centre.

    Args:
        vectors: 1 to MAX_VECTORS vectors (<X>, <Y>, <Z>) of length at most 1.
        title: what is shown; the drawing's accessible name.
        labels: a name for each vector, shown at its tip and before its components.
        size: width in CSS pixels.

    Returns:
        One svg element that is also a complete SVG file.

    Raises:
        UsageError: for vectors that are no Bloch vectors, too many of them, or labels that do not match.
    """
    points = _checked(vectors)
    names = [printable(label) for label in labels] if labels is not None else [""] * len(points)
    if len(names) != len(points):
        raise UsageError.of("labels", len(names), f"{len(points)} labels, one for each vector")
    numbers = [f"({', '.join(map(component, point))})" for point in points]
    height = 258 + 19 * (len(points) - 1)
    name = escape(printable(title))
    described = "; ".join(f"{label}: {text}" if label else text for label, text in zip(names, numbers, strict=True))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qloak-bloch" role="img" aria-label="{name}"'
        f' width="{size}" height="{round(size * height / _WIDTH)}" viewBox="0 0 {_WIDTH} {height}">',
        f"<title>{name}</title><desc>{escape(described)}</desc><style>{_STYLE}</style>",
        _sphere(),
        *(_arrow(point, number) for number, point in enumerate(points)),
        *_axis_names(),
        *(_tip_name(point, label, number) for number, (point, label) in enumerate(zip(points, names, strict=True))),
        *(_caption(text, label, number) for number, (text, label) in enumerate(zip(numbers, names, strict=True))),
        "</svg>",
    ]
    return "".join(parts)


def component(value: float) -> str:
    """A number as printed: three decimals and a real minus sign; "0", "1" and "−1" where it is exactly that."""
    if value in (-1, 0, 1):
        return f"{value:.0f}".replace("-", "−") if value else "0"
    text = f"{value:.3f}"
    return text.removeprefix("-") if text == "-0.000" else text.replace("-", "−")


def printable(text: str) -> str:
    """Text without the characters that XML forbids or that UTF-8 cannot hold; � stands for each."""
    return _UNPRINTABLE.sub("�", text)


def _checked(vectors: Sequence[Vector]) -> list[tuple[float, float, float]]:
    """The vectors as triples, or UsageError."""
    if not 1 <= len(vectors) <= MAX_VECTORS:
        raise UsageError.of("vectors", len(vectors), f"1 to {MAX_VECTORS} vectors")
    points = []
    for vector in vectors:
        if len(vector) != 3:
            raise UsageError.of("vectors", vector, "three components for each vector")
        x, y, z = (float(c) for c in vector)
        # Written so that NaN is refused too.
        if not math.hypot(x, y, z) <= 1 + _NORM_SLACK:
            raise UsageError.of("vectors", vector, "finite Bloch vectors of length at most 1")
        points.append((x, y, z))
    return points


def _at(vector: Vector) -> tuple[float, float]:
    """Where a point is drawn, y downwards."""
    right, up, _ = project(vector)
    return _CENTRE[0] + _RADIUS * right, _CENTRE[1] - _RADIUS * up


def _xy(vector: Vector) -> str:
    x, y = _at(vector)
    return f"{x:.1f} {y:.1f}"


def _line(start: Vector, end: Vector, attributes: str) -> str:
    (x1, y1), (x2, y2) = _at(start), _at(end)
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {attributes}/>'


def _sphere() -> str:
    """Outline, equator, the two meridians through the axes, and the axes."""
    ball = f'<circle class="ball" cx="{_CENTRE[0]}" cy="{_CENTRE[1]}" r="{_RADIUS}"/>'
    circles = "".join(_great_circle(axis) for axis, *_ in _AXES)
    lines = []
    for (x, y, z), _, _, reach in _AXES:
        lines.append(_line((0, 0, 0), (reach * x, reach * y, reach * z), 'class="axis"'))
        lines.append(_line((0, 0, 0), (-x, -y, -z), 'class="axis behind"'))
    return ball + circles + "".join(lines)


def _great_circle(normal: Vector) -> str:
    """The circle normal to a coordinate axis: front half solid, back half dashed.

    In orthographic view it is an ellipse with semi-axes 1 and |depth of the normal|; its long axis lies
    across the projected normal, and there the circle passes from front to back.
    """
    right, up, depth = project(normal)
    length = math.hypot(right, up)
    end = (_RADIUS * up / length, _RADIUS * right / length)
    (x0, y0), (cx, cy) = end, _CENTRE
    tilt = math.degrees(math.atan2(y0, x0))
    # The middle of the front half lies opposite the projected normal, clockwise of `end` if that comes forward.
    sweep = int(depth > 0)
    halves = []
    for flag, style in ((sweep, "circle"), (1 - sweep, "circle behind")):
        arc = f"A{_RADIUS} {_RADIUS * abs(depth):.2f} {tilt:.2f} 0 {flag} {cx - x0:.1f} {cy - y0:.1f}"
        halves.append(f'<path class="{style}" d="M{cx + x0:.1f} {cy + y0:.1f}{arc}"/>')
    return "".join(halves)


def _arrow(point: tuple[float, float, float], number: int) -> str:
    """One vector: arrow with the drop line to the equator's plane, or a dot."""
    colour = f"var(--v{number})"
    x, y, z = point
    if math.hypot(x, y, z) <= _NORM_SLACK:
        cx, cy = _CENTRE
        ring = f'<circle cx="{cx}" cy="{cy}" r="10" fill="none" stroke="{colour}" stroke-width="1.6"/>'
        return f'<circle class="zero" cx="{cx}" cy="{cy}" r="5" fill="{colour}"/>{ring}'
    right, up, depth = project(point)
    length = _RADIUS * math.hypot(right, up)
    drop = f'<path class="drop" stroke="{colour}" d="M{_xy(point)}L{_xy((x, y, 0))}L{_xy((0, 0, 0))}"/>'
    tip_x, tip_y = _at(point)
    head = min(13.0, 0.6 * length)
    if head < 6:  # short, or seen end on
        return f'{drop}<circle class="tip" cx="{tip_x:.1f}" cy="{tip_y:.1f}" r="5" fill="{colour}"/>'
    ux, uy = _RADIUS * right / length, -_RADIUS * up / length
    base_x, base_y = tip_x - head * ux, tip_y - head * uy
    half = 0.42 * head
    corners = f"{base_x - half * uy:.1f},{base_y + half * ux:.1f} {base_x + half * uy:.1f},{base_y - half * ux:.1f}"
    away = " away" if depth < 0 else ""
    shaft = (
        f'<line class="shaft{away}" stroke="{colour}" x1="{_CENTRE[0]}" y1="{_CENTRE[1]}"'
        f' x2="{base_x:.1f}" y2="{base_y:.1f}"/>'
    )
    return f'{drop}{shaft}<polygon class="tip" points="{tip_x:.1f},{tip_y:.1f} {corners}" fill="{colour}"/>'


def _axis_names() -> list[str]:
    """|0>, |1> and the names of the axes, where the axes end."""
    names = []
    for (x, y, z), letter, ket, reach in _AXES:
        far = reach + (0.22 if z == 0 else 0.14)
        px, py = _at((far * x, far * y, far * z))
        names.append(_text(px, py, f"{letter} {ket}"))
    px, py = _at((0, 0, -1.2))
    return [*names, _text(px, py, "|1⟩")]


def _tip_name(point: tuple[float, float, float], label: str, number: int) -> str:
    """The vector's name beyond its tip; none for a dot, whose name is in the caption."""
    right, up, _ = project(point)
    length = math.hypot(right, up)
    if not label or length * _RADIUS < 5:
        return ""
    px, py = _at(point)
    return _text(px + 14 * right / length, py - 14 * up / length, _cut(label), colour=f"var(--v{number})")


def _caption(numbers: str, label: str, number: int) -> str:
    """The components below the sphere, after the vector's name if it has one."""
    place = f'class="numbers" x="{_CENTRE[0]}" y="{246 + 19 * number}"'
    if not label:
        return f"<text {place}>{numbers}</text>"
    return f'<text {place} style="fill:var(--v{number});font-size:12px">{escape(_cut(label))}: {numbers}</text>'


def _text(x: float, y: float, text: str, *, colour: str = "") -> str:
    style = f' style="fill:{colour}"' if colour else ""
    return f'<text class="halo" x="{x:.1f}" y="{y:.1f}"{style}>{escape(text)}</text>'


def _cut(label: str) -> str:
    return label if len(label) <= _SHOWN_LABEL else label[: _SHOWN_LABEL - 1] + "…"
