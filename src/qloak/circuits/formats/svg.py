"""Circuit drawings as standalone SVG: no script, no outside font, readable on light and dark screens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import stim

from ...errors import UsageError
from .svg_layout import MAX_COLUMNS, Drawing, Item, Mark, lay_out

__all__ = ["to_svg"]

_ROW = 44
_BOX = 30
_GAP = 14
_TOP = 20
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DOUBLE = (-1.8, 1.8)

# Blue for gates, amber for measurements, violet for feed-forward, vermilion for noise: told apart by the
# colour-blind, and never by colour alone, since the shapes differ too.
_STYLE = """
.qk{font:14px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.qk .page{fill:#fff}.qk text{fill:#1c2430;text-anchor:middle}
.qk .name{text-anchor:end;font-weight:600}.qk .head{text-anchor:start;font-weight:600;font-size:15px}
.qk .wire{stroke:#8b95a3;stroke-width:1.2;fill:none}.qk .bit{stroke:#8b95a3;stroke-width:1.2}
.qk .box{fill:#e6effa;stroke:#2b66a8}.qk .ket{fill:#f1f3f5;stroke:#69737f}
.qk .meter{fill:#fdf0d9;stroke:#a86200}.qk .noise{fill:#fdeae3;stroke:#b5451b;stroke-dasharray:3 2}
.qk .cond{fill:#f2e8f8;stroke:#7a3b9c}.qk rect{stroke-width:1.4}
.qk .join{stroke:#2b66a8;stroke-width:1.8}.qk .joinm{stroke:#a86200;stroke-width:1.8}
.qk .feed{stroke:#7a3b9c;stroke-width:1.3}.qk .feeddot{fill:#7a3b9c}
.qk .dot{fill:#2b66a8}.qk .ring{fill:#fff;stroke:#2b66a8;stroke-width:1.8}
.qk .sign{stroke:#2b66a8;stroke-width:1.8;fill:none}
.qk .dial{stroke:#a86200;stroke-width:1.4;fill:none}.qk .tag{font-size:10px}
@media (prefers-color-scheme:dark){
.qk .page{fill:#12171e}.qk text{fill:#e8edf3}.qk .wire,.qk .bit{stroke:#7d8896}
.qk .box{fill:#17304d;stroke:#7fb2ec}.qk .ket{fill:#232a33;stroke:#98a3af}.qk .meter{fill:#3b2a0d;stroke:#f0b04e}
.qk .noise{fill:#3d1d12;stroke:#f2916b}.qk .cond{fill:#34203f;stroke:#cf9be8}.qk .join,.qk .sign{stroke:#7fb2ec}
.qk .joinm,.qk .dial{stroke:#f0b04e}.qk .feed{stroke:#cf9be8}.qk .feeddot{fill:#cf9be8}.qk .dot{fill:#7fb2ec}
.qk .ring{fill:#12171e;stroke:#7fb2ec}}
"""


def to_svg(
    circuit: stim.Circuit,
    *,
    labels: Sequence[str] | None = None,
    title: str | None = None,
    max_columns: int = MAX_COLUMNS,
) -> str:
    """Draw a circuit.

    Time runs to the right; operations stand in the first column where they fit, so a column is not a
    layer of the device, but nothing moves ahead of a TICK. Wires become double lines where they carry a
    measured bit; a correction that depends on outcomes is joined to them by a double line and applies if
    their parity is odd. Hovering over an operation names it.

    Args:
        circuit: any stim circuit; annotations are not drawn.
        labels: names of the qubits 0, 1, ...; at least as many as the circuit has qubits.
        title: printed above the drawing and read to those who cannot see it.
        max_columns: bound on the width.

    Returns:
        The text of an SVG file.

    Raises:
        UsageError: for too few labels.
        LimitError: for more than 64 qubits or more than `max_columns` columns.
    """
    names = [f"q{i}" for i in range(circuit.num_qubits)] if labels is None else list(labels)
    if len(names) < circuit.num_qubits:
        raise UsageError.of("labels", len(names), f"at least {circuit.num_qubits} names, one a qubit")
    return _Page(lay_out(circuit, num_qubits=len(names), max_columns=max_columns), names, title).render()


class _Page:
    """Coordinates and text of one drawing."""

    def __init__(self, drawing: Drawing, names: list[str], title: str | None) -> None:
        self._drawing, self._names, self._title = drawing, names, title
        self._top = _TOP + (30 if title else 0)
        self._left = 24 + max((8 * len(name) for name in names), default=0)
        widths = [float(_BOX)] * drawing.num_columns
        for item in drawing.items:
            widths[item.column] = max(widths[item.column], *(_width(mark) for mark in item.marks))
        self._centres: list[float] = []
        edge = float(self._left + _GAP)
        for width in widths:
            self._centres.append(edge + width / 2)
            edge += width + _GAP
        self._right = edge + 6

    def render(self) -> str:
        height = self._top + _ROW * max(1, len(self._names)) + 6
        width = max(self._right + 18, 9 * len(self._title or "") + 40)
        title = _escaped(self._title or "Quantum circuit")
        head = [f'<text class="head" x="18" y="{_TOP + 12}">{title}</text>'] if self._title else []
        size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" class="qk" role="img" aria-label="{title}" {size}>',
                f"<title>{title}</title>",
                f"<desc>{_escaped(_summary(self._drawing, self._names))}</desc>",
                f"<style>{_STYLE}</style>",
                f'<rect class="page" width="{width:g}" height="{height:g}" rx="8" style="stroke:none"/>',
                *head,
                *self._wires(),
                *(self._item(item) for item in self._drawing.items),
                "</svg>\n",
            ]
        )

    def _y(self, qubit: int) -> float:
        return self._top + _ROW * (qubit + 0.5)

    def _wires(self) -> list[str]:
        lines = []
        bits: dict[int, list[tuple[float, float]]] = {}
        for qubit, first, last in self._drawing.classical:
            end = self._centres[last] if last < len(self._centres) else self._right
            bits.setdefault(qubit, []).append((self._centres[first], end))
        for qubit, name in enumerate(self._names):
            y, start = self._y(qubit), float(self._left)
            lines.append(f'<text class="name" x="{self._left - 8:g}" y="{y + 5:g}">{_escaped(name)}</text>')
            for begin, end in sorted(bits.get(qubit, [])):
                lines.append(_line("wire", (start, y), (begin, y)))
                lines += [_line("bit", (begin, y + shift), (end, y + shift)) for shift in _DOUBLE]
                start = end
            lines += [_line("wire", (start, y), (self._right, y))] if start < self._right else []
        return lines

    def _item(self, item: Item) -> str:
        x = self._centres[item.column]
        wires = [self._y(mark.qubit) for mark in item.marks]
        parts = [f"<g><title>{_escaped(self._hover(item))}</title>"]
        if len(wires) > 1:
            parts.append(_line("joinm" if item.is_measurement else "join", (x, min(wires)), (x, max(wires))))
        if item.sources:
            sources = [self._y(source) for source in item.sources]
            top, bottom = min(*wires, *sources), max(*wires, *sources)
            parts += [_line("feed", (x + shift, top), (x + shift, bottom)) for shift in _DOUBLE]
            parts += [f'<circle class="feeddot" cx="{x:g}" cy="{y:g}" r="4.5"/>' for y in sources]
        parts += [self._mark(mark, x, conditional=bool(item.records)) for mark in item.marks]
        tags = [f"m{record}" for record in item.records if record in self._drawing.tagged]
        if tags:
            parts.append(f'<text class="tag" x="{x:g}" y="{wires[-1] + 25:g}">{"⊕".join(tags)}</text>')
        return "".join([*parts, "</g>"])

    def _mark(self, mark: Mark, x: float, *, conditional: bool) -> str:
        y = self._y(mark.qubit)
        ring = f'<circle class="ring" cx="{x:g}" cy="{y:g}" r="10"/>'
        if mark.kind == "dot":
            return f'<circle class="dot" cx="{x:g}" cy="{y:g}" r="5"/>'
        if mark.kind == "cross":
            return f'<path class="sign" d="M{x - 6:g} {y - 6:g}l12 12m0-12l-12 12"/>'
        if mark.kind == "plus":
            return f'{ring}<path class="sign" d="M{x - 10:g} {y:g}h20M{x:g} {y - 10:g}v20"/>'
        if mark.kind == "ring":
            return f'{ring}<text class="tag" x="{x:g}" y="{y + 3.5:g}">Y</text>'
        if mark.kind == "meter":
            return _box("meter", x, y, _BOX) + _dial(x, y) + _corner(mark.text, x, y)
        width = _width(mark)
        style = "cond" if conditional else mark.kind
        return f'{_box(style, x, y, width)}<text x="{x:g}" y="{y + 5:g}">{_escaped(mark.text)}</text>'

    def _hover(self, item: Item) -> str:
        wires = ", ".join(self._names[mark.qubit] for mark in item.marks)
        outcome = f", outcome m{item.records[0]}" if item.is_measurement else ""
        return f"{item.name} on {wires}{outcome}"


def _escaped(text: str) -> str:
    """Text that XML can hold: markup escaped, control characters shown as replaced."""
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _width(mark: Mark) -> float:
    return max(_BOX, 8.6 * len(mark.text) + 12)


def _line(style: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    return f'<line class="{style}" x1="{start[0]:g}" y1="{start[1]:g}" x2="{end[0]:g}" y2="{end[1]:g}"/>'


def _box(style: str, x: float, y: float, width: float) -> str:
    corner = f'x="{x - width / 2:g}" y="{y - _BOX / 2:g}"'
    return f'<rect class="{style}" {corner} width="{width:g}" height="{_BOX}" rx="5"/>'


def _dial(x: float, y: float) -> str:
    return f'<path class="dial" d="M{x - 9:g} {y + 8:g}a9 9 0 0 1 18 0M{x:g} {y + 8:g}l7-13"/>'


def _corner(text: str, x: float, y: float) -> str:
    return f'<text class="tag" x="{x - 8:g}" y="{y - 4:g}">{text}</text>' if text else ""


def _summary(drawing: Drawing, names: list[str]) -> str:
    joint = sum(len(item.marks) > 1 and not item.is_measurement for item in drawing.items)
    measurements = sum(item.is_measurement for item in drawing.items)
    corrections = sum(bool(item.records) and not item.is_measurement for item in drawing.items)
    return (
        f"{len(names)} qubits: {', '.join(names)}. {len(drawing.items)} operations, of these {joint} on several "
        f"qubits, {measurements} measurements and {corrections} corrections that depend on outcomes."
    )
