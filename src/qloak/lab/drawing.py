"""Drawings for pages with a strict content security policy: no style sheet, no style attribute, no script.

Pages that allow styles from files of their own only do not apply those inside a drawing. So each class of a drawing
becomes presentation attributes: lines and letters have the page's colour of text (`currentColor`), boxes its ground
(`Canvas`), so that one drawing suits light and dark. The classes stay: a page may colour them by its own style sheet,
which wins over attributes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from types import MappingProxyType
from typing import Final

__all__ = ["plain_svg"]

_INK: Final = 'fill="currentColor" stroke="none"'
_LINE: Final = 'fill="none" stroke="currentColor"'
_BOX: Final = 'fill="Canvas" stroke="currentColor" stroke-width="1.4"'
_BOLD: Final = f'{_INK} font-weight="600"'

_ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # circuits
        "page": 'fill="none" stroke="none"',
        "paper": 'fill="none" stroke="none"',
        "name": f'{_BOLD} text-anchor="end"',
        "head": f'{_BOLD} text-anchor="start" font-size="15"',
        "tag": f'{_INK} font-size="10"',
        "wire": f'{_LINE} stroke-opacity="0.5" stroke-width="1.2"',
        "bit": f'{_LINE} stroke-opacity="0.5" stroke-width="1.2"',
        "box": _BOX,
        "ket": f'{_BOX} stroke-opacity="0.6"',
        "meter": _BOX,
        "noise": f'{_BOX} stroke-dasharray="3 2"',
        "cond": f'{_BOX} stroke-dasharray="6 2"',
        "join": f'{_LINE} stroke-width="1.8"',
        "joinm": f'{_LINE} stroke-width="1.8"',
        "feed": f'{_LINE} stroke-width="1.3"',
        "feeddot": _INK,
        "dot": _INK,
        "ring": 'fill="Canvas" stroke="currentColor" stroke-width="1.8"',
        "sign": f'{_LINE} stroke-width="1.8"',
        "dial": f'{_LINE} stroke-width="1.4"',
        # layouts
        "coupler": f'{_LINE} stroke-opacity="0.3" stroke-width="2"',
        "coupler dead": f'{_LINE} stroke-opacity="0.3" stroke-width="2" stroke-dasharray="2 5"',
        "coupler used": f'{_LINE} stroke-width="4"',
        "empty": f'{_INK} fill-opacity="0.4"',
        "clone": 'fill="#0072b2" stroke="none"',
        "spare": 'fill="Canvas" stroke="#0072b2" stroke-width="3"',
        "key": 'fill="#e69f00" stroke="none"',
        "reference": 'fill="#009e73" stroke="none"',
        "source": 'fill="none" stroke="#d55e00" stroke-width="3"',
        "legend": 'font-size="14" font-weight="400" text-anchor="start"',
    }
)
_ROOTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "qk": 'font-family="system-ui, sans-serif" font-size="14" text-anchor="middle" fill="currentColor"',
        "qloak-layout": 'font-family="system-ui, sans-serif" font-size="12" font-weight="600" text-anchor="middle" '
        'dominant-baseline="central" fill="currentColor"',
    }
)
_STYLE_SHEET: Final = re.compile(r"<style>.*?</style>\n?", re.DOTALL)
_STYLE: Final = re.compile(r' style="[^"]*"')
_CLASS: Final = re.compile(r' class="([^"]*)"')
# The letters on a coloured shape: dark on the light ones, white on the dark one.
_ON_SHAPE: Final = re.compile(r'(class="(clone|key|reference)"[^>]*/>)<text(?=[^>]*>[A-Z]\d*</text></g>)')
_LETTERS: Final[Mapping[str, str]] = MappingProxyType({"clone": "#ffffff", "key": "#10151c", "reference": "#10151c"})


def plain_svg(drawing: str) -> str:
    """A drawing of ours (`circuits.formats.to_svg`, `compile.layout_svg`) as an element of a page.

    Args:
        drawing: the text of the file; what it quotes is escaped in it.

    Returns:
        The same without style sheet and style attributes.
    """
    text = _STYLE.sub("", _STYLE_SHEET.sub("", drawing))
    text = _ON_SHAPE.sub(lambda found: f'{found[1]}<text fill="{_LETTERS[found[2]]}"', text)
    return _CLASS.sub(_with_attributes, text).strip()


def _with_attributes(found: re.Match[str]) -> str:
    names = unescape(found[1])
    attributes = _ROOTS.get(names) or _ATTRIBUTES.get(names)
    return f"{found[0]} {attributes}" if attributes else found[0]
