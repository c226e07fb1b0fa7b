"""Small charts for pages: values against a whole number, drawn so that the page's own colours suit light and dark.

Series differ in the shape of their marks and in dashes, and by classes that a page may colour; never by colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

__all__ = ["Series", "chart_svg"]

_WIDTH, _HEIGHT = 420.0, 280.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 12.0, 32.0, 46.0
_TEXT: Final = 'fill="currentColor" stroke="none" font-size="13"'
_DASHES: Final = ("", ' stroke-dasharray="6 3"', ' stroke-dasharray="2 3"', ' stroke-dasharray="8 3 2 3"')


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or loose marks, of a chart.

    Attributes:
        name: for the legend.
        points: (x, y), or (x, y, standard error).
        joined: whether a line goes through the points.
    """

    name: str
    points: Sequence[tuple[float, ...]]
    joined: bool = True


def chart_svg(series: Sequence[Series], *, title: str, xlabel: str, ylabel: str) -> str:
    """A chart as an element of a page: no style sheet, no style attribute, no script.

    Args:
        series: up to 16 are told apart by marks and dashes; those without points are left out.
        title: read to those who cannot see it, followed by the series' names.
        xlabel: below.
        ylabel: above the axis.
    """
    shown = [each for each in series if each.points]
    frame = _Frame.around([point for each in shown for point in each.points])
    words = escape(f"{title}: {', '.join(each.name for each in shown) or 'no values yet'}")
    legend = 22.0 * len(shown)
    size = f'viewBox="0 0 {_WIDTH:g} {_HEIGHT + legend:g}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="{words}" {size}'
        ' font-family="system-ui, sans-serif">',
        f"<title>{words}</title>",
        *frame.axes(xlabel, ylabel),
    ]
    for number, each in enumerate(shown):
        parts.append(f'<g class="series-{number + 1}" fill="none" stroke="currentColor" stroke-width="1.8">')
        parts += _drawn(each, number, frame)
        y = _HEIGHT + 22 * number + 6
        parts.append(_mark(number, _LEFT + 10, y))
        parts.append(f'<text {_TEXT} x="{_LEFT + 24:g}" y="{y + 4:g}">{escape(each.name)}</text></g>')
    return "".join([*parts, "</svg>"])


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values are on the drawing."""

    low: tuple[float, float]
    high: tuple[float, float]

    @classmethod
    def around(cls, points: Sequence[tuple[float, ...]]) -> _Frame:
        """The axes' ends: whole steps around all points and their bars."""
        if not points:
            return cls((0.0, 0.0), (1.0, 1.0))
        xs = [point[0] for point in points]
        ys = [point[1] + sign * (point[2] if len(point) > 2 else 0.0) for point in points for sign in (-1, 1)]
        step = _step(min(ys), max(ys))
        low, high = math.floor(min(ys) / step + 1e-9) * step, math.ceil(max(ys) / step - 1e-9) * step
        wide = max(xs) - min(xs) or 1.0
        return cls((min(xs) - 0.03 * wide, low), (max(xs) + 0.03 * wide, high if high > low else low + step))

    def x(self, value: float) -> float:
        return _LEFT + (value - self.low[0]) / (self.high[0] - self.low[0]) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _HEIGHT - _BOTTOM - (value - self.low[1]) / (self.high[1] - self.low[1]) * (_HEIGHT - _BOTTOM - _TOP)

    def axes(self, xlabel: str, ylabel: str) -> Iterator[str]:
        """Grid lines, numbers and labels."""
        rule = 'class="grid" stroke="currentColor" stroke-opacity="0.25" stroke-width="1"'
        step = _step(self.low[1], self.high[1])
        for number in range(round((self.high[1] - self.low[1]) / step) + 1):
            value = self.low[1] + number * step
            y = self.y(value)
            yield f'<line {rule} x1="{_LEFT:g}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT:g}" y2="{y:.1f}"/>'
            yield f'<text {_TEXT} text-anchor="end" x="{_LEFT - 6:g}" y="{y + 4:.1f}">{_text(value)}</text>'
        across = max(1.0, _step(self.low[0], self.high[0]))
        value = math.ceil(self.low[0] / across) * across
        while value <= self.high[0]:
            place = f'x="{self.x(value):.1f}" y="{_HEIGHT - _BOTTOM + 16:g}"'
            yield f'<text {_TEXT} text-anchor="middle" {place}>{_text(value)}</text>'
            value += across
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        yield f'<text {_TEXT} text-anchor="middle" x="{middle:g}" y="{_HEIGHT - 10:g}">{escape(xlabel)}</text>'
        yield f'<text {_TEXT} x="4" y="14">{escape(ylabel)}</text>'


def _drawn(series: Series, number: int, frame: _Frame) -> Iterator[str]:
    places = [(frame.x(point[0]), frame.y(point[1])) for point in series.points]
    if series.joined:
        dashes = _DASHES[(number + number // 4) % 4]
        for (x1, y1), (x2, y2) in pairwise(places):
            yield f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"{dashes}/>'
    for point, (x, y) in zip(series.points, places, strict=True):
        words = f"{series.name}, {_text(point[0])}: {point[1]:.4g}"
        if len(point) > 2:
            top, bottom = frame.y(point[1] + point[2]), frame.y(point[1] - point[2])
            yield f'<line x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}"/>'
            words += f" ± {point[2]:.2g}"
        yield f"<g><title>{escape(words)}</title>{_mark(number, x, y)}</g>"


def _mark(number: int, x: float, y: float) -> str:
    """A disc, a square, a diamond or a ring."""
    solid = 'class="mark" fill="currentColor"'
    if number % 4 == 1:
        return f'<rect {solid} x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7"/>'
    if number % 4 == 2:
        return f'<path {solid} d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z"/>'
    if number % 4 == 3:
        return f'<circle class="mark" fill="Canvas" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    return f'<circle {solid} cx="{x:.1f}" cy="{y:.1f}" r="3.8"/>'


def _step(low: float, high: float) -> float:
    """A round step that divides a range into four to ten."""
    wide = high - low
    if wide <= 0 or not math.isfinite(wide):
        return 0.1
    power = 10.0 ** math.floor(math.log10(wide / 4))
    return power * max(factor for factor in (1, 2, 5) if factor * power <= wide / 4 * (1 + 1e-9))


def _text(value: float) -> str:
    return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")
